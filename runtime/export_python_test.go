package nn_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	nn "github.com/nngen-go/nngen/runtime"
)

// pythonArray is an array as scripts/export/check_export.py reads it.
type pythonArray struct {
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
	Data  any    `json:"data"`
}

func forPython(t nn.Tensor) pythonArray {
	a := pythonArray{DType: t.DType().String(), Shape: t.Shape()}
	if t.DType() == nn.Float32 {
		a.Data = t.Float32s()
	} else {
		a.Data = t.Ints()
	}
	return a
}

// Python's onnxruntime runs exported traces, which it knows nothing of, with the
// results that they have here.
func TestExportInPython(t *testing.T) {
	python := os.Getenv("NNGEN_PYTHON")
	if python == "" {
		t.Skip("needs Python with onnxruntime: make test-python runs it")
	}
	dir := t.TempDir()
	args := []string{"../scripts/export/check_export.py"}
	for _, k := range []struct{ net, layer string }{{"gpt2", "transformer.h.0"}, {"llama", "model.layers.0"}} {
		f, s := goldens(t, k.net), open(t, k.net, "torchscript")
		c, err := s.Compile(steerPlan(outputOf(t, k.net, "torchscript", k.layer), k.layer+".output"))
		require.NoError(t, err)
		defer c.Close()
		given := map[string]nn.Tensor{"v": array(t, f, "greedy_steer/arg.v").Tensor(), "alpha": array(t, f, "greedy_steer/arg.alpha").Tensor()}
		in := inputs(t, f, s, "greedy_steer/in.")
		taps, err := c.Run(ctx, []nn.InvokeInputs{in}, []nn.Tensor{given["v"], given["alpha"]})
		require.NoError(t, err)
		_, err = c.Export(filepath.Join(dir, k.net+".onnx"))
		require.NoError(t, err)
		text, err := os.ReadFile(filepath.Join(dir, k.net+".json"))
		require.NoError(t, err)
		var info nn.ExportInfo
		require.NoError(t, json.Unmarshal(text, &info))

		full, err := s.Complete(in)
		require.NoError(t, err)
		feeds, results := map[string]pythonArray{}, map[string]pythonArray{}
		for _, p := range info.Inputs {
			v := full[p.Name]
			if p.Kind == "parameter" {
				v = given[p.Of]
			}
			feeds[p.Name] = forPython(v)
		}
		for _, p := range info.Outputs {
			if p.Kind == "result" || p.Name == "logits" {
				results[p.Name] = forPython(taps.Tensor(0))
			}
		}
		require.Len(t, results, 2)
		data, err := json.Marshal(map[string]any{"model": k.net + ".onnx", "inputs": feeds, "outputs": results})
		require.NoError(t, err)
		name := filepath.Join(dir, k.net+".case.json")
		require.NoError(t, os.WriteFile(name, data, 0o600))
		args = append(args, name)
	}
	out, err := exec.Command(python, args...).CombinedOutput()
	require.NoError(t, err, string(out))
	t.Logf("%s", out)
}
