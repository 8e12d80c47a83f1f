//go:build !linux && !darwin

package onnx

import (
	"fmt"
	"io"
	"os"
)

// mapFile reads the file where no mapping is to be had.
func mapFile(file *os.File, size int) (mapping, error) {
	b := make([]byte, size)
	if _, err := io.ReadFull(file, b); err != nil {
		return mapping{}, fmt.Errorf("reading %s: %w", file.Name(), err)
	}
	return mapping{bytes: b, free: func() error { return nil }}, nil
}
