package golden

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
	nn "github.com/nngen-go/nngen/runtime"
	_ "github.com/nngen-go/nngen/runtime/ort"
)

var ctx = context.Background()

// outputs are the names of a graph's outputs, as the spec has them.
func outputs(f *Fixture) []string {
	var out []string
	for _, v := range f.Spec.Outputs {
		out = append(out, v.Name)
	}
	return out
}

// planOf writes value(m) at each of the moments, and taps every output of the
// model as it is after these writes.
func planOf(f *Fixture, moments []modelspec.Moment, value func(p *nn.Plan, m modelspec.Moment) nn.Ref) *nn.Plan {
	p := &nn.Plan{Name: "Guard", Model: f.Spec.Fingerprint, Invokes: []string{"m"}, Mediators: []nn.Mediator{nil}, Tensors: f.Types()}
	now := map[string]nn.Ref{}
	for _, m := range moments {
		w := nn.Write{At: m.Address(), Tensor: m.Point.Tensor, Value: value(p, m)}
		if m.Side == modelspec.SideInput {
			w.Consumers = m.Point.Consumers
		} else {
			now[m.Point.Tensor] = w.Value
		}
		p.Writes = append(p.Writes, w)
		p.Mediators[0] = append(p.Mediators[0], nn.State{At: w.At, Event: nn.Swap, Placement: nn.Graph, Rows: nn.AllRows})
	}
	for _, name := range outputs(f) {
		ref, ok := now[name]
		if !ok {
			ref = nn.ModelTensor(name)
		}
		p.Taps = append(p.Taps, nn.Tap{Name: name, Value: ref})
	}
	p.Mediators[0] = append(p.Mediators[0], nn.State{Event: nn.End, Rows: nn.AllRows})
	return p
}

// same is an identity that the optimiser cannot see through: the smaller of x and x.
func same(p *nn.Plan, m modelspec.Moment) nn.Ref {
	x, op := nn.ModelTensor(m.Point.Tensor), "Minimum"
	if m.Point.Type.DType == tensor.Bool {
		op = "And"
	}
	out := fmt.Sprint("same", len(p.Nodes))
	p.Nodes = append(p.Nodes, nn.Node{Op: op, In: []nn.Ref{x, x}, Out: []string{out}})
	return nn.Val(out)
}

func itself(_ *nn.Plan, m modelspec.Moment) nn.Ref { return nn.ModelTensor(m.Point.Tensor) }

// writable are the moments at which a plan can write: all whose tensor has a
// known dtype, whatever visit and role they are of.
func writable(f *Fixture) []modelspec.Moment {
	return slices.DeleteFunc(f.Spec.Timeline(), func(m modelspec.Moment) bool {
		return m.Point.Type.DType == tensor.Invalid || m.Side == modelspec.SideInput && len(m.Point.Consumers) == 0
	})
}

// run compiles a plan, runs it once and gives the taps' elements by name.
func run(t *testing.T, s *nn.Session, in nn.InvokeInputs, p *nn.Plan, opts ...nn.CompileOption) map[string]nn.Tensor {
	c, err := s.Compile(p, opts...)
	require.NoError(t, err)
	taps, err := c.Run(ctx, []nn.InvokeInputs{in}, nil)
	require.NoError(t, err)
	require.NoError(t, c.Close())
	out := map[string]nn.Tensor{}
	for i, tap := range p.Taps {
		out[tap.Name] = taps.Tensor(i)
	}
	return out
}

// TestNoOpTraces: a trace that reads every point, or writes each point's own
// value back, gives exactly what the raw model gives at basic optimisation, and
// within 1e-5 with all of it: of every output, of every fixture.
func TestNoOpTraces(t *testing.T) {
	for _, f := range Fixtures(t) {
		for name, level := range map[string]nn.Optimization{"basic": nn.OptimizeBasic, "full": nn.OptimizeFull} {
			t.Run(f.Name()+"/"+name, func(t *testing.T) {
				s := f.Open(t, nn.Optimize(level), nn.Threads(1))
				in := f.Inputs(t)
				raw, err := s.RunRaw(ctx, in, outputs(f)...)
				require.NoError(t, err)
				check := func(what string, got map[string]nn.Tensor) {
					for i, out := range outputs(f) {
						require.Equal(t, raw[i].Shape(), got[out].Shape(), "%s: %s", what, out)
						abs := 1e-5
						if level == nn.OptimizeBasic {
							abs = 0
						}
						require.NoError(t, Close(got[out].Float32s(), raw[i].Float32s(), abs, 0), "%s: %s", what, out)
					}
				}
				tapped := planOf(f, nil, nil)
				for i, m := range f.Spec.Timeline() {
					tapped.Taps = append(tapped.Taps, nn.Tap{Name: fmt.Sprint("point", i), Value: nn.ModelTensor(m.Point.Tensor)})
				}
				check("all points tapped", run(t, s, in, tapped))
				check("each point set to itself", run(t, s, in, planOf(f, writable(f), itself)))
				check("each point computed anew", run(t, s, in, planOf(f, writable(f), same)))
				check("all points read, interpreted", interpreted(t, f, s, in, nil))
			})
		}
	}
}

// interpreted runs write, if any, in an invoke of its own and gives what the
// outputs of the model are after it: an empty invoke reads them as they come.
func interpreted(t *testing.T, f *Fixture, s *nn.Session, in nn.InvokeInputs, write func(m *Points) error) map[string]nn.Tensor {
	out := map[string]nn.Tensor{}
	require.NoError(t, nn.InterpretTrace(ctx, s, func(tr *nn.Trace) error {
		var failed error
		nn.Invoke(tr, in, func(m *Points) {
			if write != nil {
				failed = write(m)
			}
		})
		nn.Invoke(tr, nil, func(m *Points) {
			values := m.Outputs()
			for i, p := range f.Spec.Modules[0].Outputs {
				out[p.Tensor] = values[i]
			}
		})
		tr.Run()
		return failed
	}))
	return out
}
