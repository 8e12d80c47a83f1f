package nn_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	nn "github.com/nngen-go/nngen/runtime"
)

// An exported trace is a plain model: without its spec, without nngen's own
// operators, it gives what the compiled trace gives.
func TestExport(t *testing.T) {
	for _, k := range []struct{ net, layer string }{{"gpt2", "transformer.h.0"}, {"llama", "model.layers.0"}} {
		t.Run(k.net, func(t *testing.T) {
			f, s := goldens(t, k.net), open(t, k.net, "torchscript")
			p := steerPlan(outputOf(t, k.net, "torchscript", k.layer), k.layer+".output")
			c, err := s.Compile(p)
			require.NoError(t, err)
			defer c.Close()
			v, alpha := array(t, f, "greedy_steer/arg.v").Tensor(), array(t, f, "greedy_steer/arg.alpha").Tensor()
			in := inputs(t, f, s, "greedy_steer/in.")
			want, err := c.Run(ctx, []nn.InvokeInputs{in}, []nn.Tensor{v, alpha})
			require.NoError(t, err)

			dir := t.TempDir()
			files, err := c.Export(filepath.Join(dir, "steer.onnx"))
			require.NoError(t, err)
			require.Len(t, files, 2)
			text, err := os.ReadFile(filepath.Join(dir, "steer.json"))
			require.NoError(t, err)
			var info nn.ExportInfo
			require.NoError(t, json.Unmarshal(text, &info))
			require.Equal(t, s.Info().Fingerprint, info.Model)

			raw, err := nn.OpenRaw(filepath.Join(dir, "steer.onnx"), nn.Optimize(nn.OptimizeBasic))
			require.NoError(t, err)
			defer raw.Close()
			args := map[string]nn.Tensor{"v": v, "alpha": alpha}
			feed := nn.InvokeInputs{}
			full, err := s.Complete(in)
			require.NoError(t, err)
			for _, port := range info.Inputs {
				if port.Kind == "parameter" {
					feed[port.Name] = args[port.Of]
				} else {
					feed[port.Name] = full[port.Name]
				}
			}
			results := 0
			for _, port := range info.Outputs {
				out, err := raw.RunRaw(ctx, feed, port.Name)
				require.NoError(t, err)
				if port.Kind == "result" || port.Name == "logits" {
					results++
					require.Equal(t, want.Tensor(0).Float32s(), out[0].Float32s(), port.Name)
				}
			}
			require.Equal(t, 2, results, "the tap, and the model's own output, which the edit reaches too")
		})
	}
}

// A plan that was written and read back runs as before; one that does not fit the
// model is refused.
func TestPlanFile(t *testing.T) {
	f, s := goldens(t, "gpt2"), open(t, "gpt2", "torchscript")
	p := steerPlan(outputOf(t, "gpt2", "torchscript", "transformer.h.0"), "transformer.h.0.output")
	p.Model = s.Info().Fingerprint
	var data bytes.Buffer
	require.NoError(t, nn.WritePlan(&data, p))
	read, err := nn.ReadPlan(bytes.NewReader(data.Bytes()))
	require.NoError(t, err)
	args := []nn.Tensor{array(t, f, "greedy_steer/arg.v").Tensor(), array(t, f, "greedy_steer/arg.alpha").Tensor()}
	var got [2][]float32
	for i, p := range []*nn.Plan{p, read} {
		c, err := s.Compile(p)
		require.NoError(t, err)
		taps, err := c.Run(ctx, []nn.InvokeInputs{inputs(t, f, s, "greedy_steer/in.")}, args)
		require.NoError(t, err)
		got[i] = taps.Tensor(0).Float32s()
		taps.Release()
		require.NoError(t, c.Close())
	}
	require.Equal(t, got[0], got[1])

	_, err = open(t, "gpt2", "dynamo").Compile(read)
	require.ErrorContains(t, err, "was compiled for model")
	require.ErrorContains(t, err, "NN3192")
	_, err = nn.ReadPlan(bytes.NewReader(data.Bytes()[:data.Len()/2]))
	require.ErrorContains(t, err, "NN3171")
	read.Nodes[0].Op = "Hook"
	require.ErrorContains(t, nn.WritePlan(&data, read), "NN3170")
	_, err = s.Compile(read)
	require.Error(t, err)
}
