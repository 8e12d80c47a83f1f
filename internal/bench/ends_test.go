package bench

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	nn "github.com/nngen-go/nngen/runtime"
)

// skipPlan leaves blocks out, always or, with a flag, where that is set: then each
// block is a branch, as the compiler writes it for "if flag { b.Skip(b.Input()) }".
func skipPlan(b *testing.B, f *golden.Fixture, flag bool, blocks ...int) *nn.Plan {
	p := newPlan(f, "Skip")
	if flag {
		p.Params = []nn.Param{{Name: "flag", Type: nn.Type{DType: nn.Bool, Shape: nn.Shape{}}}}
	}
	end := p.Mediators[0]
	p.Mediators[0] = nil
	for _, i := range blocks {
		module, in, out := fmt.Sprintf("transformer.h.%d", i), block(b, f, i-1).Tensor, block(b, f, i).Tensor
		value, when := nn.ModelTensor(in), ""
		if len(p.Writes) > 0 { // what the block before was left with
			value = p.Writes[len(p.Writes)-1].Value
		}
		if flag {
			name := fmt.Sprint("out", i)
			p.Nodes = append(p.Nodes, nn.Node{
				Op: "If", In: []nn.Ref{nn.Arg("flag")}, Out: []string{name}, Types: []nn.Type{{DType: nn.Float32, Shape: nn.Shape{"batch", "seq", "768"}}},
				Then: &nn.Body{Out: []nn.Ref{value}}, Else: &nn.Body{Out: []nn.Ref{nn.ModelTensor(out)}},
			})
			value, when = nn.Val(name), "flag"
		}
		p.Writes = append(p.Writes, nn.Write{At: module + ".output", Tensor: out, Value: value})
		p.Skips = append(p.Skips, nn.Skipped{Module: module, Inputs: []string{in}, Outputs: []string{out}, Given: 1, When: when})
		p.Mediators[0] = append(p.Mediators[0], nn.State{At: module, Event: nn.Skip, Placement: nn.Prune, Rows: nn.AllRows})
	}
	p.Mediators[0] = append(p.Mediators[0], end...)
	return logits(p)
}

// stopPlan ends the run after a block and gives its output.
func stopPlan(b *testing.B, f *golden.Fixture, layer int) *nn.Plan {
	p := newPlan(f, "Stop")
	p.Taps = []nn.Tap{{Name: "h", Value: nn.ModelTensor(block(b, f, layer).Tensor)}}
	p.Stops = []nn.Stopping{{}}
	return p
}

// whenPlan ends the run after a block where a parameter says so, as the compiler
// writes "if flag { m.Stop(); return h, nn.Tensor{} }".
func whenPlan(b *testing.B, f *golden.Fixture, layer int) *nn.Plan {
	p := newPlan(f, "When")
	p.Params = []nn.Param{{Name: "flag", Type: nn.Type{DType: nn.Bool, Shape: nn.Shape{}}}}
	p.Taps = []nn.Tap{{Name: "h", Value: nn.ModelTensor(block(b, f, layer).Tensor)}}
	p.Stops = []nn.Stopping{{When: nn.When(nn.Arg("flag")), Drops: []int{1}}}
	return logits(p)
}

// addStopWhen adds runs that stop, or do not.
func addStopWhen(b *testing.B, v *variants, s *nn.Session, p *nn.Plan, on bool, in nn.InvokeInputs) {
	c, err := s.Compile(p)
	require.NoError(b, err)
	flag := []nn.Tensor{nn.Scalar(on)}
	v.add(fmt.Sprint("when5-", on), func() {
		var h, logits nn.Tensor
		require.NoError(b, c.RunInto(ctx, []nn.InvokeInputs{in}, flag, &h, &logits))
		require.Equal(b, on, logits.IsZero())
		h.Release()
		logits.Release()
	})
}

