package nn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/modelspec"
	nn "github.com/nngen-go/nngen/runtime"
)

func inferred(t *testing.T, net, exporter string) *modelspec.Spec {
	f, err := onnx.Open(model(net, exporter))
	require.NoError(t, err)
	defer f.Close()
	spec, errs := modelspec.Infer(f.Model, modelspec.Options{Name: net})
	require.NoError(t, errs.Err())
	return spec
}

func TestProberChecksPoints(t *testing.T) {
	for _, net := range []string{"twolinear", "loopnet", "branchnet", "cnn", "gpt2", "llama", "bert"} {
		for _, exporter := range []string{"torchscript", "dynamo"} {
			t.Run(net+"/"+exporter, func(t *testing.T) {
				spec := inferred(t, net, exporter)
				p, err := nn.NewProber(model(net, exporter), spec, nn.Threads(1))
				require.NoError(t, err)
				defer func() { require.NoError(t, p.Close()) }()
				found, err := modelspec.Measure(spec, p)
				require.NoError(t, err)
				v, err := modelspec.Verify(ctx, spec, p, modelspec.VerifyOptions{})
				require.NoError(t, err)
				t.Logf("%d dimensions measured, %+v", found, v)
				for _, m := range spec.Modules {
					for _, list := range [][]*modelspec.Point{m.Inputs, m.Outputs} {
						for _, q := range list {
							if q.Absent != "" {
								t.Logf("%s %s (%s): %s", m.Path, q.Tensor, q.Role, q.Absent)
							}
						}
					}
				}
				require.Positive(t, v.Checked)
				require.Zero(t, v.Left)
			})
		}
	}
}

func TestShapesAtSizes(t *testing.T) {
	spec := inferred(t, "gpt2", "torchscript")
	p, err := nn.NewProber(model("gpt2", "torchscript"), spec)
	require.NoError(t, err)
	defer p.Close()
	got, err := p.Shapes(map[string]int64{"batch": 2, "seq": 7}, []string{"logits", "/transformer/wte/Gather_output_0", "no such tensor"})
	require.NoError(t, err)
	require.Equal(t, map[string][]int64{"logits": {2, 7, 96}, "/transformer/wte/Gather_output_0": {2, 7, 48}}, got)
}
