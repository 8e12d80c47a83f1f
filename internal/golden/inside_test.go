package golden

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/modelspec"
	nn "github.com/nngen-go/nngen/runtime"
)

// inside are the moments of operations.
func inside(f *Fixture) []modelspec.Moment {
	return slices.DeleteFunc(f.Spec.SourceTimeline(), func(m modelspec.Moment) bool { return m.Operation == nil })
}

// unlike leaves one module of those that compute the same on the same types: a
// write in one layer tells as much as in all.
func unlike(moments []modelspec.Moment) []modelspec.Moment {
	first := map[string]*modelspec.Module{}
	return slices.DeleteFunc(moments, func(m modelspec.Moment) bool {
		var key strings.Builder
		for _, o := range m.Module.Operations {
			fmt.Fprint(&key, o.Name, o.Outputs[0].Type, len(o.Inputs), " ")
		}
		if first[key.String()] == nil {
			first[key.String()] = m.Module
		}
		return first[key.String()] != m.Module || m.Point.Visit > 0
	})
}

// TestNoOpInside: tapping every operation's tensors, or writing each one's own
// value back, gives exactly what the raw model gives where the back end joins no
// nodes, and within 1e-5 where it does.
func TestNoOpInside(t *testing.T) {
	for _, f := range Fixtures(t) {
		for name, level := range map[string]nn.Optimization{"none": nn.OptimizeNone, "full": nn.OptimizeFull} {
			t.Run(f.Name()+"/"+name, func(t *testing.T) {
				s := f.Open(t, nn.Optimize(level), nn.Threads(1))
				in := f.Inputs(t)
				raw, err := s.RunRaw(ctx, in, outputs(f)...)
				require.NoError(t, err)
				check := func(what string, got map[string]nn.Tensor) {
					for i, out := range outputs(f) {
						abs := 1e-5
						if level == nn.OptimizeNone {
							abs = 0
						}
						require.NoError(t, Close(got[out].Float32s(), raw[i].Float32s(), abs, 0), "%s: %s", what, out)
					}
				}
				tapped := planOf(f, nil, nil)
				for i, m := range inside(f) {
					tapped.Taps = append(tapped.Taps, nn.Tap{Name: fmt.Sprint("point", i), Value: nn.ModelTensor(m.Point.Tensor)})
				}
				check("all operations tapped", run(t, s, in, tapped))
				check("each set to itself", run(t, s, in, planOf(f, inside(f), itself)))
				check("each computed anew", run(t, s, in, planOf(f, inside(f), same)))
				check("each set to itself, interpreted", interpreted(t, f, s, in, func(root *Points) error {
					for _, m := range inside(f) {
						if m.Point.Visit == 0 {
							setInside(root, m, func(x nn.Tensor) nn.Tensor { return x })
						}
					}
					return nil
				}))
			})
		}
	}
}

// still are the writes that rightly move nothing: branchnet only looks at the sign
// of a sum, which x + x·x keeps, and no token of llama's inputs is masked, so that
// whatever is gathered from the mask is the same.
var still = map[string]bool{
	"branchnet/dynamo fork.source.ReduceSum.input":       true,
	"branchnet/dynamo fork.source.ReduceSum.output":      true,
	"branchnet/dynamo fork.source.Greater.input":         true,
	"branchnet/torchscript fork.source.ReduceSum.input":  true,
	"branchnet/torchscript fork.source.ReduceSum.output": true,
	"branchnet/torchscript fork.source.Greater.input":    true,
	"llama/optimum model.source.Gather.input.1":          true,
}

// zero are tensors without an element that is not 0, which neither x + x·x nor the
// negative changes: T5 has no bias of positions where it looks at the encoder.
const zero = "/decoder/block.0/layer.1/EncDecAttention/ConstantOfShape_output_0"

// negated is a value of the other sign.
func negated(p *nn.Plan, m modelspec.Moment) nn.Ref {
	p.Nodes = append(p.Nodes, nn.Node{Op: "Neg", In: []nn.Ref{nn.ModelTensor(m.Point.Tensor)}, Out: []string{"negated"}})
	return nn.Val("negated")
}

// TestEveryOperationMoves writes another value at each tensor that operations take
// and make. The compiled and the interpreted write give the same outputs, and
// these are not the raw model's.
func TestEveryOperationMoves(t *testing.T) {
	for _, f := range Fixtures(t) {
		t.Run(f.Name(), func(t *testing.T) {
			s := f.Open(t, nn.Optimize(nn.OptimizeNone), nn.Threads(1))
			in := f.Inputs(t)
			raw, err := s.RunRaw(ctx, in, outputs(f)...)
			require.NoError(t, err)
			moments := unlike(inside(f))
			moves := func(got map[string]nn.Tensor) bool {
				moved := false
				for i, name := range outputs(f) {
					moved = moved || Close(got[name].Float32s(), raw[i].Float32s(), 1e-4, 0) != nil
				}
				return moved
			}
			for _, m := range moments {
				if m.Point.Tensor == zero {
					continue
				}
				got := run(t, s, in, planOf(f, []modelspec.Moment{m}, other))
				if still[f.Name()+" "+m.Address()] == moves(got) {
					t.Errorf("a write at %s (%s, %s): moves an output is %t", m.Address(), m.Point.Role, m.Point.Tensor, moves(got))
				}
				if still[f.Name()+" "+m.Address()] && m.Point.Type.DType.IsFloat() {
					require.True(t, moves(run(t, s, in, planOf(f, []modelspec.Moment{m}, negated))), "%s: not even the negative moves an output", m.Address())
				}
				want := interpreted(t, f, s, in, func(root *Points) error {
					setInside(root, m, func(x nn.Tensor) nn.Tensor { return otherInside(x, m) })
					return nil
				})
				for _, name := range outputs(f) {
					require.NoError(t, Close(got[name].Float32s(), want[name].Float32s(), Abs, Rel), "%s: %s", m.Address(), name)
				}
			}
			require.NotEmpty(t, moments)
			t.Logf("%d points of operations", len(moments))
		})
	}
}

// otherInside is other, interpreted.
func otherInside(x nn.Tensor, m modelspec.Moment) nn.Tensor {
	if m.Point.Role == modelspec.RoleMask && x.DType().IsFloat() {
		return x.OnesLike().CumSum(-1)
	}
	return otherTensor(x, m)
}

// setInside edits one tensor of an operation.
func setInside(root *Points, m modelspec.Moment, edit func(nn.Tensor) nn.Tensor) {
	e := &root.Envoy
	if m.Module.Path != "" {
		var err error
		if e, err = root.Get(m.Module.Path); err != nil {
			panic(err)
		}
	}
	op, err := e.Operation(m.Operation.Name)
	if err != nil {
		panic(err)
	}
	if m.Side == modelspec.SideInput {
		i := slices.Index(m.Operation.Inputs, m.Point)
		op.SetInputAt(i, edit(op.InputAt(i)))
		return
	}
	i := slices.Index(m.Operation.Outputs, m.Point)
	op.SetOutputAt(i, edit(op.OutputAt(i)))
}
