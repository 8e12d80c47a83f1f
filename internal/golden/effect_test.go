package golden

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
	nn "github.com/nngen-go/nngen/runtime"
)

// other is a value that differs from a point's own and that nothing after the
// point undoes: x + 1 would be lost in a normalisation or a softmax, x + x·x is not.
// Integers (ids, positions) become zeros, conditions their opposite, and what is
// added to scores grows along the keys.
func other(p *nn.Plan, m modelspec.Moment) nn.Ref {
	x := nn.ModelTensor(m.Point.Tensor)
	node := func(op string, in ...nn.Ref) nn.Ref {
		out := fmt.Sprint("v", len(p.Nodes))
		p.Nodes = append(p.Nodes, nn.Node{Op: op, In: in, Out: []string{out}})
		return nn.Val(out)
	}
	switch d := m.Point.Type.DType; {
	case d == tensor.Bool:
		return node("Not", x)
	case !d.IsFloat():
		return node("ZerosLike", x)
	case m.Point.Role == modelspec.RoleMask:
		ones := node("OnesLike", x)
		p.Nodes = append(p.Nodes, nn.Node{Op: "CumSum", In: []nn.Ref{ones}, Out: []string{"ramp"}, Attrs: map[string]any{"axis": int64(-1)}})
		return nn.Val("ramp")
	default:
		return node("Add", x, node("Mul", x, x))
	}
}

// otherTensor is other, interpreted.
func otherTensor(x nn.Tensor, m modelspec.Moment) nn.Tensor {
	switch d := m.Point.Type.DType; {
	case d == tensor.Bool:
		return x.Not()
	case !d.IsFloat():
		return x.ZerosLike()
	default: // Input and Output never mean a mask
		return x.Add(x.Mul(x))
	}
}

// accessible reports whether a moment is what Input or Output of its module mean.
func accessible(m modelspec.Moment) bool {
	return m.Point.Visit == 0 && string(m.Point.Role) == string(m.Side)
}

// TestEveryPointMoves writes another value at every single point of every
// fixture. The compiled and the interpreted write give the same outputs, and
// these are not the raw model's: a write that changes nothing fails.
func TestEveryPointMoves(t *testing.T) {
	for _, f := range Fixtures(t) {
		t.Run(f.Name(), func(t *testing.T) {
			s := f.Open(t, Options()...)
			in := f.Inputs(t)
			raw, err := s.RunRaw(ctx, in, outputs(f)...)
			require.NoError(t, err)
			both := 0
			for _, m := range writable(f) {
				got := run(t, s, in, planOf(f, []modelspec.Moment{m}, other))
				moved := false
				for i, name := range outputs(f) {
					moved = moved || Close(got[name].Float32s(), raw[i].Float32s(), 1e-4, 0) != nil
				}
				if !moved {
					t.Errorf("a write at %s (%s, %s) moves no output", m.Address(), m.Point.Role, m.Point.Tensor)
				}
				if !accessible(m) {
					continue
				}
				both++
				want := interpreted(t, f, s, in, func(root *Points) error { return writeAt(root, m) })
				for _, name := range outputs(f) {
					require.NoError(t, Close(got[name].Float32s(), want[name].Float32s(), Abs, Rel), "%s: %s", m.Address(), name)
				}
			}
			require.NotZero(t, both)
			t.Logf("%d points, %d of them interpreted too", len(writable(f)), both)
		})
	}
}

func writeAt(root *Points, m modelspec.Moment) error {
	e := &root.Envoy
	if m.Module.Path != "" {
		var err error
		if e, err = root.Get(m.Module.Path); err != nil {
			return err
		}
	}
	if m.Side == modelspec.SideInput {
		e.SetInput(otherTensor(e.Input(), m))
	} else {
		e.SetOutput(otherTensor(e.Output(), m))
	}
	return nil
}
