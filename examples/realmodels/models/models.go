// Package models finds the real models that the examples run. They are too
// large for the repository: "make models" puts each into .cache/models/NAME.
// The folders below hold their specs and accessors, which are all that building needs.
package models

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Env is the variable that names a folder with a folder for each model, in
// place of .cache/models. Tests on real models run only where it is set.
const Env = "NNGEN_MODELS"

// Find gives the path of NAME.onnx. What the user gave is taken first, a file
// or its folder; else the folder that Env names; else .cache/models here or in a
// folder above. Tokenizers and references lie beside the file.
func Find(name, given string) (string, error) {
	file := name + ".onnx"
	if given != "" {
		return inFolder(given, file)
	}
	if folder := os.Getenv(Env); folder != "" {
		return inFolder(filepath.Join(folder, name), file)
	}
	above, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the model %s: %w", name, err)
	}
	for {
		path := filepath.Join(above, ".cache", "models", name, file)
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		parent := filepath.Dir(above)
		if parent == above {
			return "", fmt.Errorf("there is no %s in .cache/models here or above: run make models, name the file with -model or a folder of models with %s", file, Env)
		}
		above = parent
	}
}

// inFolder is the model file that a path names, itself or as its folder.
func inFolder(path, file string) (string, error) {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		path = filepath.Join(path, file)
		info, err = os.Stat(path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("there is no model at %s: run make models, which puts it into .cache/models", path)
	case err != nil:
		return "", fmt.Errorf("find the model: %w", err)
	case info.IsDir():
		return "", fmt.Errorf("%s is a folder, not a model", path)
	}
	return path, nil
}

// Beside is the path of another file of the model's folder.
func Beside(model, file string) string { return filepath.Join(filepath.Dir(model), file) }
