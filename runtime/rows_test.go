package nn_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/modelspec"
	nn "github.com/nngen-go/nngen/runtime"
)

func TestInterpretedLlama(t *testing.T) {
	f := goldens(t, "llama")
	for _, exporter := range []string{"torchscript", "dynamo"} {
		s := open(t, "llama", exporter)
		check := func(name string, got nn.Tensor) {
			t.Helper()
			require.NoError(t, array(t, f, name).Compare(got), "%s %s", exporter, name)
		}
		one := func(name string, body func(m *llamaModel)) {
			t.Helper()
			require.NoError(t, nn.Interpret(ctx, s, inputs(t, f, s, name+"/in."), func(m *llamaModel) error { body(m); return nil }))
		}
		var a, b, c, lens, mlp nn.Tensor
		one("set_layer0", func(m *llamaModel) {
			l := m.Model.Layers[0]
			l.SetOutput(l.Output().Scale(1.5))
			a = m.LMHead.Output()
		})
		check("set_layer0/logits", a)
		one("inplace_last", func(m *llamaModel) {
			l := m.Model.Layers[1]
			h := l.Output().SetAt(nn.Scalar(float32(0)), nn.All, -1).SetAt(nn.Scalar(float32(2)), nn.All, -1, 3)
			l.SetOutput(h)
			a = m.LMHead.Output()
		})
		check("inplace_last/logits", a)
		one("call_lens", func(m *llamaModel) {
			h := m.Model.Layers[0].Output()
			lens = m.LMHead.Call(m.Model.Norm.Call(h))
			mlp = m.Model.Layers[1].MLP.Call(h)
			a = m.LMHead.Output()
		})
		check("call_lens/lens", lens)
		check("call_lens/mlp", mlp)
		check("call_lens/logits", a)
		require.NoError(t, nn.InterpretTrace(ctx, s, func(tr *nn.Trace) error {
			nn.Invoke(tr, inputs(t, f, s, "two_invokes/in0."), func(m *llamaModel) {
				a = m.Model.Layers[0].Output()
				b = m.LMHead.Output()
			})
			nn.Invoke(tr, inputs(t, f, s, "two_invokes/in1."), func(m *llamaModel) {
				l := m.Model.Layers
				l[0].SetOutput(l[0].Output().Scale(1.5))
				l[1].SetOutput(l[1].Output().SetAt(nn.Scalar(float32(0)), nn.All, 2))
				c = m.LMHead.Output()
			})
			tr.Run()
			return nil
		}))
		check("two_invokes/h0_0", a)
		check("two_invokes/logits0", b)
		check("two_invokes/logits1", c)
	}
}

// A block is called by one of two invokes: its mask, positions and shapes are
// those of that invoke's rows, in both ways to run.
func TestCallInOneOfTwoInvokes(t *testing.T) {
	f := goldens(t, "llama")
	for _, exporter := range []string{"torchscript", "dynamo"} {
		t.Run(exporter, func(t *testing.T) {
			s := open(t, "llama", exporter)
			in0, in1 := inputs(t, f, s, "two_invokes/in0."), inputs(t, f, s, "two_invokes/in1.")
			var alone, called [2]nn.Tensor
			for i, in := range []nn.InvokeInputs{in0, in1} {
				require.NoError(t, nn.Interpret(ctx, s, in, func(m *llamaModel) error {
					alone[i] = m.Model.Layers[1].Call(m.Model.Layers[0].Output())
					return nil
				}))
			}
			require.NoError(t, nn.InterpretTrace(ctx, s, func(tr *nn.Trace) error {
				for i, in := range []nn.InvokeInputs{in0, in1} {
					nn.Invoke(tr, in, func(m *llamaModel) {
						called[i] = m.Model.Layers[1].Call(m.Model.Layers[0].Output())
					})
				}
				tr.Run()
				return nil
			}))
			for i := range called {
				require.Equal(t, alone[i].Shape(), called[i].Shape())
				require.InDeltaSlice(t, alone[i].Float32s(), called[i].Float32s(), 1e-5, "interpreted, invoke %d", i)
			}
			taps := runCallPlan(t, s, exporter, []nn.InvokeInputs{in0, in1})
			for i := range called {
				require.Equal(t, alone[i].Shape(), taps.Tensor(i).Shape())
				require.InDeltaSlice(t, alone[i].Float32s(), taps.Tensor(i).Float32s(), 1e-5, "compiled, invoke %d", i)
			}
		})
	}
}

