package library

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// largest is more than any library of onnxruntime has; a package that claims
// more is not unpacked.
const largest = 1 << 30

// install takes the one library out of a package, under a name of our own, so
// that no name in the package decides where anything is written. It becomes
// visible by rename, when its checksum is right.
func install(from pack, target string) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(target), ".fetch-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // nothing to remove after the rename
	hash := sha256.New()
	err = extract(from, io.MultiWriter(tmp, hash))
	if err = errors.Join(err, tmp.Chmod(0o644), tmp.Close()); err != nil {
		return err
	}
	if sum := hex.EncodeToString(hash.Sum(nil)); from.sums != nil && !slices.Contains(from.sums, sum) {
		return fmt.Errorf("the library in %s has the checksum %s, expected %s: it is not used", filepath.Base(from.file), sum, strings.Join(from.sums, " or "))
	}
	return os.Rename(tmp.Name(), target)
}

func extract(from pack, w io.Writer) error {
	err := extractTar(from, w)
	if errors.Is(err, gzip.ErrHeader) {
		err = extractZip(from, w)
	}
	if err != nil {
		return fmt.Errorf("unpack %s: %w", filepath.Base(from.file), err)
	}
	return nil
}

var errNoLibrary = errors.New("it holds no onnxruntime library of this platform")

func extractTar(from pack, w io.Writer) error {
	f, err := os.Open(from.file)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return errNoLibrary
		}
		if err != nil {
			return err
		}
		if h.Typeflag == tar.TypeReg && from.member(h.Name) {
			return copyAll(w, t, h.Size)
		}
	}
}

func extractZip(from pack, w io.Writer) error {
	z, err := zip.OpenReader(from.file)
	if err != nil {
		return err
	}
	defer z.Close()
	for _, f := range z.File {
		if !f.Mode().IsRegular() || !from.member(f.Name) {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return err
		}
		defer r.Close()
		return copyAll(w, r, int64(f.UncompressedSize64))
	}
	return errNoLibrary
}

func copyAll(w io.Writer, r io.Reader, size int64) error {
	if size > largest {
		return fmt.Errorf("the library claims %d bytes", size)
	}
	_, err := io.CopyN(w, r, size)
	return err
}

// sumOf is the SHA-256 of a file.
func sumOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
