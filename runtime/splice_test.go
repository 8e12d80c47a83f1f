package nn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/modelspec"
	nn "github.com/nngen-go/nngen/runtime"
)

// pointOf finds the input or output point of a module.
func pointOf(t *testing.T, spec *modelspec.Spec, path string, side modelspec.Side) *modelspec.Point {
	for _, m := range spec.Timeline() {
		if m.Module.Path == path && m.Side == side && string(m.Point.Role) == string(side) {
			return m.Point
		}
	}
	t.Fatalf("%s has no %s", path, side)
	return nil
}

// scaled is a plan that multiplies points, in their order, and taps the logits.
func scaled(t *testing.T, s *nn.Session, spec *modelspec.Spec, points ...string) *nn.Plan {
	p := &nn.Plan{Name: "Scaled", Invokes: []string{"m"}, Mediators: []nn.Mediator{nil}}
	version := map[string]nn.Ref{}
	entered := map[int]nn.Ref{} // by consumer
	for _, at := range points {
		path, side := at[:len(at)-len(".output")], modelspec.SideOutput
		if at[len(at)-len(".input"):] == ".input" {
			path, side = at[:len(at)-len(".input")], modelspec.SideInput
		}
		q := pointOf(t, spec, path, side)
		from, ok := version[q.Tensor]
		if !ok {
			from = nn.ModelTensor(q.Tensor)
		}
		if side == modelspec.SideInput {
			if r, ok := entered[q.Consumers[0]]; ok {
				from = r
			}
		}
		p.Nodes = append(p.Nodes, nn.Node{Op: "Scale", In: []nn.Ref{from, nn.Arg("k")}, Out: []string{at}})
		w := nn.Write{At: at, Tensor: q.Tensor, Value: nn.Val(at)}
		if side == modelspec.SideInput {
			w.Consumers = q.Consumers
			for _, c := range q.Consumers {
				entered[c] = nn.Val(at)
			}
		} else {
			version[q.Tensor] = nn.Val(at)
		}
		p.Writes = append(p.Writes, w)
		p.Mediators[0] = append(p.Mediators[0], nn.State{At: at, Event: nn.Swap, Rows: nn.AllRows})
	}
	p.Params = []nn.Param{{Name: "k", Type: nn.Type{DType: nn.Float32, Shape: nn.Shape{}}}}
	p.Taps = []nn.Tap{{Name: "logits", Value: nn.ModelTensor("logits")}}
	if r, ok := version["logits"]; ok {
		p.Taps[0].Value = r
	}
	p.Mediators[0] = append(p.Mediators[0], nn.State{Event: nn.End, Rows: nn.AllRows})
	return p
}

// Writes at exits, at enters, at nested and shared points and at the model's own
// output act as they do when the same is interpreted.
func TestWritesActAsInterpreted(t *testing.T) {
	f := goldens(t, "gpt2")
	for _, exporter := range []string{"torchscript", "dynamo"} {
		spec := inferred(t, "gpt2", exporter)
		s := open(t, "gpt2", exporter)
		in := inputs(t, f, s, "raw/in.")
		for _, points := range [][]string{
			{"transformer.h.0.output"},
			{"transformer.h.0.output", "transformer.h.1.input"},
			{"transformer.h.1.input", "transformer.h.1.ln_1.input"},
			{"transformer.h.0.mlp.output", "transformer.h.0.output", "lm_head.input"},
			{"lm_head.output"},
		} {
			c, err := s.Compile(scaled(t, s, spec, points...))
			require.NoError(t, err, points)
			taps, err := c.Run(ctx, []nn.InvokeInputs{in}, []nn.Tensor{nn.Scalar(float32(1.25))})
			require.NoError(t, err)
			var want nn.Tensor
			require.NoError(t, nn.Interpret(ctx, s, in, func(m *gptModel) error {
				for _, at := range points {
					if path, ok := cut(at, ".output"); ok {
						e, err := m.Get(path)
						require.NoError(t, err)
						e.SetOutput(e.Output().Scale(1.25))
					} else {
						path, _ := cut(at, ".input")
						e, err := m.Get(path)
						require.NoError(t, err)
						e.SetInput(e.Input().Scale(1.25))
					}
				}
				want = m.LMHead.Output()
				return nil
			}))
			require.InDeltaSlice(t, want.Float32s(), taps.Tensor(0).Float32s(), 1e-5, points)
			require.NoError(t, c.Close())
		}
	}
}

func cut(s, suffix string) (string, bool) {
	if len(s) > len(suffix) && s[len(s)-len(suffix):] == suffix {
		return s[:len(s)-len(suffix)], true
	}
	return s, false
}

// A trace that changes nothing gives the model's very numbers.
func TestNoOpIsTheRawModel(t *testing.T) {
	f := goldens(t, "gpt2")
	s := open(t, "gpt2", "torchscript")
	in := inputs(t, f, s, "raw/in.")
	raw, err := s.RunRaw(ctx, in)
	require.NoError(t, err)
	c, err := s.Compile(scaled(t, s, inferred(t, "gpt2", "torchscript"), "transformer.h.0.output"))
	require.NoError(t, err)
	taps, err := c.Run(ctx, []nn.InvokeInputs{in}, []nn.Tensor{nn.Scalar(float32(1))})
	require.NoError(t, err)
	require.Equal(t, raw[0].Float32s(), taps.Tensor(0).Float32s())
	require.NoError(t, nn.Interpret(ctx, s, in, func(m *gptModel) error {
		require.Equal(t, raw[0].Float32s(), m.LMHead.Output().Float32s())
		return nil
	}))
}

// What no result needs is not in the graph.
func TestUnneededNodesArePruned(t *testing.T) {
	s := open(t, "gpt2", "torchscript")
	spec := inferred(t, "gpt2", "torchscript")
	count := func(path string) int {
		p := &nn.Plan{Name: "Tap", Invokes: []string{"m"}, Mediators: []nn.Mediator{{{Event: nn.End}}}}
		p.Taps = []nn.Tap{{Name: "h", Value: nn.ModelTensor(pointOf(t, spec, path, modelspec.SideOutput).Tensor)}}
		n, err := nn.SplicedNodes(s, p)
		require.NoError(t, err)
		return n
	}
	half, full := count("transformer.h.0"), count("lm_head")
	require.Less(t, half, full*2/3)
	require.Less(t, count("transformer.wte"), half/2)
}
