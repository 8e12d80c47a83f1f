package tensorfile

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

// Array is one array of a file: what is known of it without its elements.
type Array struct {
	Name  string
	DType tensor.DType
	Shape []int64
}

// Bytes is the size of the elements.
func (a Array) Bytes() int64 {
	n, _ := byteSize(a.DType, a.Shape) // checked when the header was read
	return n
}

// String prints "W_enc float32 [48, 192]".
func (a Array) String() string {
	return a.Name + " " + tensor.Type{DType: a.DType, Shape: tensor.Dims(a.Shape...)}.String()
}

// File is an open file of arrays. It is not safe for concurrent use.
type File struct {
	path   string
	arrays []Array // by name
	place  map[string]place
	f      *os.File
}

// place reads the elements of one array into a buffer of exactly their size.
type place func(into []byte) error

// The limits of one array: far above what weights have, and low enough that no
// product of sizes overflows.
const (
	maxRank = 16
	maxSize = math.MaxInt64 / 64
)

// Extensions are the ends of file names that Open takes.
var Extensions = []string{".safetensors", ".npz", ".npy"}

// Open reads a file's table of arrays; the elements stay where they are. Which
// format it is follows from the name.
func Open(path string) (*File, error) {
	read := map[string]func(*File) error{".safetensors": openSafetensors, ".npz": openNPZ, ".npy": openNPY}[strings.ToLower(filepath.Ext(path))]
	if read == nil {
		return nil, fmt.Errorf("%s: arrays are read from files whose names end in %s; convert it in Python, for example with safetensors.torch.save_file",
			path, strings.Join(Extensions, ", "))
	}
	h, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	f := &File{path: path, f: h, place: map[string]place{}}
	if info, err := h.Stat(); err != nil || !info.Mode().IsRegular() {
		_ = h.Close()
		return nil, fmt.Errorf("%s is not a file that arrays can be read from", path)
	}
	if err := read(f); err != nil {
		_ = h.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	slices.SortFunc(f.arrays, func(a, b Array) int { return strings.Compare(a.Name, b.Name) })
	return f, nil
}

// Close closes the file. What was read stays.
func (f *File) Close() error { return f.f.Close() }

// Path is the file's name as it was given.
func (f *File) Path() string { return f.path }

// Arrays are the arrays of the file by name.
func (f *File) Arrays() []Array { return slices.Clone(f.arrays) }

// Array finds an array.
func (f *File) Array(name string) (Array, bool) {
	i, ok := slices.BinarySearchFunc(f.arrays, name, func(a Array, name string) int { return strings.Compare(a.Name, name) })
	if !ok {
		return Array{}, false
	}
	return f.arrays[i], true
}

// Read gives an array's elements, little-endian, in row-major order.
func (f *File) Read(name string) ([]byte, error) {
	a, ok := f.Array(name)
	if !ok {
		return nil, fmt.Errorf("%s has no array %q; it has %s", f.path, name, f.names())
	}
	data := make([]byte, a.Bytes())
	if err := f.place[name](data); err != nil {
		return nil, fmt.Errorf("%s, array %q: %w", f.path, name, err)
	}
	return data, nil
}

func (f *File) names() string {
	if len(f.arrays) == 0 {
		return "none"
	}
	var out []string
	for i, a := range f.arrays {
		if i == 12 {
			return strings.Join(out, ", ") + fmt.Sprintf(" and %d more", len(f.arrays)-i)
		}
		out = append(out, a.Name)
	}
	return strings.Join(out, ", ")
}

// add lists an array; two of one name are refused.
func (f *File) add(a Array, p place) error {
	if _, twice := f.place[a.Name]; twice {
		return fmt.Errorf("array %q is there twice", a.Name)
	}
	f.arrays = append(f.arrays, a)
	f.place[a.Name] = p
	return nil
}

// byteSize is elements times dtype size, or an error where that is no size that
// an array can have.
func byteSize(d tensor.DType, shape []int64) (int64, error) {
	if len(shape) > maxRank {
		return 0, fmt.Errorf("%d dimensions, and at most %d are read", len(shape), maxRank)
	}
	n := int64(d.Size())
	if n == 0 {
		return 0, fmt.Errorf("elements of %s have no size", d)
	}
	empty := slices.Contains(shape, 0)
	for _, s := range shape {
		if s < 0 {
			return 0, fmt.Errorf("shape %v has a negative dimension", shape)
		}
		if !empty && s > maxSize/n {
			return 0, fmt.Errorf("shape %v is too large", shape)
		}
		n *= max(s, 1)
		if empty {
			n = int64(d.Size())
		}
	}
	if empty {
		return 0, nil
	}
	return n, nil
}
