package nn_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/ort"
)

// The accessors of a small Llama that the tests use.
type (
	llamaModel struct {
		nn.Envoy
		Model  *llamaBody `nn:"model"`
		LMHead *leaf      `nn:"lm_head"`
	}
	llamaBody struct {
		nn.Envoy
		Layers [2]*llamaLayer `nn:"layers.%d"`
		Norm   *leaf          `nn:"norm"`
	}
	llamaLayer struct {
		nn.Envoy
		MLP *leaf `nn:"mlp"`
	}
)

// steerPlan is layer.output += v*alpha at every step.
func steerPlan(tensorName, at string) *nn.Plan {
	f32 := nn.Type{DType: nn.Float32, Shape: nn.Shape{}}
	return &nn.Plan{
		Name: "Steer", Invokes: []string{"m"},
		Params: []nn.Param{{Name: "v", Type: nn.Type{DType: nn.Float32, Shape: nn.Shape{"48"}}}, {Name: "alpha", Type: f32}},
		Nodes: []nn.Node{
			{Op: "Mul", In: []nn.Ref{nn.Arg("v"), nn.Arg("alpha")}, Out: []string{"a"}},
			{Op: "Add", In: []nn.Ref{nn.ModelTensor(tensorName), nn.Val("a")}, Out: []string{"b"}},
		},
		Writes:    []nn.Write{{At: at, Tensor: tensorName, Value: nn.Val("b")}},
		Taps:      []nn.Tap{{Name: "logits", Value: nn.ModelTensor("logits")}},
		Mediators: []nn.Mediator{{{At: at, Event: nn.Swap, Rows: nn.AllRows}, {Event: nn.End}}},
	}
}

// outputOf finds the tensor of a module's output in the spec.
func outputOf(t *testing.T, net, exporter, path string) string {
	for _, m := range inferred(t, net, exporter).Modules {
		if m.Path != path {
			continue
		}
		for _, p := range m.Outputs {
			if p.Role == "output" {
				return p.Tensor
			}
		}
	}
	t.Fatalf("%s has no output", path)
	return ""
}

func TestGreedyDecoding(t *testing.T) {
	for _, k := range []struct{ net, exporter, layer string }{
		{"gpt2", "torchscript", "transformer.h.0"},
		{"gpt2", "dynamo", "transformer.h.0"},
		{"llama", "torchscript", "model.layers.0"},
		{"llama", "dynamo", "model.layers.0"},
	} {
		t.Run(k.net+"/"+k.exporter, func(t *testing.T) {
			f, s := goldens(t, k.net), open(t, k.net, k.exporter)
			check := func(name string, got [][]int64, err error) {
				t.Helper()
				require.NoError(t, err)
				want := array(t, f, name+"/ids")
				for r, row := range got {
					require.Len(t, row, 6+24)
					require.Equal(t, want.Ints[r*24:(r+1)*24], row[6:], "row %d", r)
				}
			}
			most := nn.MaxNewTokens(24)
			ids, err := s.Generate(ctx, inputs(t, f, s, "greedy/in."), most, nn.Greedy())
			check("greedy", ids, err)
			ids, err = s.Generate(ctx, nn.InvokeInputs{"input_ids": array(t, f, "greedy/in.input_ids").Tensor()}, most)
			check("greedy", ids, err)

			c, err := s.Compile(steerPlan(outputOf(t, k.net, k.exporter, k.layer), k.layer+".output"))
			require.NoError(t, err)
			defer c.Close()
			v, alpha := array(t, f, "greedy_steer/arg.v").Tensor(), array(t, f, "greedy_steer/arg.alpha").Tensor()
			ids, err = c.Generate(ctx, inputs(t, f, s, "greedy_steer/in."), []nn.Tensor{v, alpha}, most)
			check("greedy_steer", ids, err)

			in := inputs(t, f, s, "greedy_steer/in.")
			steer := func(e *nn.Envoy) error {
				b, err := e.Get(k.layer)
				require.NoError(t, err)
				b.SetOutput(b.Output().Add(v.Scale(alpha.Item())))
				return nil
			}
			if k.net == "gpt2" {
				ids, err = nn.InterpretGenerate(ctx, s, in, func(m *gptModel) error { return steer(&m.Envoy) }, most)
			} else {
				ids, err = nn.InterpretGenerate(ctx, s, in, func(m *llamaModel) error { return steer(&m.Envoy) }, most)
			}
			check("greedy_steer", ids, err)
		})
	}
}

