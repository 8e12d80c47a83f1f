// Package library finds the onnxruntime shared library, or fetches it, without
// loading it: plain Go, so that a fresh machine can fetch before it builds the
// back end.
package library

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Version is the version that Fetch fetches and that everything is tested with.
const Version = "1.30.0"

// MinimumMinor is the oldest onnxruntime 1.x that has the C API (24) in use.
const MinimumMinor = 24

// Variable names the environment variable that holds the library's file, or the
// folder that it is in.
const Variable = "NNGEN_ONNXRUNTIME"

// Advice is what an error about the library ends with.
const Advice = "run `nngen ort fetch` (in nngen's source, `make ort`) to fetch version " + Version + ", or set " + Variable + " to the library's file or folder; `nngen doctor` says what was found"

// Library is a shared library of onnxruntime.
type Library struct {
	Path    string
	Version string // "" where the file does not say; opening it does
	From    string // where it was found, in words
}

// ErrNotFound is what Find gives where there is no library; errors.Is sees it.
var ErrNotFound = errors.New("onnxruntime is not on this machine")

// CheckVersion refuses a library that is too old for the API in use.
func CheckVersion(l Library) error {
	if l.Version == "" || newEnough(l.Version) {
		return nil
	}
	return fmt.Errorf("onnxruntime %s at %s (%s) is too old: version 1.%d or later is needed (C API %d); %s", l.Version, l.Path, l.From, MinimumMinor, MinimumMinor, Advice)
}

func newEnough(version string) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	major, err := strconv.Atoi(parts[0])
	if err != nil {
		return false
	}
	minor, err := strconv.Atoi(strings.TrimRight(parts[1], "-+abcdefghijklmnopqrstuvwxyz"))
	return err == nil && (major > 1 || major == 1 && minor >= MinimumMinor)
}
