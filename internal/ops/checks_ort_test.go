package ops_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
	"github.com/nngen-go/nngen/runtime/ort"
)

// zeros is an array of float32 zeros.
func zeros(shape ...int64) array {
	n := int64(1)
	for _, d := range shape {
		n *= d
	}
	return array{tensor.Float32, append([]int64{}, shape...), make([]byte, 4*n)}
}

func int64s(v ...int64) array {
	a := array{DType: tensor.Int64, Shape: []int64{int64(len(v))}}
	for _, n := range v {
		a.Data = binary.LittleEndian.AppendUint64(a.Data, uint64(n))
	}
	return a
}

func int64Scalar(v int64) array {
	a := int64s(v)
	a.Shape = []int64{}
	return a
}

func mask(shape ...int64) array {
	a := zeros(shape...)
	return array{tensor.Bool, a.Shape, make([]byte, len(a.Data)/4)}
}

// TestRunChecks: what no rule can see while sizes are unknown ends the run, and
// never gives another shape or another element.
func TestRunChecks(t *testing.T) {
	b, err := ort.Backend()
	require.NoError(t, err)
	x := zeros(2, 3, 4)
	for _, g := range []golden{
		{Op: "Add", In: []array{x, zeros(5)}},
		{Op: "At", Attrs: index(":,3"), In: []array{x}},
		{Op: "At", Attrs: index(":,-4"), In: []array{x}},
		{Op: "At", Attrs: index(":,-1"), In: []array{zeros(2, 0, 4)}},
		{Op: "At", Attrs: index(":,$"), In: []array{x, int64Scalar(3)}},
		{Op: "At", Attrs: index(":,$"), In: []array{x, int64Scalar(-4)}},
		{Op: "At", Attrs: index(":,$"), In: []array{x, int64s(0, 3)}},
		{Op: "At", Attrs: index("$,$"), In: []array{x, int64s(0, 1), int64s(0, 3)}},
		{Op: "At", Attrs: index("$,$"), In: []array{x, int64s(0, -3), int64s(0, 1)}},
		{Op: "At", Attrs: index("[0 2]"), In: []array{x}},
		{Op: "At", Attrs: index("$"), In: []array{x, mask(3)}},
		{Op: "At", Attrs: index("$,$"), In: []array{x, int64s(0, 1, 1), int64s(0, 1)}},
		{Op: "SetAt", Attrs: index("$,$"), In: []array{x, zeros(4), int64s(0, 1), int64s(0, 3)}},
		{Op: "SetAt", Attrs: index("$,$"), In: []array{x, zeros(3, 4), int64s(0, 1), int64s(0, 1)}},
		{Op: "SetAt", Attrs: index("[0 2]"), In: []array{x, zeros()}},
		{Op: "SetAt", Attrs: index(":,3"), In: []array{x, zeros(4)}},
		{Op: "SetAt", Attrs: index(":,-4"), In: []array{x, zeros()}},
		{Op: "SetAt", Attrs: index(":,$"), In: []array{x, zeros(4), int64Scalar(7)}},
		{Op: "SetAt", Attrs: index(":,$"), In: []array{x, zeros(4), int64s(1, 7)}},
		{Op: "SetAt", Attrs: index(""), In: []array{zeros(1, 4), zeros(3, 4)}},
		{Op: "SetAt", Attrs: index(":,:,1:"), In: []array{zeros(1, 3, 4), zeros(2, 3, 3)}},
		{Op: "SetAt", Attrs: index(":,:,1:"), In: []array{x, zeros(2, 3, 2)}},
		{Op: "SetAt", Attrs: index(":,:,:2"), In: []array{zeros(2, 3, 1), zeros(2, 3, 2)}},
		{Op: "SetAt", Attrs: index(":,1:"), In: []array{x, zeros(3, 1, 1)}},
		{Op: "SetAt", Attrs: index("$"), In: []array{zeros(1, 3, 4), zeros(), mask(2, 3)}},
		{Op: "SetAt", Attrs: index("$"), In: []array{zeros(2, 1, 4), zeros(3, 4), mask(2)}},
		{Op: "Squeeze", Attrs: axis(0), In: []array{x}},
		{Op: "Expand", Attrs: ops.Attrs{"sizes": []int64{1, -1, 4}}, In: []array{x}},
		{Op: "Expand", Attrs: ops.Attrs{"sizes": []int64{3, -1, 4}}, In: []array{x}},
		{Op: "Chunk", Attrs: ops.Attrs{"n": int64(2), "axis": int64(1)}, In: []array{x}},
		{Op: "Split", Attrs: ops.Attrs{"axis": int64(1), "sizes": []int64{1, 1}}, In: []array{x}},
		{Op: "Heads", Attrs: ops.Attrs{"n": int64(3)}, In: []array{x}},
		{Op: "Unflatten", Attrs: ops.Attrs{"axis": int64(1), "sizes": []int64{2, -1}}, In: []array{x}},
		{Op: "Reshape", Attrs: ops.Attrs{"dims": []int64{5, -1}}, In: []array{x}},
		{Op: "Concat", Attrs: axis(0), In: []array{x, zeros(2, 3, 5)}},
		{Op: "TopK", Attrs: ops.Attrs{"k": int64(4), "axis": int64(1)}, In: []array{x}},
		{Op: "TruncDiv", In: []array{int64s(1, 2), int64s(1, 0)}},
		{Op: "FloorDiv", In: []array{int64s(1, 2), int64s(0, 1)}},
		{Op: "Rem", In: []array{int64s(1, 2), int64Scalar(0)}},
		{Op: "Mod", In: []array{int64s(1, 2), int64Scalar(0)}},
		{Op: "ExpandAs", In: []array{x, zeros(1, 3, 4)}},
		{Op: "JoinRows", Attrs: ops.Attrs{"invokes": []int64{0}, "axis": int64(0), "scale": int64(1), "total": int64(2)}, In: []array{x, int64s(0, 1, 2), x}},
		{Op: "JoinRows", Attrs: ops.Attrs{"invokes": []int64{0}, "axis": int64(1), "scale": int64(1), "total": int64(2)}, In: []array{x, int64s(0, 1, 3), x}},
		{Op: "JoinRows", Attrs: ops.Attrs{"invokes": []int64{0, 1}, "axis": int64(0), "scale": int64(1), "total": int64(2)}, In: []array{x, int64s(0, 1, 2), x, x}},
	} {
		for _, opset := range opsets {
			op, _ := ops.Lookup(g.Op)
			types, err := op.Infer(ranks.types(g), g.Attrs)
			require.NoError(t, err, g)
			g.Out = make([]array, len(types))
			for i, ty := range types {
				g.Out[i] = array{DType: ty.DType, Shape: make([]int64, len(ty.Shape))}
			}
			m, _, err := batch([]golden{g}, ranks, opset)
			require.NoError(t, err, g)
			out, err := runModel(b, m, feedOf([]golden{g}), backend.OptimizeBasic)
			require.Error(t, err, "opset %d, %s gave %v", opset, g, out)
		}
	}
}