func TestDecodingEnds(t *testing.T) {
	f, s := goldens(t, "llama"), open(t, "llama", "torchscript")
	in := func() nn.InvokeInputs { return inputs(t, f, s, "greedy/in.") }
	all, err := s.Generate(ctx, in(), nn.MaxNewTokens(24))
	require.NoError(t, err)

	stopAt := all[0][6+3]
	got, err := s.Generate(ctx, in(), nn.MaxNewTokens(24), nn.StopTokens(stopAt))
	require.NoError(t, err)
	for r := range got {
		n := len(got[r])
		require.Equal(t, all[r][:n], got[r])
		if n < len(all[r]) {
			require.Equal(t, stopAt, got[r][n-1])
		}
	}
	require.LessOrEqual(t, len(got[0]), 6+4)

	var steps []int
	got, err = s.Generate(ctx, in(), nn.OnToken(func(step int, ids []int64) bool {
		steps = append(steps, step)
		require.Len(t, ids, 2)
		return step < 2
	}))
	require.NoError(t, err)
	require.Equal(t, []int{0, 1, 2}, steps)
	require.Len(t, got[1], 6+3)

	c, cancel := context.WithCancel(ctx)
	_, err = s.Generate(c, in(), nn.OnToken(func(int, []int64) bool { cancel(); return true }))
	require.ErrorIs(t, err, context.Canceled)

	_, err = s.Generate(ctx, nn.InvokeInputs{"input_ids": nn.Zeros(nn.Int64, 2, 0)})
	require.ErrorContains(t, err, "at least one token")
	_, err = openTwoLinear(t).Generate(ctx, nn.InvokeInputs{})
	require.ErrorContains(t, err, "cannot generate text")
}

// Every value, session and container is released: those that users hold by the
// collector, all others at once.
func TestNothingLeaks(t *testing.T) {
	collect := func(want int64) int64 {
		for i := 0; i < 200 && ort.LiveObjects() > want; i++ {
			runtime.GC()
			time.Sleep(time.Millisecond)
		}
		return ort.LiveObjects()
	}
	work := func() {
		f := goldens(t, "llama")
		s, err := nn.Open(infoOf(t, "llama", "torchscript"), model("llama", "torchscript"))
		require.NoError(t, err)
		_, err = s.Generate(ctx, inputs(t, f, s, "greedy/in."), nn.MaxNewTokens(3))
		require.NoError(t, err)
		run := func(f2 func(m *llamaModel) error) error {
			return nn.Interpret(ctx, s, inputs(t, f, s, "greedy/in."), f2)
		}
		require.NoError(t, run(func(m *llamaModel) error {
			h := m.Model.Layers[0].Output()
			m.LMHead.Call(m.Model.Norm.Call(h))
			m.Model.Layers[1].SetOutput(m.Model.Layers[1].Output().Scale(2))
			m.LMHead.Output()
			return nil
		}))
		require.Error(t, run(func(m *llamaModel) error {
			m.LMHead.Output()
			m.Model.Layers[0].Output()
			return nil
		}))
		c, err := s.Compile(steerPlan(outputOf(t, "llama", "torchscript", "model.layers.0"), "model.layers.0.output"))
		require.NoError(t, err)
		args := []nn.Tensor{nn.Zeros(nn.Float32, 48), nn.Scalar(float32(1))}
		taps, err := c.Run(ctx, []nn.InvokeInputs{inputs(t, f, s, "greedy/in.")}, args)
		require.NoError(t, err)
		taps.Release()
		_, err = c.Run(ctx, []nn.InvokeInputs{inputs(t, f, s, "greedy/in.")}, args[:1])
		require.Error(t, err)
		require.NoError(t, c.Close())
		require.NoError(t, s.Close())
		_, err = s.RunRaw(ctx, nil)
		require.ErrorContains(t, err, "closed")
	}
	work() // opens single-operation sessions, which stay
	before := collect(0)
	work()
	require.LessOrEqual(t, collect(before), before)
}

// A drawn text is its seed's, whatever other rows there are; a row that ended is
// reported so.
func TestSampledDecoding(t *testing.T) {
	f, s := goldens(t, "llama"), open(t, "llama", "torchscript")
	in := inputs(t, f, s, "greedy/in.")
	ids := in["input_ids"]
	hot := []nn.GenerateOption{nn.MaxNewTokens(12), nn.Temperature(3), nn.TopK(40), nn.TopP(0.95)}
	draw := func(in nn.InvokeInputs, more ...nn.GenerateOption) [][]int64 {
		got, err := s.Generate(ctx, in, append(hot[:len(hot):len(hot)], more...)...)
		require.NoError(t, err)
		return got
	}
	got := draw(in, nn.Seed(5))
	require.Equal(t, got, draw(in, nn.Seed(5)))
	require.NotEqual(t, got, draw(in, nn.Seed(6)))
	require.Equal(t, got[0], draw(nn.InvokeInputs{"input_ids": firstTokens(ids, 6)}, nn.Seed(5))[0], "row 0 does not depend on row 1")

	greedy, err := s.Generate(ctx, in, nn.MaxNewTokens(12))
	require.NoError(t, err)
	require.NotEqual(t, greedy, got)
	require.Equal(t, greedy, draw(in, nn.TopK(1)))
	require.Equal(t, greedy, draw(in, nn.Greedy()))

	var told [][]int64
	draw(in, nn.Seed(5), nn.StopTokens(got[0][6]), nn.OnToken(func(_ int, ids []int64) bool {
		told = append(told, ids)
		return true
	}))
	require.Equal(t, got[0][6], told[0][0])
	require.Greater(t, len(told), 1)
	require.Equal(t, int64(nn.Ended), told[1][0])

	for _, bad := range []nn.GenerateOption{nn.Temperature(0), nn.Temperature(-1), nn.TopK(-2), nn.TopP(0), nn.TopP(1.5)} {
		_, err := s.Generate(ctx, in, bad)
		require.ErrorContains(t, err, "NN3142")
	}
}