// chosenPlan leaves out the block that a parameter names, as the compiler writes
// "b := m.Transformer.H[layer]; b.Skip(b.Input())".
func chosenPlan(b *testing.B, f *golden.Fixture, blocks int) *nn.Plan {
	p := newPlan(f, "Chosen")
	p.Params = []nn.Param{{Name: "layer", Type: nn.Type{DType: nn.Int64, Shape: nn.Shape{}}}}
	end := p.Mediators[0]
	p.Mediators[0] = nil
	for i := 1; i < blocks; i++ {
		module, in, out := fmt.Sprintf("transformer.h.%d", i), block(b, f, i-1).Tensor, block(b, f, i).Tensor
		n, is, name := fmt.Sprint("n", i), fmt.Sprint("is", i), fmt.Sprint("out", i)
		before := nn.ModelTensor(in)
		if i > 1 {
			before = nn.Val(fmt.Sprint("out", i-1))
		}
		p.Nodes = append(
			p.Nodes,
			nn.Node{Op: "Const", Out: []string{n}, Attrs: map[string]any{"dtype": "int64", "value": int64(i)}},
			nn.Node{Op: "Eq", In: []nn.Ref{nn.Arg("layer"), nn.Val(n)}, Out: []string{is}},
			nn.Node{
				Op: "If", In: []nn.Ref{nn.Val(is)}, Out: []string{name}, Types: []nn.Type{{DType: nn.Float32, Shape: nn.Shape{"batch", "seq", "768"}}},
				Then: &nn.Body{Out: []nn.Ref{before}}, Else: &nn.Body{Out: []nn.Ref{nn.ModelTensor(out)}},
			},
		)
		p.Writes = append(p.Writes, nn.Write{At: module + ".output", Tensor: out, Value: nn.Val(name)})
		p.Skips = append(p.Skips, nn.Skipped{Module: module, Inputs: []string{in}, Outputs: []string{out}, Given: 1, When: "layer == " + fmt.Sprint(i)})
		p.Mediators[0] = append(p.Mediators[0], nn.State{At: module, Event: nn.Skip, Placement: nn.Prune, Rows: nn.AllRows})
	}
	p.Mediators[0] = append(p.Mediators[0], end...)
	return logits(p)
}

// endPlan is a trace whose Go ends the run after a block, as the compiler writes
// "if h.Norm().Item() > limit { m.Stop(); return h, nn.Tensor{} }".
func endPlan(b *testing.B, f *golden.Fixture, layer int) *nn.Plan {
	p, h := newPlan(f, "End"), block(b, f, layer).Tensor
	p.Nodes = []nn.Node{
		{Op: "Norm", In: []nn.Ref{nn.ModelTensor(h)}, Out: []string{"n"}, Attrs: map[string]any{"axes": []int64{}}},
		{
			Op: "Hook", In: []nn.Ref{nn.Val("n"), nn.ModelTensor(h)}, Out: []string{"taken"}, Types: []nn.Type{{DType: nn.Bool, Shape: nn.Shape{}}},
			Attrs: map[string]any{"step": int64(0), "ends": "taken", "collect": []int64{0}, "gate": h},
		},
	}
	p.Taps = []nn.Tap{{Name: "h", Value: nn.ModelTensor(h)}}
	p.Stops = []nn.Stopping{{When: nn.When(nn.Val("taken"))}}
	return logits(p)
}

// ender is the Go of endPlan, which always stops.
type ender struct{}

func (ender) Step(s *nn.Step) error {
	s.SetBool(0, true)
	return nil
}

// BenchmarkEnds runs half of the large model's blocks, the others being skipped,
// or behind a stop, beside the whole model.
func BenchmarkEnds(b *testing.B) {
	for _, seq := range []int{32, 128} {
		b.Run(fmt.Sprint("seq", seq), func(b *testing.B) {
			f := golden.NewFixture(b, large(b))
			s := f.Open(b)
			in := nn.InvokeInputs{"input_ids": ids(1, seq)}
			half := []int{4, 5, 6, 7, 8, 9}
			v := newVariants()
			addRaw(b, v, "raw", s, in)
			addPlan(b, v, "skip6", s, skipPlan(b, f, false, half...), in)
			chosen, err := s.Compile(chosenPlan(b, f, 12))
			require.NoError(b, err)
			layer := []nn.Tensor{nn.Scalar(int64(6))}
			v.add("chosen1", func() {
				taps, err := chosen.Run(ctx, []nn.InvokeInputs{in}, layer)
				require.NoError(b, err)
				taps.Release()
			})
			for _, on := range []bool{true, false} {
				c, err := s.Compile(skipPlan(b, f, true, half...))
				require.NoError(b, err)
				flag := []nn.Tensor{nn.Scalar(on)}
				v.add(fmt.Sprint("skip6-", on), func() {
					taps, err := c.Run(ctx, []nn.InvokeInputs{in}, flag)
					require.NoError(b, err)
					taps.Release()
				})
			}
			addPlan(b, v, "stop5", s, stopPlan(b, f, 5), in)
			for _, on := range []bool{true, false} {
				addStopWhen(b, v, s, whenPlan(b, f, 5), on, in)
			}
			c, err := s.CompileSteps(endPlan(b, f, 5))
			require.NoError(b, err)
			v.add("end5", func() {
				var h, logits nn.Tensor
				require.NoError(b, c.RunSteps(ctx, ender{}, []nn.InvokeInputs{in}, nil, &h, &logits))
				require.True(b, logits.IsZero() && !h.IsZero())
				h.Release()
			})
			rounds(b, v)
		})
	}
}
