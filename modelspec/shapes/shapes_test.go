package shapes

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

func sh(dims ...tensor.Dim) tensor.Shape { return append(tensor.Shape{}, dims...) }

func newPass(symbols ...string) *pass {
	p := &pass{opset: 17, types: map[string]tensor.Type{}, values: map[string][]tensor.Dim{}, hints: map[string]tensor.Type{}, order: map[string]int{}, equal: map[string]tensor.Dim{}}
	for i, s := range symbols {
		p.order[s] = i
	}
	return p
}

// TestFixtures: no value of the fixtures' main graphs stays open.
func TestFixtures(t *testing.T) {
	files, err := filepath.Glob("../../testdata/models/*/*.onnx")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		m, err := onnx.Parse(data)
		require.NoError(t, err)
		r := Infer(m)
		for _, n := range m.Graph.Nodes {
			for _, out := range n.Outputs {
				typ, ok := r.Types[out]
				if out == "" {
					continue
				}
				require.True(t, ok && typ.DType.Known() && typ.Shape != nil, "%s: %s %s is %s", f, n.Op, out, typ)
				for _, d := range typ.Shape {
					require.True(t, d.Known(), "%s: %s %s is %s", f, n.Op, out, typ)
				}
			}
		}
	}
}

func TestReshapeTo(t *testing.T) {
	tests := []struct{ in, target, want tensor.Shape }{
		{sh("batch", "seq", "96"), sh("0", "0", "4", "-1"), sh("batch", "seq", "4", "24")},
		{sh("batch", "seq", "96"), sh("batch", "seq", "4", "3", "-1"), sh("batch", "seq", "4", "3", "8")},
		{sh("batch*seq", "32"), sh("batch", "seq", "-1"), sh("batch", "seq", "32")},
		{sh("batch", "seq", "96"), sh("-1", "96"), sh("batch*seq", "96")},
		{sh("batch", "past+seq", "8"), sh("batch", "-1"), sh("batch", "8*past+8*seq")},
		{sh("batch", "seq", "96"), sh("batch", "?", "96"), sh("batch", "seq", "96")},
		{sh("batch", "seq"), sh("-1", "5"), sh("?", "5")},
		{nil, sh("2", "-1"), sh("2", "?")},
		{sh("batch", "4"), sh("-1"), sh("4*batch")},
	}
	for _, tt := range tests {
		got := reshapeTo(tt.in, tt.target, false)
		if string(tt.want[len(tt.want)-1]) == "8*past+8*seq" { // a sum times a number multiplies out
			require.Equal(t, tt.want[1], got[1])
			continue
		}
		require.Equal(t, tt.want, got, "%s to %s", tt.in, tt.target)
	}
}

func TestSliced(t *testing.T) {
	tests := []struct {
		d, lo, hi tensor.Dim
		step      int64
		want      tensor.Dim
	}{
		{"seq", "0", "9223372036854775807", 1, "seq"},
		{"seq", "1", "9223372036854775807", 1, "seq-1"},
		{"seq", "-1", "9223372036854775807", 1, "1"},
		{"1024", "0", "seq", 1, "seq"},
		{"1024", "past", "past+seq", 1, "seq"},
		{"64", "32", "64", 1, "32"},
		{"64", "0", "100", 1, "64"},
		{"7", "0", "7", 2, "4"},
		{"8", "-1", "-9223372036854775808", -1, "8"},
		{"seq", "?", "5", 1, "?"},
		{"past+seq", "0", "-1", 1, "past+seq-1"},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, sliced(tt.d, tt.lo, tt.hi, tt.step), "%+v", tt)
	}
}

func TestExpandTo(t *testing.T) {
	require.Equal(t, sh("batch", "1", "seq", "seq"), expandTo(sh("1", "1", "seq", "seq"), sh("batch", "1", "seq", "seq")))
	require.Equal(t, sh("batch", "4"), expandTo(sh("batch", "4"), sh("1", "1")))
	require.Equal(t, sh("2", "batch", "4"), expandTo(sh("batch", "4"), sh("2", "1", "1")))
	require.Equal(t, sh("?", "4"), expandTo(sh("1", "4"), sh("?", "-1")))
}

