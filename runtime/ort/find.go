package ort

import "github.com/nngen-go/nngen/runtime/ort/library"

// Library is a shared library of onnxruntime: where it is, its version, and
// where it was found.
type Library = library.Library

// ErrNotFound is what Find and Backend give where there is no library.
var ErrNotFound = library.ErrNotFound

// Find looks for the library without loading it. The order: what
// NNGEN_ONNXRUNTIME names, the system's, what the Go binding's module ships, the
// project's cache, the user's cache.
func Find() (Library, error) { return library.Find() }
