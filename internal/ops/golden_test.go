package ops_test

import (
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/tensor"
)

// array is a tensor with its elements, as testdata/golden.py writes it.
type array struct {
	DType tensor.DType `json:"dtype"`
	Shape []int64      `json:"shape"`
	Data  []byte       `json:"data"`
}

// golden is one application of an operator and what NumPy or PyTorch gives.
type golden struct {
	Op    string    `json:"op"`
	Attrs ops.Attrs `json:"attrs"`
	In    []array   `json:"in"`
	Out   []array   `json:"out"`
	Exact bool      `json:"exact"`
	line  int
}

func (g golden) String() string {
	text := fmt.Sprintf("case %d: %s %v of", g.line, g.Op, g.Attrs)
	for _, a := range g.In {
		text += fmt.Sprintf(" %s%v", a.DType, a.Shape)
	}
	return text
}

func goldens(t *testing.T) []golden {
	t.Helper()
	f, err := os.Open("testdata/golden.json.gz")
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	var all []golden
	require.NoError(t, json.NewDecoder(z).Decode(&all))
	for i := range all {
		all[i].line = i
	}
	return all
}

// knowledge says how much of the shapes an operator is told.
type knowledge int

const (
	sizes   knowledge = iota // every size
	symbols                  // a symbol for each size above 1, equal for equal sizes
	ranks                    // nothing but the rank
)

func (k knowledge) of(a array) tensor.Type {
	s := tensor.Shape{}
	for _, n := range a.Shape {
		switch {
		case k == ranks:
			s = append(s, tensor.Unknown)
		case k == symbols && n > 1:
			s = append(s, tensor.Dim(fmt.Sprintf("d%d", n)))
		default:
			s = append(s, tensor.N(n))
		}
	}
	return tensor.Type{DType: a.DType, Shape: s}
}

func (k knowledge) types(g golden) []tensor.Type {
	var out []tensor.Type
	for _, a := range g.In {
		out = append(out, k.of(a))
	}
	return out
}

// values of the symbols that knowledge gives out.
func symbolValues() map[string]int64 {
	m := map[string]int64{}
	for n := int64(2); n < 100; n++ {
		m[fmt.Sprintf("d%d", n)] = n
	}
	return m
}

// floats reads elements as float64; integers beyond 2^53 lose digits, which
// exact comparisons of bytes do not rely on.
func floats(d tensor.DType, data []byte) []float64 {
	le := binary.LittleEndian
	var out []float64
	for ; len(data) >= d.Size() && len(data) > 0; data = data[d.Size():] {
		var v float64
		switch d {
		case tensor.Float32:
			v = float64(math.Float32frombits(le.Uint32(data)))
		case tensor.Float64:
			v = math.Float64frombits(le.Uint64(data))
		case tensor.BFloat16:
			v = float64(math.Float32frombits(uint32(le.Uint16(data)) << 16))
		case tensor.Float16:
			v = half(le.Uint16(data))
		}
		out = append(out, v)
	}
	return out
}

func half(h uint16) float64 {
	sign := 1 - 2*float64(h>>15)
	exp, frac := int(h>>10&31), float64(h&1023)
	switch exp {
	case 0:
		return sign * math.Ldexp(frac, -24)
	case 31:
		if frac != 0 {
			return math.NaN()
		}
		return sign * math.Inf(1)
	}
	return sign * math.Ldexp(1024+frac, exp-25)
}

// tolerance is relative and absolute: a few units in the last place of each dtype.
var tolerance = map[tensor.DType]float64{
	tensor.Float32: 2e-6, tensor.Float64: 1e-11, tensor.Float16: 2e-3, tensor.BFloat16: 1.6e-2,
}

// same compares got with what is wanted.
func same(want, got array, exact bool, tol float64) error {
	if want.DType != got.DType || fmt.Sprint(want.Shape) != fmt.Sprint(got.Shape) {
		return fmt.Errorf("got %s%v, want %s%v", got.DType, got.Shape, want.DType, want.Shape)
	}
	if !want.DType.IsFloat() {
		if string(want.Data) != string(got.Data) {
			return fmt.Errorf("got % x, want % x", got.Data, want.Data)
		}
		return nil
	}
	w, g := floats(want.DType, want.Data), floats(got.DType, got.Data)
	for i := range w {
		switch {
		case math.IsNaN(w[i]) && math.IsNaN(g[i]):
		case exact && w[i] == g[i] && math.Signbit(w[i]) == math.Signbit(g[i]):
		case !exact && (w[i] == g[i] || math.Abs(w[i]-g[i]) <= tol+tol*math.Abs(w[i])):
		default:
			return fmt.Errorf("element %d: got %v, want %v (all: %v, want %v)", i, g[i], w[i], g, w)
		}
	}
	return nil
}
