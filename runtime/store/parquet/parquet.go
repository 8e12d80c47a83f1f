// Package parquet makes package store write Parquet files: one row for each
// tensor, with the columns module, kind, entry, dtype, shape, and the elements in
// row-major order in floats or, of integers and booleans, in ints. Each cache
// that is added is a row group. Import it for its effect.
//
//	import _ "github.com/nngen-go/nngen/runtime/store/parquet"
package parquet

import (
	"os"
	"path/filepath"

	"github.com/parquet-go/parquet-go"

	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/store"
)

func init() { store.Register(".parquet", create) }

// Row is one tensor of a cache.
type Row struct {
	Module string    `parquet:"module,dict"`
	Kind   string    `parquet:"kind,dict"`
	Entry  int64     `parquet:"entry"`
	DType  string    `parquet:"dtype,dict"`
	Shape  []int64   `parquet:"shape,list"`
	Floats []float32 `parquet:"floats,list"`
	Ints   []int64   `parquet:"ints,list"`
}

type sink struct {
	path string
	file *os.File
	rows *parquet.GenericWriter[Row]
}

func create(path string) (store.Sink, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, err
	}
	return &sink{path, f, parquet.NewGenericWriter[Row](f)}, nil
}

// Write adds a row. Floating-point elements of other widths become float32.
func (s *sink) Write(a store.Array) error {
	t := a.Tensor
	row := Row{Module: a.Module, Kind: a.Kind, Entry: int64(a.Entry), DType: t.DType().String()}
	for _, n := range t.Shape() {
		row.Shape = append(row.Shape, int64(n))
	}
	switch {
	case t.DType().IsFloat():
		if t.DType() != nn.Float32 {
			t = t.Cast(nn.Float32)
			defer t.Release()
		}
		row.Floats = t.Float32s()
	case t.DType() == nn.Bool:
		for _, b := range t.Bools() {
			n := int64(0)
			if b {
				n = 1
			}
			row.Ints = append(row.Ints, n)
		}
	default:
		row.Ints = t.Ints()
	}
	_, err := s.rows.Write([]Row{row})
	return err
}

func (s *sink) Flush() error { return s.rows.Flush() }

func (s *sink) Close() error {
	if err := s.rows.Close(); err != nil {
		s.Abort()
		return err
	}
	if err := s.file.Chmod(0o644); err != nil {
		s.Abort()
		return err
	}
	if err := s.file.Close(); err != nil {
		return err
	}
	return os.Rename(s.file.Name(), s.path)
}

func (s *sink) Abort() {
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
}
