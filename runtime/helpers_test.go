package nn_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/modelspec"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/ort"
)

// infoOf is what a generated package would say of a fixture.
func infoOf(t testing.TB, net, exporter string) nn.ModelInfo {
	f, err := onnx.Open(model(net, exporter))
	require.NoError(t, err)
	defer f.Close()
	spec, errs := modelspec.Infer(f.Model, modelspec.Options{Name: net})
	require.NoError(t, errs.Err())
	return nn.InfoOf(spec)
}

func open(t testing.TB, net, exporter string, opts ...nn.Option) *nn.Session {
	opts = append([]nn.Option{nn.Optimize(nn.OptimizeBasic), nn.Threads(1)}, opts...)
	s, err := nn.Open(infoOf(t, net, exporter), model(net, exporter), opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// inputs reads "in.*" of a golden case.
func inputs(t testing.TB, f *golden.File, s *nn.Session, prefix string) nn.InvokeInputs {
	in := nn.InvokeInputs{}
	for _, want := range s.Info().Inputs {
		if a, err := f.Array(prefix + want.Name); err == nil {
			in[want.Name] = a.Tensor()
		}
	}
	require.NotEmpty(t, in, prefix)
	return in
}

// noLeak holds that nothing is left: no goroutine now, and no value once the
// collector has seen that nobody refers to it.
func noLeak(t *testing.T, f func()) {
	before := runtime.NumGoroutine()
	f()
	for i := 0; runtime.NumGoroutine() > before && i < 1000; i++ {
		time.Sleep(time.Millisecond)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before, "goroutines are left")
	_ = ort.LiveObjects
}

// The accessors of a small GPT-2, as the generator writes them.
type (
	gptModel struct {
		nn.Envoy
		Transformer *gptTransformer `nn:"transformer"`
		Body        *gptTransformer `nn:"transformer" alias:"Body"`
		LMHead      *leaf           `nn:"lm_head"`
	}
	gptTransformer struct {
		nn.Envoy
		WTE *leaf        `nn:"wte"`
		H   [2]*gptBlock `nn:"h.%d"`
		LnF *leaf        `nn:"ln_f"`
	}
	gptBlock struct {
		nn.Envoy
		Ln1  *leaf    `nn:"ln_1"`
		Ln2  *leaf    `nn:"ln_2"`
		Attn *gptAttn `nn:"attn"`
		MLP  *leaf    `nn:"mlp"`
	}
	gptAttn struct {
		nn.Envoy
		CAttn *leaf `nn:"c_attn"`
		CProj *leaf `nn:"c_proj"`
	}
	leaf struct{ nn.Envoy }
)
