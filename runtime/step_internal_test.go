package nn

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
)

// idle is a frame that does nothing, counter one that fails or panics.
type idle struct{ n int }

func (f *idle) Step(s *Step) error {
	switch s.State() {
	case 0:
		f.n++
	case 1:
		panic("boom")
	case 2:
		return errStopped
	}
	return nil
}

func idleRun() *stepRun {
	c := &Compiled{plan: &Plan{Name: "Idle", Invokes: []string{"a"}}, hooks: make([]hookNodeOf, 3)}
	return newStepRun(c, &idle{})
}

// BenchmarkVisit is what the runtime does around a step: the outputs that are not
// set, the panic that is caught.
func BenchmarkVisit(b *testing.B) {
	r := idleRun()
	call := &backend.HookCall{ID: 0}
	b.ReportAllocs()
	for b.Loop() {
		if err := r.visit(call); err != nil {
			b.Fatal(err)
		}
	}
}

// TestStepEnds: a panic and an error of a step are the run's, as they are.
func TestStepEnds(t *testing.T) {
	r := idleRun()
	var run *RunError
	err := r.c.failed(t.Context(), r.visit(&backend.HookCall{ID: 1}))
	require.ErrorAs(t, err, &run)
	require.Equal(t, "boom", run.Value)
	require.Equal(t, errStopped, r.c.failed(t.Context(), r.visit(&backend.HookCall{ID: 2})))
	require.ErrorContains(t, r.visit(&backend.HookCall{ID: 3}), "no step 3")
	require.ErrorContains(t, r.c.failed(t.Context(), errors.New("x")), "Idle could not be run: x")
}

// TestPlanWithSteps: a plan with Go in mid-run is refused without that Go, and
// one whose steps are out of order always.
func TestPlanWithSteps(t *testing.T) {
	hook := func(k int64) Node {
		return Node{Op: "Hook", Out: []string{"x"}, Types: []Type{{DType: tensor.Float32, Shape: Shape{}}}, Attrs: map[string]any{"step": k}}
	}
	p := &Plan{Name: "Limit", Nodes: []Node{hook(0)}}
	_, err := (&Session{}).Compile(p)
	require.ErrorContains(t, err, "CompileLimit")
	require.ErrorContains(t, err, "NN3170")
	_, err = findHooks(&Plan{Name: "Limit", Nodes: []Node{hook(1)}})
	require.ErrorContains(t, err, "not in their order")
}
