package ort

import (
	"context"
	"io"

	"github.com/nngen-go/nngen/runtime/ort/library"
)

// Library is a shared library of onnxruntime: where it is, its version, and
// where it was found.
type Library = library.Library

// ErrNotFound is what Find and Backend give where there is no library.
var ErrNotFound = library.ErrNotFound

// Find looks for the library without loading it. The order: what
// NNGEN_ONNXRUNTIME names, the system's, what the Go binding's module ships, the
// project's cache, the user's cache.
func Find() (Library, error) { return library.Find() }

// Fetch gets the pinned version of the library into folder ("": the project's
// cache, else the user's) by pip, npm or the release archive, whichever is there.
func Fetch(ctx context.Context, folder string, progress io.Writer) (Library, error) {
	return library.Fetch(ctx, folder, progress)
}
