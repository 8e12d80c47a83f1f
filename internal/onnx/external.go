package onnx

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ResolveExternal finds the file that a location in a model's file names, with
// all links followed. The location comes with the model and is not trusted: it
// must stay below the model's folder. Links are the user's: the folder they
// named, and what stands in it, may be links to anywhere (the Hugging Face
// cache is made of them). The named folder is tried first, then the folder of
// the file that the model's path is a link to.
func ResolveExternal(modelPath, location string) (string, error) {
	if err := checkLocation(location); err != nil {
		return "", err
	}
	local := filepath.FromSlash(location)
	path, err := resolveIn(filepath.Dir(modelPath), local)
	if err == nil || !errors.Is(err, os.ErrNotExist) {
		return path, err
	}
	if real, rerr := filepath.EvalSymlinks(modelPath); rerr == nil {
		if path, rerr = resolveIn(filepath.Dir(real), local); rerr == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("external data %q is not beside %s: put it into the same folder: %w", location, modelPath, os.ErrNotExist)
}

// checkLocation refuses locations that lead out of the model's folder.
func checkLocation(location string) error {
	refuse := func(why string) error {
		return fmt.Errorf("external data location %q is refused: %s", location, why)
	}
	switch {
	case location == "":
		return refuse("it is empty")
	case strings.ContainsRune(location, 0):
		return refuse("it holds a NUL byte")
	case location[0] == '/' || location[0] == '\\':
		return refuse("it is absolute")
	case len(location) > 1 && location[1] == ':':
		return refuse("it names a drive")
	}
	for _, part := range strings.FieldsFunc(location, func(r rune) bool { return r == '/' || r == '\\' }) {
		if part == ".." {
			return refuse("it leaves the model's folder")
		}
	}
	if !filepath.IsLocal(filepath.FromSlash(location)) {
		return refuse("it leaves the model's folder")
	}
	return nil
}

// resolveIn follows all links of local in dir to an absolute path of a regular file.
func resolveIn(dir, local string) (string, error) {
	path, err := filepath.EvalSymlinks(filepath.Join(dir, local))
	if err != nil {
		return "", fmt.Errorf("external data %q: %w", local, err)
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("external data %s is not a regular file", path)
	}
	return path, nil
}
