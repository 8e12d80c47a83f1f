package bench

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	nn "github.com/nngen-go/nngen/runtime"
)

// ids are rows of made-up tokens.
func ids(rows, seq int) nn.Tensor {
	list := make([]int64, rows*seq)
	for i := range list {
		list[i] = int64(i*7919) % vocab
	}
	return nn.From(list, rows, seq)
}

// BenchmarkRun runs traces over the large model beside the model itself: medians,
// and their ratios to the plain run. raw2 is a second plain session, which tells
// how far noise alone takes a ratio from 1. The patch runs two rows, so it is
// compared with the plain model on two rows.
func BenchmarkRun(b *testing.B) {
	for _, seq := range []int{32, 128} {
		b.Run(fmt.Sprint("seq", seq), func(b *testing.B) { benchTraces(b, seq) })
	}
	for _, seq := range []int{32, 128} {
		b.Run(fmt.Sprint("patch-seq", seq), func(b *testing.B) { benchPatch(b, seq) })
	}
}

func benchTraces(b *testing.B, seq int) {
	f := golden.NewFixture(b, large(b))
	s := f.Open(b)
	in := nn.InvokeInputs{"input_ids": ids(1, seq)}
	v := newVariants()
	addRaw(b, v, "raw", s, in)
	addRaw(b, v, "raw2", f.Open(b), in)
	for _, k := range []struct {
		name string
		plan *nn.Plan
	}{
		{"noop", noopPlan(f)},
		{"tap1", tapPlan(b, f, 6)},
		{"tap12", tapPlan(b, f, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)},
		{"steer", steerPlan(b, f, 6)},
		{"steer-any", steerAnyPlan(b, f, 12)},
	} {
		addPlan(b, v, k.name, s, k.plan, in)
	}
	rounds(b, v)
}

func benchPatch(b *testing.B, seq int) {
	f := golden.NewFixture(b, large(b))
	s := f.Open(b)
	v := newVariants()
	addRaw(b, v, "raw", s, nn.InvokeInputs{"input_ids": ids(2, seq)})
	one := nn.InvokeInputs{"input_ids": ids(1, seq)}
	addPlan(b, v, "patch", s, patchPlan(b, f, 5), one, one)
	rounds(b, v)
}

// rounds warms up, so that sessions exist and shapes are known, and measures.
func rounds(b *testing.B, v *variants) {
	v.round()
	v.forget()
	for b.Loop() {
		v.round()
	}
	v.report(b)
}

func addRaw(b *testing.B, v *variants, name string, s *nn.Session, in nn.InvokeInputs) {
	v.add(name, func() {
		out, err := s.RunRaw(ctx, in)
		require.NoError(b, err)
		out[0].Release()
	})
}

func addPlan(b *testing.B, v *variants, name string, s *nn.Session, p *nn.Plan, ins ...nn.InvokeInputs) {
	c, err := s.Compile(p)
	require.NoError(b, err)
	args := argsOf(p)
	v.add(name, func() {
		taps, err := c.Run(ctx, ins, args)
		require.NoError(b, err)
		taps.Release()
	})
}

// BenchmarkInterpretedNoOp runs the large model with hooks at all its points and
// one read at the end, beside the plain model.
func BenchmarkInterpretedNoOp(b *testing.B) {
	f := golden.NewFixture(b, large(b))
	s := f.Open(b)
	in := nn.InvokeInputs{"input_ids": ids(1, 32)}
	v := newVariants()
	addRaw(b, v, "raw", s, in)
	v.add("interpreted", func() {
		require.NoError(b, nn.Interpret(ctx, s, in, func(m *golden.Points) error {
			m.Output().Release()
			return nil
		}))
	})
	rounds(b, v)
	b.ReportMetric(float64(len(f.Spec.Timeline())), "points")
}
