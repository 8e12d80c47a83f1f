package store

import (
	"archive/zip"
	"fmt"
	"os"
	"strings"

	nn "github.com/nngen-go/nngen/runtime"
)

// npz is numpy's archive of arrays, one member each.
type npz struct {
	path string
	file *os.File
	zip  *zip.Writer
}

func newNPZ(path string) (Sink, error) {
	f, err := temporary(path)
	if err != nil {
		return nil, err
	}
	return &npz{path, f, zip.NewWriter(f)}, nil
}

// numpyTypes are numpy's names of dtypes; it has none for bfloat16.
var numpyTypes = map[nn.DType]string{
	nn.Float32: "<f4", nn.Float64: "<f8", nn.Float16: "<f2", nn.Int8: "|i1", nn.Int16: "<i2", nn.Int32: "<i4", nn.Int64: "<i8",
	nn.Uint8: "|u1", nn.Uint16: "<u2", nn.Uint32: "<u4", nn.Uint64: "<u8", nn.Bool: "|b1",
}

func (s *npz) Write(a Array) error {
	header, err := npyHeader(a.Tensor)
	if err != nil {
		return fmt.Errorf("%s: %w", a.Name(), err)
	}
	w, err := s.zip.CreateHeader(&zip.FileHeader{Name: a.Name() + ".npy", Method: zip.Store})
	if err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	_, err = w.Write(a.Tensor.Bytes())
	return err
}

// npyHeader is what stands before the elements.
func npyHeader(t nn.Tensor) ([]byte, error) {
	kind, ok := numpyTypes[t.DType()]
	if !ok {
		return nil, fmt.Errorf("numpy has no %s: make the cache with nn.CacheDType(nn.Float32)", t.DType())
	}
	dims := make([]string, len(t.Shape()))
	for i, n := range t.Shape() {
		dims[i] = fmt.Sprint(n)
	}
	shape := strings.Join(dims, ", ")
	if len(dims) == 1 {
		shape += ","
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", kind, shape)
	const start = 10 // magic, version, length
	pad := 64 - (start+len(text)+1)%64
	text += strings.Repeat(" ", pad%64) + "\n"
	if len(text) > 0xffff {
		return nil, fmt.Errorf("a shape of %d dimensions", len(dims))
	}
	head := append([]byte("\x93NUMPY\x01\x00"), byte(len(text)), byte(len(text)>>8))
	return append(head, text...), nil
}

func (s *npz) Flush() error { return s.zip.Flush() }

func (s *npz) Close() error {
	if err := s.zip.Close(); err != nil {
		s.Abort()
		return err
	}
	return publish(s.file, s.path)
}

func (s *npz) Abort() { discard(s.file) }
