package caches_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/caches/probes"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// sizes are those of a type, which must all be known.
func sizes(t *testing.T, typ nn.Type) []int64 {
	t.Helper()
	out := make([]int64, len(typ.Shape))
	for i, d := range typ.Shape {
		n, ok := d.Const()
		require.True(t, ok, "%s", typ)
		out[i] = n
	}
	return out
}

func shape(x nn.Tensor) []int64 {
	out := make([]int64, len(x.Shape()))
	for i, n := range x.Shape() {
		out[i] = int64(n)
	}
	return out
}

func scanInputs(t *testing.T, f *golden.File) llama.Inputs { return llamaInputs(t, f, "scan/in.") }

// TestScanned runs interventions over shapes alone: those that nnsight's scan
// gives, of points and of the user's own tensors, and per accessor afterwards.
func TestScanned(t *testing.T) {
	f, sess := goldens(t, "tracing"), openLlama(t)
	in := scanInputs(t, f)
	before := in.InputIDs.Ints()
	var h0, mean, lens nn.Tensor
	var cache *llama.Cache
	m, err := sess.Scanned(in, func(m *llama.Model) error {
		cache = m.Cache(nn.Modules(m.Model.Layers[:]), nn.CacheDType(nn.Float16))
		l := m.Model.Layers[0]
		h0 = l.Output()
		l.SetOutput(h0.Scale(2).Add(nn.Zeros(nn.Float32, 48)))
		mean = m.Model.Layers[1].Output().Mean(1)
		lens = m.LMHead.Call(m.Model.Norm.Call(h0.At(nn.All, nn.RangeFrom(-2))))
		require.Equal(t, shape(m.LMHead.Output()), shape(m.Result()))
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, before, in.InputIDs.Ints(), "inputs stay as they are")
	want := func(name string) []int64 { return array(t, f, "scan/"+name).Ints }
	require.Equal(t, want("h0"), shape(h0))
	require.Equal(t, want("mean"), shape(mean))
	require.Equal(t, []int64{2, 2, 96}, shape(lens))
	require.Equal(t, want("q"), sizes(t, m.Model.Layers[0].SelfAttn.QProj.Scanned().Output))
	require.Equal(t, want("h0"), sizes(t, m.Model.Layers[0].Scanned().Output))
	require.Equal(t, want("logits"), sizes(t, m.LMHead.Scanned().Output))
	require.Equal(t, nn.Int64, m.Scanned().Input.DType)
	require.NotEmpty(t, m.Model.Layers[0].Scanned().Inputs)
	out := cache.Model.Layers[1].Output()
	require.Equal(t, nn.Float16, out.DType())
	require.Equal(t, want("h0"), shape(out))
	require.Contains(t, h0.String(), "float32")

	bare, err := sess.Scanned(in, nil)
	require.NoError(t, err)
	require.Equal(t, want("logits"), sizes(t, bare.LMHead.Scanned().Output))
}

// TestScanTrace has the rows of each invoke.
func TestScanTrace(t *testing.T) {
	f, sess := goldens(t, "tracing"), openLlama(t)
	one, two := llamaInputs(t, f, "cache_invokes/in0."), llamaInputs(t, f, "cache_invokes/in1.")
	require.NoError(t, sess.ScanTrace(func(tr *llama.Trace) error {
		a, b, c := probes.Invokes(tr, one, two)
		require.Equal(t, []int64{2, 6, 48}, shape(a.Model.Layers[0].Output()))
		require.Equal(t, []int64{1, 6, 48}, shape(b.Model.Layers[0].Output()))
		require.Equal(t, []int64{3, 6, 48}, shape(c.Model.Layers[0].Output()))
		return nil
	}))
}

// TestScanErrors finds what a run would find, and refuses values.
func TestScanErrors(t *testing.T) {
	f, sess := goldens(t, "tracing"), openLlama(t)
	in := scanInputs(t, f)
	for name, c := range map[string]struct {
		body func(m *llama.Model)
		want string
	}{
		"a value":       {func(m *llama.Model) { m.LMHead.Output().Float32s() }, "NN3186"},
		"a branch":      {func(m *llama.Model) { _ = m.LMHead.Output().Max().Item() > 3 }, "NN3186"},
		"a wrong write": {func(m *llama.Model) { m.LMHead.SetOutput(m.LMHead.Output().Mean(1)) }, "NN3130"},
		"a wrong shape": {func(m *llama.Model) { m.LMHead.Output().Add(nn.Zeros(nn.Float32, 5)) }, "NN3114"},
		"a late read":   {func(m *llama.Model) { m.LMHead.Output(); m.Model.Norm.Output() }, "NN3101"},
		"a wrong call":  {func(m *llama.Model) { m.LMHead.Call(nn.Zeros(nn.Int64, 2, 6, 48)) }, "int64"},
	} {
		_, err := sess.Scanned(in, func(m *llama.Model) error { c.body(m); return nil })
		require.ErrorContains(t, err, c.want, name)
		if c.want != "int64" {
			require.ErrorContains(t, err, "scan_test.go", name)
		}
	}
	_, err := sess.Scanned(llama.Inputs{InputIDs: nn.From([]float32{1}, 1, 1)}, nil)
	require.ErrorContains(t, err, "NN3123")
	require.NoError(t, sess.Interpret(ctx, in, func(m *llama.Model) error {
		require.PanicsWithError(t, panicked(func() { m.Scanned() }), func() { m.Scanned() })
		return nil
	}))
}

// TestScanUnknown cannot go on with a size that the spec does not know.
func TestScanUnknown(t *testing.T) {
	path := model(t, "gpt2")
	spec := golden.NewFixture(t, path).Spec
	for _, m := range spec.Modules {
		if m.Path == "transformer.ln_f" {
			m.Outputs[0].Type.Shape[1] = "?"
		}
	}
	s, err := nn.Open(nn.InfoOf(spec), path, golden.Options()...)
	require.NoError(t, err)
	defer s.Close()
	_, err = nn.ScanModel(s, prompt(), func(m *gpt2.Model) error {
		m.Transformer.LnF.Output()
		return nil
	})
	require.ErrorContains(t, err, "NN3187")
	require.ErrorContains(t, err, "transformer.ln_f.output")
}

// panicked is the text of what f panics with.
func panicked(f func()) (text string) {
	defer func() {
		if err, ok := recover().(error); ok {
			text = err.Error()
		}
	}()
	f()
	return ""
}

// TestScanCompiled gives the types of everything that a compiled trace computes,
// and the errors of its Run.
func TestScanCompiled(t *testing.T) {
	f, sess := goldens(t, "tracing"), openLlama(t)
	in := scanInputs(t, f)
	c, err := probes.CompileMeasured(sess)
	require.NoError(t, err)
	defer c.Close()
	v := nn.Zeros(nn.Float32, 48)
	scan, err := nn.ScanOf(func(ctx context.Context) error {
		_, _, err := c.Run(ctx, in, v, 2)
		return err
	})
	require.NoError(t, err)
	for name, want := range map[string]string{"mean": "mean", "logits": "logits"} {
		typ, ok := scan.Result(name)
		require.True(t, ok)
		require.Equal(t, array(t, f, "scan/"+want).Ints, sizes(t, typ))
	}
	_, ok := scan.Result("none")
	require.False(t, ok)
	var ops []string
	for _, x := range scan.Values() {
		if x.Op != "" {
			ops = append(ops, x.Op)
			require.Positive(t, x.Line)
		}
	}
	require.Equal(t, []string{"Scale", "Add", "Mean"}, ops)
	l, ok := scan.At("model.layers.0")
	require.True(t, ok)
	typ, _ := l.Output()
	require.Equal(t, array(t, f, "scan/h0").Ints, sizes(t, typ))

	step, err := nn.ScanOf(func(ctx context.Context) error {
		_, err := c.Generate(ctx, in, v, 2, nn.MaxNewTokens(3))
		return err
	})
	require.NoError(t, err)
	require.Equal(t, scan.Values(), step.Values(), "a generation begins with the run")
	_, err = nn.ScanOf(func(ctx context.Context) error {
		_, err := c.Generate(ctx, in, nn.Zeros(nn.Float32, 7), 2)
		return err
	})
	require.ErrorContains(t, err, "NN31")

	wrong := nn.Zeros(nn.Float32, 7)
	_, _, want := c.Run(ctx, in, wrong, 2)
	_, err = nn.ScanOf(func(ctx context.Context) error {
		_, _, err := c.Run(ctx, in, wrong, 2)
		return err
	})
	require.Error(t, err)
	require.Equal(t, want.Error()[len(want.Error())-40:], err.Error()[len(err.Error())-40:])
	_, err = nn.ScanOf(func(context.Context) error { return nil })
	require.ErrorContains(t, err, "NN3188")
	own := errors.New("mine")
	_, err = nn.ScanOf(func(context.Context) error { return own })
	require.ErrorIs(t, err, own)
}
