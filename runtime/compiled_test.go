package nn_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	nn "github.com/nngen-go/nngen/runtime"
)

// twoLinear is what an accessor package would say of the fixture.
var twoLinear = nn.ModelInfo{
	Name: "twolinear", Opset: 18, Batch: "batch",
	Symbols: []nn.SymbolInfo{{Name: "batch", Input: "x", Axis: 0}},
	Inputs:  []nn.InputInfo{{Name: "x", Role: "input", DType: nn.Float32, Shape: []string{"batch", "4"}}},
	Outputs: []nn.OutputInfo{{Name: "out", Role: "output", DType: nn.Float32, Shape: []string{"batch", "3"}}},
}

// fc1 is the output of the first layer in the export with node names.
const fc1 = "/fc1/Gemm_output_0"

var fc1Types = map[string]nn.Type{fc1: {DType: nn.Float32, Shape: nn.Shape{"batch", "8"}}}

func model(net, exporter string) string {
	return filepath.Join("..", "testdata", "models", net, exporter+".onnx")
}

func openTwoLinear(t testing.TB) *nn.Session {
	s, err := nn.Open(twoLinear, model("twolinear", "torchscript"), nn.Optimize(nn.OptimizeBasic), nn.Threads(1))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func goldens(t testing.TB, net string) *golden.File {
	f, err := golden.Open(net)
	require.NoError(t, err)
	return f
}

func array(t testing.TB, f *golden.File, name string) golden.Array {
	a, err := f.Array(name)
	require.NoError(t, err)
	return a
}

var ctx = context.Background()

// paramsPlan is fc1.output = fc1.output*scale + shift, then out.
func paramsPlan() *nn.Plan {
	return &nn.Plan{
		Name: "Params", Invokes: []string{"m"}, Tensors: fc1Types,
		Params: []nn.Param{
			{Name: "scale", Type: nn.Type{DType: nn.Float32, Shape: nn.Shape{}}},
			{Name: "shift", Type: nn.Type{DType: nn.Float32, Shape: nn.Shape{"8"}}},
		},
		Nodes: []nn.Node{
			{Op: "Mul", In: []nn.Ref{nn.ModelTensor(fc1), nn.Arg("scale")}, Out: []string{"a"}, Line: 3},
			{Op: "Add", In: []nn.Ref{nn.Val("a"), nn.Arg("shift")}, Out: []string{"b"}, Line: 3},
		},
		Writes: []nn.Write{{At: "fc1.output", Tensor: fc1, Value: nn.Val("b"), Line: 3}},
		Taps:   []nn.Tap{{Name: "before", Value: nn.ModelTensor(fc1)}, {Name: "out", Value: nn.ModelTensor("out")}},
		Mediators: []nn.Mediator{{
			{At: "fc1.output", Event: nn.Value, Rows: nn.AllRows},
			{At: "fc1.output", Event: nn.Swap, Placement: nn.Graph, Rows: nn.AllRows},
			{At: "model.output", Event: nn.Value, Rows: nn.AllRows},
			{Event: nn.End, Rows: nn.AllRows},
		}},
	}
}

func TestRawModelIsTheGolden(t *testing.T) {
	s, f := openTwoLinear(t), goldens(t, "twolinear")
	out, err := s.RunRaw(ctx, nn.InvokeInputs{"x": array(t, f, "raw/in.x").Tensor()})
	require.NoError(t, err)
	require.NoError(t, array(t, f, "raw/out").Compare(out[0]))
}

func TestCompiledPlanWithParameters(t *testing.T) {
	s, f := openTwoLinear(t), goldens(t, "twolinear")
	c, err := s.Compile(paramsPlan())
	require.NoError(t, err)
	defer c.Close()
	in := []nn.InvokeInputs{{"x": array(t, f, "params/in.x").Tensor()}}
	args := []nn.Tensor{array(t, f, "params/arg.scale").Tensor(), array(t, f, "params/arg.shift").Tensor()}
	taps, err := c.Run(ctx, in, args)
	require.NoError(t, err)
	require.NoError(t, array(t, f, "params/out").Compare(taps.Tensor(1)))
	require.Equal(t, []int{2, 8}, taps.Tensor(0).Shape())

	var before, out nn.Tensor
	require.NoError(t, c.RunInto(ctx, in, args, &before, &out))
	require.NoError(t, array(t, f, "params/out").Compare(out))
	same := out
	args[0] = nn.Scalar(float32(0))
	require.NoError(t, c.RunInto(ctx, in, args, nil, &out))
	require.Equal(t, same.Float32s(), out.Float32s(), "written in place")
	require.Error(t, array(t, f, "params/out").Compare(out))
	taps.Release()
}

func TestRunErrorsNameParameterAndLine(t *testing.T) {
	s := openTwoLinear(t)
	c, err := s.Compile(paramsPlan())
	require.NoError(t, err)
	x := nn.Zeros(nn.Float32, 2, 4)
	ins := []nn.InvokeInputs{{"x": x}}
	scale, shift := nn.Scalar(float32(1)), nn.Zeros(nn.Float32, 8)
	cases := []struct {
		ins  []nn.InvokeInputs
		args []nn.Tensor
		want string
	}{
		{ins, []nn.Tensor{scale}, "Params takes 2 parameters, 1 given"},
		{ins, []nn.Tensor{scale, nn.Zeros(nn.Float32, 7)}, "parameter shift of Params is float32 [7], but the trace takes float32 [8]"},
		{ins, []nn.Tensor{nn.Scalar(1), shift}, "parameter scale of Params is int64 [], but the trace takes float32 []"},
		{ins, []nn.Tensor{scale, {}}, "parameter shift of Params (float32 [8]) is not set"},
		{nil, []nn.Tensor{scale, shift}, "Params has 1 invokes, inputs given for 0"},
		{[]nn.InvokeInputs{{}}, []nn.Tensor{scale, shift}, `input "x" (float32 [batch, 4]) is missing`},
		{[]nn.InvokeInputs{{"y": x}}, []nn.Tensor{scale, shift}, `the model has no input "y"; it has x`},
		{[]nn.InvokeInputs{{"x": nn.Zeros(nn.Float32, 2, 5)}}, []nn.Tensor{scale, shift}, `input "x" has 5 entries along axis 1, but 4 is 4 here`},
		{[]nn.InvokeInputs{{"x": nn.Zeros(nn.Int64, 2, 4)}}, []nn.Tensor{scale, shift}, `input "x" is int64 [2, 4], but the model takes float32 [batch, 4]`},
	}
	for _, k := range cases {
		_, err := c.Run(ctx, k.ins, k.args)
		require.ErrorContains(t, err, k.want)
		require.ErrorContains(t, err, "compiled_test.go:")
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = c.Run(cancelled, ins, []nn.Tensor{scale, shift})
	require.ErrorIs(t, err, context.Canceled)
	_, err = c.Run(ctx, ins, []nn.Tensor{scale, shift})
	require.NoError(t, err)
}

func TestPlansThatDoNotFit(t *testing.T) {
	s := openTwoLinear(t)
	change := func(f func(p *nn.Plan)) error {
		p := paramsPlan()
		f(p)
		_, err := s.Compile(p)
		return err
	}
	require.ErrorContains(t, change(func(p *nn.Plan) { p.Mediators[0][1].At = "fc2.output" }), "fc1.output (line 3) is written, but no mediator swaps it")
	require.ErrorContains(t, change(func(p *nn.Plan) { p.Writes = nil }), "a mediator swaps fc1.output, but the plan does not write it")
	require.ErrorContains(t, change(func(p *nn.Plan) { p.Mediators = nil }), "has 1 invokes and 0 mediators")
	require.ErrorContains(t, change(func(p *nn.Plan) { p.Nodes[0].Op = "Frobnicate" }), "no operator Frobnicate")
	require.ErrorContains(t, change(func(p *nn.Plan) { p.Nodes[0].In[0] = nn.ModelTensor("nope") }), `the model has no tensor "nope"`)
	require.ErrorContains(t, change(func(p *nn.Plan) { p.Writes[0].Tensor = "nope" }), "no tensor of the model")
	other := twoLinear
	other.Fingerprint = "sha256:0"
	_, err := nn.Open(other, model("twolinear", "torchscript"))
	require.ErrorContains(t, err, "is not the model that package twolinear was generated for")
}

// A plan of two invokes: the rows of the second are doubled, and a module is
// called on the rows of the first.
func TestInvokesHaveTheirOwnRows(t *testing.T) {
	s := openTwoLinear(t)
	rows := nn.Arg("nngen.rows")
	narrow := func(i int64) map[string]any { return map[string]any{"invoke": i, "axis": int64(0), "scale": int64(1)} }
	types := map[string]nn.Type{
		fc1: fc1Types[fc1], "/relu/Relu_output_0": {DType: nn.Float32, Shape: nn.Shape{"batch", "8"}},
	}
	p := &nn.Plan{
		Name: "Two", Invokes: []string{"a", "b"}, Tensors: types,
		Nodes: []nn.Node{
			{Op: "NarrowRows", In: []nn.Ref{nn.ModelTensor(fc1), rows}, Out: []string{"a"}, Attrs: narrow(0)},
			{Op: "NarrowRows", In: []nn.Ref{nn.ModelTensor(fc1), rows}, Out: []string{"b"}, Attrs: narrow(1)},
			{Op: "Add", In: []nn.Ref{nn.Val("b"), nn.Val("b")}, Out: []string{"b2"}},
			{
				Op: "JoinRows", In: []nn.Ref{nn.ModelTensor(fc1), rows, nn.Val("b2")}, Out: []string{"w"},
				Attrs: map[string]any{"invokes": []int64{1}, "axis": int64(0), "scale": int64(1), "total": int64(2)},
			},
			{
				Op: "Call", In: []nn.Ref{nn.Val("a")}, Out: []string{"called"},
				Attrs: map[string]any{"module": "fc2", "input": "/relu/Relu_output_0", "output": "out", "rows": int64(0)},
			},
		},
		Writes: []nn.Write{{At: "fc1.output", Tensor: fc1, Value: nn.Val("w")}},
		Taps:   []nn.Tap{{Name: "a", Value: nn.Val("a")}, {Name: "out", Value: nn.ModelTensor("out")}, {Name: "called", Value: nn.Val("called")}},
		Mediators: []nn.Mediator{
			{{At: "fc1.output", Event: nn.Value}, {Event: nn.End}},
			{{At: "fc1.output", Event: nn.Value, Rows: 1}, {At: "fc1.output", Event: nn.Swap, Rows: 1}, {Event: nn.End, Rows: 1}},
		},
	}
	c, err := s.Compile(p)
	require.NoError(t, err)
	a, b := nn.From([]float32{1, 2, 3, 4, -1, 0, 2, 1}, 2, 4), nn.From([]float32{4, 3, 2, 1}, 1, 4)
	taps, err := c.Run(ctx, []nn.InvokeInputs{{"x": a}, {"x": b}}, nil)
	require.NoError(t, err)
	require.Equal(t, []int{2, 8}, taps.Tensor(0).Shape())
	require.Equal(t, []int{3, 3}, taps.Tensor(1).Shape())
	require.Equal(t, []int{2, 3}, taps.Tensor(2).Shape())
	raw, err := s.RunRaw(ctx, nn.InvokeInputs{"x": a})
	require.NoError(t, err)
	require.InDeltaSlice(t, raw[0].Float32s(), taps.Tensor(1).At(nn.RangeTo(2)).Float32s(), 1e-6, "rows of the first invoke are as without the second")
	_, err = c.Run(ctx, []nn.InvokeInputs{{"x": a}, {"x": nn.Zeros(nn.Float32, 1, 5)}}, nil)
	require.ErrorContains(t, err, `input "x"`)
}