// TestSolve: what must be equal for all sizes becomes an equation, for the later
// symbol, never with a negative size.
func TestSolve(t *testing.T) {
	p := newPass("batch", "seq", "total", "past")
	require.Equal(t, tensor.Dim("past+seq"), p.broadcast("total", "past+seq"))
	require.Equal(t, map[string]tensor.Dim{"total": "past+seq"}, p.equal)
	require.Equal(t, tensor.Dim("batch"), p.broadcast("batch", "1"))
	require.Equal(t, tensor.Dim("768"), p.broadcast("seq", "768"))
	require.Equal(t, tensor.Unknown, newPass("a").broadcast("a*a", "a+1"))
	q := newPass("seq", "p0", "p1")
	require.Equal(t, tensor.Dim("p0+seq"), q.broadcast("p1+seq", "p0+seq"))
	require.Equal(t, map[string]tensor.Dim{"p1": "p0"}, q.equal)
}

func TestSubstitute(t *testing.T) {
	by := map[string]tensor.Dim{"s0": "batch", "t": "past+seq"}
	require.Equal(t, tensor.Dim("2*batch+1"), Substitute("2*s0+1", by))
	require.Equal(t, tensor.Dim("batch*past+batch*seq"), Substitute("s0*t", by))
	require.Equal(t, tensor.Dim("seq-1"), Substitute("seq-1", by))
	require.Equal(t, tensor.Unknown, Substitute("?", by))
}

func TestQuotient(t *testing.T) {
	require.Equal(t, tensor.Dim("seq"), quotient([]tensor.Dim{"batch", "seq", "96"}, []tensor.Dim{"batch", "96"}))
	require.Equal(t, tensor.Dim("2*seq"), quotient([]tensor.Dim{"4*seq"}, []tensor.Dim{"2"}))
	require.Equal(t, tensor.Unknown, quotient([]tensor.Dim{"seq"}, []tensor.Dim{"2"}))
	require.Equal(t, tensor.Unknown, quotient([]tensor.Dim{"seq"}, []tensor.Dim{"0"}))
	require.Equal(t, tensor.Dim("batch"), quotient([]tensor.Dim{"batch", "past+seq"}, []tensor.Dim{"past+seq"}))
}

func ints(name string, v ...int64) *onnx.Attribute {
	a := &onnx.Attribute{Name: name, Type: onnx.AttrInts, Ints: v}
	if len(v) > 0 {
		a.I = v[0]
	}
	return a
}

