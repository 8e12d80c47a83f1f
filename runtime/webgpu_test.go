package nn_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	nn "github.com/nngen-go/nngen/runtime"
)

// The device path, on a GPU that software plays: nothing may assume that a
// tensor is in host memory. Numbers differ from the processor's in the last bits.
func TestWebGPURuntime(t *testing.T) {
	if os.Getenv("NNGEN_TEST_WEBGPU") == "" {
		t.Skip("run by make test-webgpu")
	}
	for _, net := range []string{"gpt2", "llama"} {
		t.Run(net, func(t *testing.T) {
			f := goldens(t, net)
			s, err := nn.Open(infoOf(t, net, "torchscript"), model(net, "torchscript"), nn.Optimize(nn.OptimizeBasic), nn.WebGPU())
			require.NoError(t, err)
			defer func() { require.NoError(t, s.Close()) }()
			layer := map[string]string{"gpt2": "transformer.h.0", "llama": "model.layers.0"}[net]
			close := func(name string, got nn.Tensor) {
				t.Helper()
				require.InDeltaSlice(t, array(t, f, name).Floats, got.Float32s(), 1e-3, name)
			}
			v, alpha := array(t, f, "steer/arg.v").Tensor(), array(t, f, "steer/arg.alpha").Tensor()
			c, err := s.Compile(steerPlan(outputOf(t, net, "torchscript", layer), layer+".output"))
			require.NoError(t, err)
			taps, err := c.Run(ctx, []nn.InvokeInputs{inputs(t, f, s, "steer/in.")}, []nn.Tensor{v, alpha})
			require.NoError(t, err)
			close("steer/logits", taps.Tensor(0))
			require.Equal(t, array(t, f, "steer/logits").Shape, taps.Tensor(0).Shape())
			top := taps.Tensor(0).ArgMax(-1) // on a tensor that a device holds
			require.Equal(t, 2, len(top.Shape()))

			var logits, lens nn.Tensor
			body := func(e *nn.Envoy, norm, head string) error {
				b, err := e.Get(layer)
				require.NoError(t, err)
				h := b.Output()
				n, err := e.Get(norm)
				require.NoError(t, err)
				lm, err := e.Get(head)
				require.NoError(t, err)
				lens = lm.Call(n.Call(h))
				b.SetOutput(h.Add(v.Scale(alpha.Item())))
				logits = lm.Output()
				return nil
			}
			in := inputs(t, f, s, "steer/in.")
			if net == "gpt2" {
				err = nn.Interpret(ctx, s, in, func(m *gptModel) error { return body(&m.Envoy, "transformer.ln_f", "lm_head") })
			} else {
				err = nn.Interpret(ctx, s, in, func(m *llamaModel) error { return body(&m.Envoy, "model.norm", "lm_head") })
			}
			require.NoError(t, err)
			close("steer/logits", logits)
			require.Len(t, lens.Shape(), 3)

			ids, err := c.Generate(ctx, inputs(t, f, s, "greedy_steer/in."), []nn.Tensor{v, alpha}, nn.MaxNewTokens(4))
			require.NoError(t, err)
			require.Len(t, ids[0], 10)
		})
	}
}