// runCallPlan calls layer 1 on the output of layer 0 for each of two invokes.
func runCallPlan(t *testing.T, s *nn.Session, exporter string, ins []nn.InvokeInputs) *nn.Taps {
	var h, input, output string
	sides := map[string]nn.Type{}
	spec := inferred(t, "llama", exporter)
	for _, m := range spec.Modules {
		switch m.Path {
		case "model.layers.0":
			h = outputOf(t, "llama", exporter, m.Path)
		case "model.layers.1":
			output = outputOf(t, "llama", exporter, m.Path)
			for _, p := range m.Inputs {
				if p.Role == "input" {
					input = p.Tensor
				} else if at, _ := spec.RowsOf(p.Type, modelspec.OrderUnknown); at.Axis >= 0 {
					sides[p.Tensor] = p.Type
				}
			}
		}
	}
	p := &nn.Plan{Name: "Call", Invokes: []string{"a", "b"}}
	rows := nn.Arg("nngen.rows")
	narrow := func(i int, tensorName string, typ nn.Type) nn.Ref {
		at, problem := spec.RowsOf(typ, modelspec.OrderUnknown)
		require.Empty(t, problem)
		out := fmt.Sprintf("n%d", len(p.Nodes))
		p.Nodes = append(p.Nodes, nn.Node{
			Op: "NarrowRows", In: []nn.Ref{nn.ModelTensor(tensorName), rows}, Out: []string{out},
			Attrs: map[string]any{"invoke": int64(i), "axis": int64(at.Axis), "scale": int64(1)},
		})
		return nn.Val(out)
	}
	for i := range ins {
		arg := narrow(i, h, nn.Type{DType: nn.Float32, Shape: nn.Shape{nn.Dim(spec.Batch), "seq", "48"}})
		in, names := []nn.Ref{arg}, ""
		for name, typ := range sides {
			in = append(in, narrow(i, name, typ))
			if names != "" {
				names += "\n"
			}
			names += name
		}
		out := fmt.Sprintf("called%d", i)
		p.Nodes = append(p.Nodes, nn.Node{Op: "Call", In: in, Out: []string{out}, Attrs: map[string]any{
			"module": "model.layers.1", "input": input, "output": output, "sides": names, "rows": int64(i),
		}})
		p.Taps = append(p.Taps, nn.Tap{Name: out, Value: nn.Val(out)})
		p.Mediators = append(p.Mediators, nn.Mediator{{At: "model.layers.0.output", Event: nn.Value, Rows: i}, {Event: nn.End, Rows: i}})
	}
	c, err := s.Compile(p)
	require.NoError(t, err)
	taps, err := c.Run(ctx, ins, nil)
	require.NoError(t, err)
	return taps
}

// One session, one compiled trace and the interpreter, used by many goroutines at once.
func TestManyGoroutines(t *testing.T) {
	s := open(t, "gpt2", "torchscript")
	c, err := s.Compile(steerPlan(outputOf(t, "gpt2", "torchscript", "transformer.h.0"), "transformer.h.0.output"))
	require.NoError(t, err)
	v := nn.From(make([]float32, 48))
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			for i := range 10 {
				ids := nn.From([]int{g, i, 3}, 1, 3)
				taps, err := c.Run(ctx, []nn.InvokeInputs{{"input_ids": ids}}, []nn.Tensor{v, nn.Scalar(float32(1))})
				if err != nil {
					t.Error(err)
					return
				}
				var logits nn.Tensor
				err = nn.Interpret(ctx, s, nn.InvokeInputs{"input_ids": ids}, func(m *gptModel) error {
					b := m.Transformer.H[0]
					b.SetOutput(b.Output().Add(v))
					logits = m.LMHead.Output()
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
				want, got := logits.Float32s(), taps.Tensor(0).Float32s()
				for k := range want {
					if d := want[k] - got[k]; d > 1e-5 || d < -1e-5 {
						t.Errorf("goroutine %d, run %d: element %d differs by %g", g, i, k, d)
						return
					}
				}
				taps.Release()
			}
		})
	}
	group.Wait()
}
