package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nngen-go/nngen/internal/project"
)

// File is one output of nngen. Content nil: the file is to be removed.
type File = project.File

// changed gives the files whose content on disk differs.
func changed(files []File) ([]File, error) {
	var out []File
	for _, f := range files {
		old, err := os.ReadFile(f.Path)
		missing := errors.Is(err, fs.ErrNotExist)
		switch {
		case err != nil && !missing:
			return nil, fmt.Errorf("cannot read %s: %w", f.Path, err)
		case missing != (f.Content == nil) || !bytes.Equal(old, f.Content):
			out = append(out, f)
		}
	}
	return out, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// transaction writes files so that either all of them change or none does:
// every new content is first written beside its target, then renamed over it.
type transaction struct {
	staged []stagedFile
	done   []stagedFile
}

type stagedFile struct {
	target string
	temp   string // "" for a removal
	old    []byte // content to go back to
	had    bool   // the target existed
}

// writeAll changes the given files, all or none.
func writeAll(files []File) error {
	t := &transaction{}
	for _, f := range files {
		if err := t.stage(f); err != nil {
			t.discard()
			return err
		}
	}
	for _, s := range t.staged {
		if err := t.commit(s); err != nil {
			return errors.Join(err, t.rollback())
		}
	}
	return nil
}

// stage writes a file's content to a temporary file in the same folder.
func (t *transaction) stage(f File) error {
	s := stagedFile{target: f.Path}
	old, err := os.ReadFile(f.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return writeError(f.Path, err)
	}
	s.old, s.had = old, err == nil
	if f.Content != nil {
		if s.temp, err = writeTemp(f); err != nil {
			return writeError(f.Path, err)
		}
	}
	t.staged = append(t.staged, s)
	return nil
}

// writeTemp writes a file's content beside its place and gives the temporary
// name. An existing file's permissions are kept.
func writeTemp(f File) (string, error) {
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(f.Path); err == nil {
		mode = info.Mode().Perm()
	}
	tmp, err := os.CreateTemp(filepath.Dir(f.Path), ".nngen-*.tmp")
	if err != nil {
		return "", err
	}
	_, err = tmp.Write(f.Content)
	err = errors.Join(err, tmp.Chmod(mode), tmp.Close())
	if err != nil {
		os.Remove(tmp.Name())
		return "", err
	}
	return tmp.Name(), nil
}

// writeError says which file could not be written and what to do.
func writeError(path string, err error) error {
	if errors.Is(err, fs.ErrPermission) || isReadOnly(err) {
		return fmt.Errorf("cannot write %s: the folder is read-only; nothing was changed, make it writable and run again: %w", path, err)
	}
	return fmt.Errorf("cannot write %s, nothing was changed: %w", path, err)
}

func (t *transaction) commit(s stagedFile) error {
	var err error
	if s.temp == "" {
		err = os.Remove(s.target)
	} else {
		err = os.Rename(s.temp, s.target)
	}
	if err != nil {
		return writeError(s.target, err)
	}
	t.done = append(t.done, s)
	return nil
}

// rollback undoes what was renamed already and drops the rest.
func (t *transaction) rollback() error {
	var errs []error
	for _, s := range t.done {
		if s.had {
			errs = append(errs, os.WriteFile(s.target, s.old, 0o644))
		} else {
			errs = append(errs, os.Remove(s.target))
		}
	}
	t.discard()
	return errors.Join(errs...)
}

// discard removes the temporary files that are still there.
func (t *transaction) discard() {
	for _, s := range t.staged {
		if s.temp != "" {
			os.Remove(s.temp) // already renamed ones are gone: no error to tell
		}
	}
}