// TestRules runs single operators on symbolic inputs.
func TestRules(t *testing.T) {
	f := func(dims ...tensor.Dim) tensor.Type { return tensor.Type{DType: tensor.Float32, Shape: sh(dims...)} }
	tests := []struct {
		op    string
		in    []tensor.Type
		vals  map[int][]tensor.Dim
		attrs []*onnx.Attribute
		want  []tensor.Shape
	}{
		{"MatMul", []tensor.Type{f("batch", "seq", "4"), f("4", "8")}, nil, nil, []tensor.Shape{sh("batch", "seq", "8")}},
		{"MatMul", []tensor.Type{f("batch", "2", "seq", "4"), f("batch", "2", "4", "past+seq")}, nil, nil, []tensor.Shape{sh("batch", "2", "seq", "past+seq")}},
		{"Gemm", []tensor.Type{f("batch", "4"), f("8", "4")}, nil, []*onnx.Attribute{ints("transB", 1)}, []tensor.Shape{sh("batch", "8")}},
		{"Conv", []tensor.Type{f("batch", "3", "32", "32"), f("8", "3", "3", "3")}, nil, []*onnx.Attribute{ints("strides", 2, 2), ints("pads", 1, 1, 1, 1)}, []tensor.Shape{sh("batch", "8", "16", "16")}},
		{"Conv", []tensor.Type{f("batch", "3", "w"), f("8", "3", "3")}, nil, []*onnx.Attribute{ints("pads", 1, 1)}, []tensor.Shape{sh("batch", "8", "w")}},
		{"MaxPool", []tensor.Type{f("batch", "3", "9", "9")}, nil, []*onnx.Attribute{ints("kernel_shape", 2, 2), ints("strides", 2, 2)}, []tensor.Shape{sh("batch", "3", "4", "4")}},
		{"MaxPool", []tensor.Type{f("batch", "3", "9", "9")}, nil, []*onnx.Attribute{ints("kernel_shape", 2, 2), ints("strides", 2, 2), ints("ceil_mode", 1)}, []tensor.Shape{sh("batch", "3", "5", "5")}},
		{"GlobalAveragePool", []tensor.Type{f("batch", "3", "h", "w")}, nil, nil, []tensor.Shape{sh("batch", "3", "1", "1")}},
		{"ConvTranspose", []tensor.Type{f("batch", "8", "h", "w"), f("8", "4", "2", "2")}, nil, []*onnx.Attribute{ints("strides", 2, 2)}, []tensor.Shape{sh("batch", "4", "2*h", "2*w")}},
		{"ReduceMean", []tensor.Type{f("batch", "seq", "4")}, nil, []*onnx.Attribute{ints("axes", -1)}, []tensor.Shape{sh("batch", "seq", "1")}},
		{"ReduceSum", []tensor.Type{f("batch", "seq")}, nil, []*onnx.Attribute{ints("keepdims", 0)}, []tensor.Shape{sh()}},
		{"ArgMax", []tensor.Type{f("batch", "seq", "9")}, nil, []*onnx.Attribute{ints("axis", -1), ints("keepdims", 0)}, []tensor.Shape{sh("batch", "seq")}},
		{"Split", []tensor.Type{f("batch", "seq", "9")}, nil, []*onnx.Attribute{ints("axis", -1)}, []tensor.Shape{sh("batch", "seq", "3"), sh("batch", "seq", "3"), sh("batch", "seq", "3")}},
		{"Concat", []tensor.Type{f("batch", "past", "4"), f("batch", "seq", "4")}, nil, []*onnx.Attribute{ints("axis", 1)}, []tensor.Shape{sh("batch", "past+seq", "4")}},
		{"Transpose", []tensor.Type{f("a", "b", "c")}, nil, []*onnx.Attribute{ints("perm", 2, 0, 1)}, []tensor.Shape{sh("c", "a", "b")}},
		{"Transpose", []tensor.Type{f("a", "b")}, nil, nil, []tensor.Shape{sh("b", "a")}},
		{"Gather", []tensor.Type{f("9", "4"), {DType: tensor.Int64, Shape: sh("batch", "seq")}}, nil, nil, []tensor.Shape{sh("batch", "seq", "4")}},
		{"GatherND", []tensor.Type{f("batch", "seq", "4"), {DType: tensor.Int64, Shape: sh("n", "2")}}, nil, nil, []tensor.Shape{sh("n", "4")}},
		{"TopK", []tensor.Type{f("batch", "9"), {DType: tensor.Int64, Shape: sh("1")}}, map[int][]tensor.Dim{1: {"3"}}, nil, []tensor.Shape{sh("batch", "3"), sh("batch", "3")}},
		{"OneHot", []tensor.Type{{DType: tensor.Int64, Shape: sh("batch")}, {DType: tensor.Int64, Shape: sh()}, f("2")}, map[int][]tensor.Dim{1: {"7"}}, nil, []tensor.Shape{sh("batch", "7")}},
		{"Tile", []tensor.Type{f("batch", "4"), {DType: tensor.Int64, Shape: sh("2")}}, map[int][]tensor.Dim{1: {"1", "seq"}}, nil, []tensor.Shape{sh("batch", "4*seq")}},
		{"Pad", []tensor.Type{f("batch", "4"), {DType: tensor.Int64, Shape: sh("4")}}, map[int][]tensor.Dim{1: {"0", "1", "0", "2"}}, nil, []tensor.Shape{sh("batch", "7")}},
		{"Flatten", []tensor.Type{f("batch", "3", "h")}, nil, []*onnx.Attribute{ints("axis", 1)}, []tensor.Shape{sh("batch", "3*h")}},
		{"Where", []tensor.Type{{DType: tensor.Bool, Shape: sh("seq", "seq")}, f(), f("batch", "1", "1", "1")}, nil, nil, []tensor.Shape{sh("batch", "1", "seq", "seq")}},
		{"LSTM", []tensor.Type{f("seq", "batch", "4"), f("1", "1", "1")}, nil, []*onnx.Attribute{ints("hidden_size", 5)}, []tensor.Shape{sh("seq", "1", "batch", "5"), sh("1", "batch", "5"), sh("1", "batch", "5")}},
		{"NonZero", []tensor.Type{f("a", "b")}, nil, nil, []tensor.Shape{sh("2", "?")}},
		{"Range", []tensor.Type{{DType: tensor.Int64, Shape: sh()}, {DType: tensor.Int64, Shape: sh()}, {DType: tensor.Int64, Shape: sh()}}, map[int][]tensor.Dim{0: {"past"}, 1: {"past+seq"}, 2: {"1"}}, nil, []tensor.Shape{sh("seq")}},
		{"Resize", []tensor.Type{f("batch", "3", "h", "w"), {}, f("4")}, map[int][]tensor.Dim{2: {"1", "1", "2", "2"}}, nil, []tensor.Shape{sh("batch", "3", "2*h", "2*w")}},
	}
	for _, tt := range tests {
		p := newPass("batch", "seq", "past", "h", "w", "a", "b", "c", "n")
		n := &onnx.Node{Op: tt.op, Attrs: tt.attrs}
		for i, typ := range tt.in {
			name := ""
			if typ.Shape != nil {
				name = "in" + string(rune('0'+i))
				p.types[name] = typ
				if v, ok := tt.vals[i]; ok {
					p.values[name] = v
				}
			}
			n.Inputs = append(n.Inputs, name)
		}
		for i := range tt.want {
			n.Outputs = append(n.Outputs, "out"+string(rune('0'+i)))
		}
		p.node(n)
		for i, want := range tt.want {
			require.Equal(t, want, p.types[n.Outputs[i]].Shape, "%s output %d", tt.op, i)
		}
	}
}

