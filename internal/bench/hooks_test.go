package bench

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	gpt2 "github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2/probes"
	nn "github.com/nngen-go/nngen/runtime"
)

// BenchmarkInterpretedPoint is what the interpreter costs at each point of a
// small model: a hook that nobody waits at, a read, a read and a write.
func BenchmarkInterpretedPoint(b *testing.B) {
	f := golden.NewFixture(b, golden.Model(b, "gpt2", "torchscript"))
	s := f.Open(b, nn.Threads(1))
	in := nn.InvokeInputs{"input_ids": nn.From([]int64{1, 2, 3, 4}, 1, 4)}
	var points []string
	for _, m := range f.Spec.Timeline() {
		if m.Side == "output" && m.Point.Role == "output" && m.Module.Path != "" {
			points = append(points, m.Module.Path)
		}
	}
	body := func(visit func(e *nn.Envoy)) func() {
		return func() {
			require.NoError(b, nn.Interpret(ctx, s, in, func(m *golden.Points) error {
				for _, p := range points {
					if visit == nil {
						break
					}
					e, err := m.Get(p)
					require.NoError(b, err)
					visit(e)
				}
				m.Output()
				return nil
			}))
		}
	}
	v := newVariants()
	addRaw(b, v, "raw", s, in)
	v.add("hooked", body(nil))
	v.add("read", body(func(e *nn.Envoy) { e.Output() }))
	v.add("write", body(func(e *nn.Envoy) { e.SetOutput(e.Output()) }))
	rounds(b, v)
	each := func(what, less string, n int) float64 {
		return float64(median(v.took[what])-median(v.took[less])) / float64(n) / float64(time.Microsecond)
	}
	b.ReportMetric(each("hooked", "raw", len(f.Spec.Timeline())), "us/hook")
	b.ReportMetric(each("read", "hooked", len(points)), "us/read")
	b.ReportMetric(each("write", "read", len(points)), "us/write")
}

// BenchmarkRunInto is a compiled trace of a small model into tensors that the
// caller keeps: Go's part of a run. The runtime's own entry takes inputs as they
// are; the generated one makes them of the typed Inputs.
func BenchmarkRunInto(b *testing.B) {
	sess, err := gpt2.Open(golden.Model(b, "gpt2", "torchscript"), nn.Threads(1))
	require.NoError(b, err)
	defer sess.Close()
	c, err := probes.CompileSteer(sess)
	require.NoError(b, err)
	in := gpt2.Inputs{InputIDs: nn.From([]int64{1, 2, 3, 4}, 1, 4)}
	v := nn.Zeros(nn.Float32, 48)
	b.Run("runtime", func(b *testing.B) {
		plain, err := sess.Compile(c.Plan())
		require.NoError(b, err)
		ins, args := []nn.InvokeInputs{in.NNInputs()}, []nn.Tensor{v, nn.Scalar(float32(2))}
		var out nn.Tensor
		b.ReportAllocs()
		for b.Loop() {
			require.NoError(b, plain.RunInto(ctx, ins, args, &out))
		}
	})
	b.Run("generated", func(b *testing.B) {
		var res probes.SteerResult
		b.ReportAllocs()
		for b.Loop() {
			require.NoError(b, c.RunInto(ctx, &res, in, v, 2))
		}
	})
	b.Run("raw", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			out, err := sess.RunRaw(ctx, in.NNInputs())
			require.NoError(b, err)
			out[0].Release()
		}
	})
}