// TestSingle runs a single-operation model on several sizes.
func TestSingle(t *testing.T) {
	b, err := ort.Backend()
	require.NoError(t, err)
	for _, n := range []int64{1, 3, 7} {
		in := []tensor.Type{f32("2", tensor.N(n)), f32()}
		m, inputs, outputs, err := ops.Single("Scale", in, nil, ops.SingleOpset)
		require.NoError(t, err)
		require.Equal(t, []string{"in0", "in1"}, inputs)
		require.Len(t, outputs, 1)
		x := zeros(2, n)
		out, err := runModel(b, m, map[string]array{"in0": x, "in1": zeros()}, backend.OptimizeBasic)
		require.NoError(t, err)
		require.Equal(t, x, out[outputs[0]])
	}
	// An operator with nothing to do still has an output of its own.
	m, inputs, outputs, err := ops.Single("Float", []tensor.Type{f32("3")}, nil, ops.SingleOpset)
	require.NoError(t, err)
	require.NotEqual(t, inputs[0], outputs[0])
	_, err = runModel(b, m, map[string]array{"in0": zeros(3)}, backend.OptimizeBasic)
	require.NoError(t, err)

	_, _, _, err = ops.Single("Softmax", []tensor.Type{anyRank}, axis(0), ops.SingleOpset)
	require.ErrorContains(t, err, "no rank")
	_, _, _, err = ops.Single("Nothing", nil, nil, ops.SingleOpset)
	require.ErrorContains(t, err, "no operator")
	_, _, _, err = ops.Single("Neg", []tensor.Type{ty(tensor.BFloat16, "3")}, nil, 11)
	require.ErrorContains(t, err, "bfloat16 needs opset 13")
}

func TestSingleModels(t *testing.T) {
	for _, g := range goldens(t) {
		for _, opset := range opsets {
			if !hasOpset(g, opset) || needsSizes[g.Op] {
				continue
			}
			m, inputs, outputs, err := ops.Single(g.Op, sizes.types(g), g.Attrs, opset)
			require.NoError(t, err, g)
			require.Len(t, inputs, len(g.In))
			require.Len(t, outputs, len(g.Out))
			require.NoError(t, named(m.Graph), g)
			break
		}
	}
}

// named checks that every name is made once and before it is used.
func named(g *onnx.Graph) error {
	made := map[string]bool{}
	for _, v := range g.Inputs {
		made[v.Name] = true
	}
	for _, c := range g.Initializers {
		made[c.Name] = true
	}
	for _, n := range g.Nodes {
		for _, in := range n.Inputs {
			if !made[in] {
				return fmt.Errorf("%s reads %s before it is made", n.Op, in)
			}
		}
		for _, out := range n.Outputs {
			if made[out] {
				return fmt.Errorf("%s is made twice", out)
			}
			made[out] = true
		}
	}
	for _, o := range g.Outputs {
		if !made[o.Name] {
			return fmt.Errorf("output %s is never made", o.Name)
		}
	}
	return nil
}

func TestKey(t *testing.T) {
	k := ops.Key("At", []tensor.Type{f32("2", "3")}, index(":,-1"))
	require.Equal(t, `At float32/2 {"index":":,-1"}`, k)
	require.Equal(t, k, ops.Key("At", []tensor.Type{f32("4", "5")}, index(":,-1")))
	for _, other := range []string{
		ops.Key("At", []tensor.Type{f32("2", "3", "4")}, index(":,-1")),
		ops.Key("At", []tensor.Type{ty(tensor.Float16, "2", "3")}, index(":,-1")),
		ops.Key("At", []tensor.Type{f32("2", "3")}, index(":,-2")),
		ops.Key("SetAt", []tensor.Type{f32("2", "3")}, index(":,-1")),
	} {
		require.NotEqual(t, k, other)
	}
}
