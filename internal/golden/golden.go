// Package golden reads the arrays that the reference implementation wrote for
// the fixture models and compares results with them. The arrays lie in
// testdata/goldens, one archive per network, under names "case/array".
package golden

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sbinet/npyio/npz"

	nn "github.com/nngen-go/nngen/runtime"
)

// File is the goldens of one network.
type File struct {
	arrays map[string]Array
}

// Array is one golden array. Exactly one of Floats and Ints holds its elements,
// in row-major order; booleans are ints.
type Array struct {
	Shape  []int
	Floats []float32
	Ints   []int64
	Bool   bool // whether Ints were booleans
}

// Root is the folder of the module, found from the working folder upwards.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("no go.mod above %s", dir)
		}
		dir = up
	}
}

// Open reads the goldens of a network, "gpt2" for testdata/goldens/gpt2.npz.
func Open(net string) (*File, error) {
	root, err := Root()
	if err != nil {
		return nil, err
	}
	r, err := npz.Open(filepath.Join(root, "testdata", "goldens", net+".npz"))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	f := &File{arrays: map[string]Array{}}
	for _, key := range r.Keys() {
		a, err := read(r, key)
		if err != nil {
			return nil, fmt.Errorf("golden %s %s: %w", net, key, err)
		}
		f.arrays[strings.TrimSuffix(key, ".npy")] = a
	}
	return f, nil
}

// read takes one array of any of the dtypes that the goldens use.
func read(r *npz.Reader, key string) (Array, error) {
	h := r.Header(key)
	a := Array{Shape: h.Descr.Shape}
	switch h.Descr.Type {
	case "<f4":
		return a, r.Read(key, &a.Floats)
	case "<f8":
		var v []float64
		err := r.Read(key, &v)
		for _, x := range v {
			a.Floats = append(a.Floats, float32(x))
		}
		return a, err
	case "<i8":
		return a, r.Read(key, &a.Ints)
	case "|b1":
		var v []bool
		err := r.Read(key, &v)
		a.Bool = true
		for _, x := range v {
			n := int64(0)
			if x {
				n = 1
			}
			a.Ints = append(a.Ints, n)
		}
		return a, err
	}
	return a, fmt.Errorf("dtype %q is not one that goldens use", h.Descr.Type)
}

// Array gives a golden array by its name.
func (f *File) Array(name string) (Array, error) {
	a, ok := f.arrays[name]
	if !ok {
		return a, fmt.Errorf("no golden named %q", name)
	}
	return a, nil
}

// Tensor gives a golden array as a tensor, to be fed to a run.
func (a Array) Tensor() nn.Tensor {
	shape := a.Shape
	if len(shape) == 0 {
		shape = []int{}
	}
	if a.Bool {
		return nn.From(bools(a.Ints), shape...)
	}
	if a.Ints != nil {
		return nn.From(a.Ints, shape...)
	}
	return nn.From(a.Floats, shape...)
}

// The tolerance of the project: |a-b| <= Abs + Rel·|b| per element.
const (
	Abs = 1e-5
	Rel = 1e-4
)

// Compare says where got first leaves the golden, nil if it nowhere does.
func (a Array) Compare(got nn.Tensor) error {
	if fmt.Sprint(got.Shape()) != fmt.Sprint(a.Shape) && len(got.Shape())+len(a.Shape) > 0 {
		return fmt.Errorf("shape %v, golden %v", got.Shape(), a.Shape)
	}
	if a.Bool {
		if want := bools(a.Ints); !slices.Equal(got.Bools(), want) {
			return fmt.Errorf("%v, golden %v", got.Bools(), want)
		}
		return nil
	}
	if a.Ints != nil {
		return compareInts(got.Ints(), a.Ints)
	}
	return Close(got.Float32s(), a.Floats, Abs, Rel)
}

func bools(v []int64) []bool {
	out := make([]bool, len(v))
	for i, x := range v {
		out[i] = x != 0
	}
	return out
}

func compareInts(got, want []int64) error {
	for i := range want {
		if got[i] != want[i] {
			return fmt.Errorf("element %d is %d, golden %d", i, got[i], want[i])
		}
	}
	return nil
}

// Close compares element by element; NaN equals NaN.
func Close(got, want []float32, abs, rel float64) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d elements, want %d", len(got), len(want))
	}
	for i := range want {
		g, w := float64(got[i]), float64(want[i])
		if math.IsNaN(g) && math.IsNaN(w) || g == w {
			continue
		}
		if d := math.Abs(g - w); !(d <= abs+rel*math.Abs(w)) {
			return fmt.Errorf("element %d is %g, want %g (off by %g)", i, g, w, d)
		}
	}
	return nil
}
