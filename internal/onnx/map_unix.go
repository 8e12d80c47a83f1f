//go:build linux || darwin

package onnx

import (
	"fmt"
	"os"
	"syscall"
)

// mapFile maps a file read-only; pages are shared with every process that maps it.
func mapFile(file *os.File, size int) (mapping, error) {
	b, err := syscall.Mmap(int(file.Fd()), 0, size, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return mapping{}, fmt.Errorf("mapping %s: %w", file.Name(), err)
	}
	return mapping{bytes: b, free: func() error { return syscall.Munmap(b) }}, nil
}
