package bench

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/hooks"
	gpt2 "github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2/probes"
	nn "github.com/nngen-go/nngen/runtime"
)

// halver is a frame whose steps take one number and give one.
type halver struct{ seen int }

func (f *halver) Step(s *nn.Step) error {
	f.seen++
	s.SetFloat32(0, s.Item(0)/2)
	return nil
}

// chained is the plan of a small trace with n hooks, each of which takes what
// the one before it gave.
func chained(t testing.TB, sess *gpt2.Session, n int) *nn.Compiled {
	steer, err := probes.CompileSetBlock0(sess)
	require.NoError(t, err)
	defer steer.Close()
	p := *steer.Plan()
	p.Nodes = append([]nn.Node(nil), p.Nodes...)
	p.Nodes = append(p.Nodes, nn.Node{Op: "Norm", In: []nn.Ref{p.Writes[0].Value}, Out: []string{"k0"}, Attrs: map[string]any{"axes": []int64{}}})
	for i := range n {
		p.Nodes = append(p.Nodes, nn.Node{
			Op: "Hook", In: []nn.Ref{nn.Val(fmt.Sprintf("k%d", i))}, Out: []string{fmt.Sprintf("k%d", i+1)},
			Attrs: map[string]any{"step": int64(i)}, Types: []nn.Type{{DType: nn.Float32, Shape: nn.Shape{}}},
		})
	}
	p.Taps = append(append([]nn.Tap(nil), p.Taps...), nn.Tap{Name: "k", Value: nn.Val(fmt.Sprintf("k%d", n))})
	c, err := sess.CompileSteps(&p)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// BenchmarkHook is what a hook of a compiled trace costs: the node, the call of
// Go, a number in and a number out.
func BenchmarkHook(b *testing.B) {
	sess, err := gpt2.Open(golden.Model(b, "gpt2", "torchscript"), nn.Threads(1))
	require.NoError(b, err)
	defer sess.Close()
	const n = 100
	v := newVariants()
	for _, c := range []struct {
		name  string
		hooks int
	}{{"none", 1}, {"hooked", n + 1}} {
		run := chainedRun(b, sess, c.hooks)
		v.add(c.name, run)
	}
	rounds(b, v)
	b.ReportMetric(float64(median(v.took["hooked"])-median(v.took["none"]))/n/float64(time.Microsecond), "us/hook")
}

func chainedRun(t testing.TB, sess *gpt2.Session, n int) func() {
	c := chained(t, sess, n)
	ins := []nn.InvokeInputs{{"input_ids": nn.From([]int64{1, 2, 3, 4}, 1, 4)}}
	f := &halver{}
	var logits, k nn.Tensor
	return func() {
		f.seen = 0
		require.NoError(t, c.RunSteps(ctx, f, ins, nil, &logits, &k))
		if f.seen != n {
			t.Fatalf("%d hooks ran, %d are there", f.seen, n)
		}
	}
}

// BenchmarkNormed is a trace whose Go looks at each block of a small model.
func BenchmarkNormed(b *testing.B) {
	sess, err := gpt2.Open(golden.Model(b, "gpt2", "torchscript"), nn.Threads(1))
	require.NoError(b, err)
	defer sess.Close()
	c, err := hooks.CompileNormed(sess)
	require.NoError(b, err)
	defer c.Close()
	in := gpt2.Inputs{InputIDs: nn.From([]int64{1, 2, 3, 4}, 1, 4)}
	var res hooks.NormedResult
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, c.RunInto(ctx, &res, in, 1))
	}
}
