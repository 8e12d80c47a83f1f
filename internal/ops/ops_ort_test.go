package ops_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
	"github.com/nngen-go/nngen/runtime/ort"
)

// opsets at which every operator is run: the oldest one supported and those at
// which ONNX moved arguments.
var opsets = []int64{11, 13, 17, 18, 21}

// throughSingle are the operators that compute float64 with the digits of float32.
var throughSingle = map[string]bool{"Erf": true, "Gelu": true, "Asin": true, "Acos": true, "Atan": true}

// needsSizes are the operators whose number of results the sizes decide.
var needsSizes = map[string]bool{"Unbind": true}

// batch puts cases into one graph, told as much of their shapes as k says.
func batch(cases []golden, k knowledge, opset int64) (*onnx.Model, [][]string, error) {
	b := ops.NewBuilder(opset, "")
	g := &onnx.Graph{Name: "cases"}
	var results [][]string
	for c, gold := range cases {
		op, ok := ops.Lookup(gold.Op)
		if !ok {
			return nil, nil, fmt.Errorf("no operator %s", gold.Op)
		}
		var in []ops.Operand
		for i, t := range k.types(gold) {
			name := fmt.Sprintf("in%d_%d", c, i)
			in = append(in, ops.Operand{Name: name, Type: t})
			g.Inputs = append(g.Inputs, value(name, t.DType, gold.In[i].Shape, k))
		}
		out, err := op.Lower(b, in, gold.Attrs)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", gold, err)
		}
		if len(out) != len(gold.Out) {
			return nil, nil, fmt.Errorf("%s: %d results, want %d", gold, len(out), len(gold.Out))
		}
		var names []string
		for i, name := range out {
			name = b.Node("Identity", []string{name})
			names = append(names, name)
			g.Outputs = append(g.Outputs, value(name, gold.Out[i].DType, gold.Out[i].Shape, ranks))
		}
		results = append(results, names)
	}
	g.Nodes, g.Initializers = b.Added, b.Initializers
	return &onnx.Model{IR: 8, Graph: g, Opsets: []onnx.Opset{{Version: opset}}}, results, b.Err
}

func value(name string, d tensor.DType, shape []int64, k knowledge) *onnx.ValueInfo {
	dims := make([]onnx.Dim, len(shape))
	for i, n := range shape {
		dims[i] = onnx.Dim{Size: -1}
		if k == sizes {
			dims[i] = onnx.Dim{Size: n}
		}
	}
	return onnx.NewValue(name, d, dims...)
}

// runModel runs m once and gives its outputs by name.
func runModel(b backend.Backend, m *onnx.Model, in map[string]array, level backend.Optimization) (map[string]array, error) {
	data, err := onnx.Marshal(m)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	s, err := b.NewSession(ctx, &backend.Graph{Model: data}, backend.SessionOptions{Threads: 1, Optimization: level})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	feed := map[string]backend.Value{}
	for name, a := range in {
		v, err := b.NewValue(a.DType, a.Shape, a.Data)
		if err != nil {
			return nil, err
		}
		defer v.Release()
		feed[name] = v
	}
	var names []string
	for _, o := range m.Graph.Outputs {
		names = append(names, o.Name)
	}
	values, err := s.Run(ctx, feed, names, backend.RunOptions{})
	if err != nil {
		return nil, err
	}
	out := map[string]array{}
	for i, v := range values {
		bytes, err := v.Bytes()
		if err != nil {
			return nil, err
		}
		out[names[i]] = array{v.DType(), v.Shape(), append([]byte(nil), bytes...)}
		v.Release()
	}
	return out, nil
}

func feedOf(cases []golden) map[string]array {
	in := map[string]array{}
	for c, g := range cases {
		for i, a := range g.In {
			in[fmt.Sprintf("in%d_%d", c, i)] = a
		}
	}
	return in
}

// copiesZero reports whether a case meets the rule of Reshape before opset 14
// that a size of 0 copies the old dimension: a tensor that only the run knows to
// be empty cannot be flattened there, and the run says so.
func copiesZero(g golden, k knowledge, opset int64) bool {
	if opset >= 14 || k != ranks || g.Op != "Flatten" {
		return false
	}
	s := g.In[0].Shape
	return len(s) > 1 && s[1] == 0
}

// check runs cases together; if that fails, one by one, to tell which it is.
func check(t *testing.T, b backend.Backend, cases []golden, k knowledge, opset int64, level backend.Optimization) {
	m, results, err := batch(cases, k, opset)
	var out map[string]array
	if err == nil {
		out, err = runModel(b, m, feedOf(cases), level)
	}
	if err != nil && len(cases) > 1 {
		for i := range cases {
			check(t, b, cases[i:i+1], k, opset, level)
		}
		return
	}
	if err != nil {
		t.Errorf("opset %d, knowledge %d, %s: %v", opset, k, cases[0], err)
		return
	}
	for c, g := range cases {
		for i, want := range g.Out {
			tol := tolerance[want.DType]
			if want.DType == tensor.Float64 && throughSingle[g.Op] {
				tol = tolerance[tensor.Float32]
			}
			if err := same(want, out[results[c][i]], g.Exact, tol); err != nil {
				t.Errorf("opset %d, knowledge %d, %s: %v", opset, k, g, err)
			}
		}
	}
}

// batchSize keeps graphs small: what optimising one costs grows faster than it.
const batchSize = 24

// hasOpset reports whether a case can exist in a model of that opset: bfloat16 cannot before 13.
func hasOpset(g golden, opset int64) bool {
	for _, a := range append(append([]array(nil), g.In...), g.Out...) {
		if a.DType == tensor.BFloat16 && opset < 13 {
			return false
		}
	}
	return true
}

// TestGolden holds every operator against NumPy and PyTorch, at each opset,
// with the sizes known, named by symbols and unknown.
func TestGolden(t *testing.T) {
	b, err := ort.Backend()
	require.NoError(t, err)
	byOp := map[string][]golden{}
	for _, g := range goldens(t) {
		byOp[g.Op] = append(byOp[g.Op], g)
	}
	for _, op := range ops.All() {
		t.Run(op.Name, func(t *testing.T) {
			require.NotEmpty(t, byOp[op.Name], "no golden case")
			for i, opset := range opsets {
				var cases []golden
				for _, g := range byOp[op.Name] {
					if hasOpset(g, opset) {
						cases = append(cases, g)
					}
				}
				level := []backend.Optimization{backend.OptimizeBasic, backend.OptimizeFull}[i%2]
				for _, k := range []knowledge{sizes, symbols, ranks} {
					if k != sizes && needsSizes[op.Name] {
						continue
					}
					for part := range slices.Chunk(cases, batchSize) {
						part = slices.DeleteFunc(slices.Clone(part), func(g golden) bool { return copiesZero(g, k, opset) })
						check(t, b, part, k, opset, level)
					}
				}
			}
		})
	}
}
