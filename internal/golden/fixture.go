package golden

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
	nn "github.com/nngen-go/nngen/runtime"
)

// Fixture is a committed model with the spec that inference gives of it: what
// tests need that speak to the runtime in plans, without generated code.
type Fixture struct {
	Net, Exporter, Path string
	Spec                *modelspec.Spec
}

// fused is the fixture of fused kernels, which refuse many writes that other models
// take (counts of tokens that no mask makes, a cache that a run itself changes):
// it has tests of its own.
const fused = "genai"

// Fixtures gives every model of testdata/models whose points can all be written.
func Fixtures(t testing.TB) []*Fixture {
	root, err := Root()
	require.NoError(t, err)
	paths, err := filepath.Glob(filepath.Join(root, "testdata", "models", "*", "*.onnx"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	var out []*Fixture
	for _, p := range paths {
		if filepath.Base(filepath.Dir(p)) == fused {
			continue
		}
		out = append(out, NewFixture(t, p))
	}
	return out
}

// NewFixture infers the spec of one model.
func NewFixture(t testing.TB, path string) *Fixture {
	f, err := onnx.Open(path)
	require.NoError(t, err)
	defer f.Close()
	net := filepath.Base(filepath.Dir(path))
	spec, errs := modelspec.Infer(f.Model, modelspec.Options{Name: net, File: path})
	require.NoError(t, errs.Err())
	return &Fixture{Net: net, Exporter: strings.TrimSuffix(filepath.Base(path), ".onnx"), Path: path, Spec: spec}
}

// Name is "gpt2/dynamo".
func (f *Fixture) Name() string { return f.Net + "/" + f.Exporter }

// Info is what a generated package would say of the model.
func (f *Fixture) Info() nn.ModelInfo { return nn.InfoOf(f.Spec) }

// Open opens a session over the model, closed when the test ends.
func (f *Fixture) Open(t testing.TB, opts ...nn.Option) *nn.Session {
	s, err := nn.Open(f.Info(), f.Path, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// Inputs are those of the network's plainest golden case.
func (f *Fixture) Inputs(t testing.TB) nn.InvokeInputs {
	file, err := Open(f.Net)
	require.NoError(t, err)
	for _, c := range []string{"raw", "raw_left"} {
		in := nn.InvokeInputs{}
		for _, v := range f.Spec.Inputs {
			if a, err := file.Array(c + "/in." + v.Name); err == nil {
				in[v.Name] = a.Tensor()
			}
		}
		if len(in) > 0 {
			return in
		}
	}
	require.Fail(t, "no inputs among the goldens", f.Name())
	return nil
}

// Types are the types of all points' tensors, for Plan.Tensors.
func (f *Fixture) Types() map[string]tensor.Type {
	out := map[string]tensor.Type{}
	for _, m := range f.Spec.SourceTimeline() {
		out[m.Point.Tensor] = m.Point.Type
	}
	return out
}

// Points is the tree of any model: modules are found by path.
type Points struct{ nn.Envoy }