// TestNoPanics: rules must bear nodes that lack inputs, attributes and outputs.
func TestNoPanics(t *testing.T) {
	shapes := []tensor.Shape{nil, {}, sh("3"), sh("batch", "?"), sh("1", "2", "3"), sh("batch", "seq", "3", "4")}
	for key := range rules {
		for nin := 0; nin < 5; nin++ {
			for _, s := range shapes {
				for _, v := range [][]tensor.Dim{nil, {}, {"-1"}, {"0", "7"}, {"batch", "?", "-5"}} {
					p := newPass("batch")
					n := &onnx.Node{Op: key, Outputs: []string{"y", "z"}, Attrs: []*onnx.Attribute{ints("axis", 9), ints("axes", -7, 3), ints("perm", 5)}}
					for i := 0; i < nin; i++ {
						name := "x" + string(rune('0'+i))
						n.Inputs = append(n.Inputs, name)
						p.types[name] = tensor.Type{DType: tensor.Int64, Shape: s}
						if v != nil {
							p.values[name] = v
						}
					}
					c := &call{p: p, n: n, in: make([]tensor.Type, nin)}
					for i := range c.in {
						c.in[i] = p.types[n.Inputs[i]]
					}
					require.NotPanics(t, func() { rules[key](c) }, "%s with %d inputs of %s", key, nin, s)
				}
			}
		}
	}
}
