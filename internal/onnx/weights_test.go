package onnx

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
)

func opened(t testing.TB, m *Model) *File {
	t.Helper()
	b, err := Marshal(m)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "m.onnx")
	require.NoError(t, os.WriteFile(path, b, 0o600))
	f, err := Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

func TestExternalizeInline(t *testing.T) {
	f := opened(t, sample(t))
	file, err := os.ReadFile(f.Path)
	require.NoError(t, err)
	before, err := Marshal(f.Model)
	require.NoError(t, err)
	model, folder, weights, err := Externalize(f)
	require.NoError(t, err)
	after, err := Marshal(f.Model)
	require.NoError(t, err)
	require.Equal(t, before, after, "the file's own model stays as it is")

	require.Len(t, weights, 2)
	for i, w := range weights {
		require.Equal(t, []string{"w", "k"}[i], w.Name)
		require.Equal(t, []int64{16, 32}, w.Dims)
		require.Equal(t, file[w.Offset:w.Offset+2048], w.Data)
		require.Equal(t, filepath.Join(folder, "m.onnx"), w.Path)
	}
	require.Len(t, model.Graph.Nodes, len(f.Model.Graph.Nodes)-1, "the large Constant is an initializer")
	small, err := Marshal(model)
	require.NoError(t, err)
	require.Less(t, len(small), len(file)-4000)

	// What was written reads the same bytes when it stands beside the model.
	beside := filepath.Join(filepath.Dir(f.Path), "spliced.onnx")
	require.NoError(t, os.WriteFile(beside, small, 0o600))
	g, err := Open(beside)
	require.NoError(t, err)
	defer g.Close()
	b, err := g.TensorBytes(g.Model.Graph.Initializers[0])
	require.NoError(t, err)
	require.Equal(t, weights[0].Data, b)
	require.Equal(t, "m.onnx", g.Model.Graph.Initializers[0].External.Location)
	require.Equal(t, int32(tensor.Float32), g.Model.Graph.Initializers[2].DType)
}

// TestExternalizeLeavesForeignData: a constant that the caller added is in no file.
func TestExternalizeLeavesForeignData(t *testing.T) {
	f := opened(t, sample(t))
	m := f.Model.Clone()
	added := mustTensor(t, "steer", tensor.Float32, []int64{512}, ramp(512))
	added.Offset = 0 // as in a literal that does not set it
	NewIndex(m.Graph).AddInitializer(added)
	model, _, weights, err := f.Externalize(m)
	require.NoError(t, err)
	require.Len(t, weights, 2)
	for _, x := range model.Graph.Initializers {
		if x.Name == "steer" {
			require.Nil(t, x.External)
			require.Equal(t, binary.LittleEndian.Uint32(added.Data[4:]), binary.LittleEndian.Uint32(x.Data[4:]))
		}
	}
}

func TestExternalizeOldModels(t *testing.T) {
	m := sample(t)
	m.IR = 3
	m.Graph.Inputs = append(m.Graph.Inputs, NewValue("w", tensor.Float32, Dim{Size: 16}, Dim{Size: 32}))
	model, _, _, err := Externalize(opened(t, m))
	require.NoError(t, err)
	require.Equal(t, int64(4), model.IR)
	require.Len(t, model.Graph.Inputs, 2)
}

func TestFingerprint(t *testing.T) {
	base := Fingerprint(sample(t))
	require.Regexp(t, `^sha256:[0-9a-f]{64}$`, base)
	same := map[string]func(m *Model){
		"weights": func(m *Model) {
			m.Graph.Initializers[0] = mustTensor(t, "w", tensor.Float32, []int64{16, 32}, make([]float32, 512))
		},
		"bias": func(m *Model) {
			m.Graph.Initializers[1] = mustTensor(t, "b", tensor.Float32, []int64{16}, make([]float32, 16))
		},
		"docs":      func(m *Model) { m.Doc, m.Graph.Doc, m.Graph.Nodes[3].Doc = "a", "b", "c" },
		"producer":  func(m *Model) { m.Producer, m.ProducerVersion, m.IR = "other", "2", 10 },
		"node name": func(m *Model) { m.Graph.Nodes[3].Name = "/renamed" },
		"metadata":  func(m *Model) { m.Graph.Nodes[3].Metadata = []Entry{{"a", "b"}} },
		"domain":    func(m *Model) { m.Opsets[0].Domain = "ai.onnx" },
		"attribute order": func(m *Model) {
			a := m.Graph.Nodes[3].Attrs
			a[0], a[1] = a[1], a[0]
		},
		"large constant": func(m *Model) { m.Graph.Nodes[0].Attrs[0].T.Data = make([]byte, 2048) },
	}
	for name, change := range same {
		m := sample(t)
		change(m)
		require.Equal(t, base, Fingerprint(m), name)
	}
	other := map[string]func(m *Model){
		"opset":    func(m *Model) { m.Opsets[0].Version = 18 },
		"op":       func(m *Model) { m.Graph.Nodes[5].Op = "Tanh" },
		"input":    func(m *Model) { m.Graph.Nodes[5].Inputs[0] = "h" },
		"attr":     func(m *Model) { m.Graph.Nodes[3].Attrs[0].I = 0 },
		"constant": func(m *Model) { m.Graph.Nodes[1].Attrs[0].I = 1 },
		"branch":   func(m *Model) { m.Graph.Nodes[4].Attrs[1].G.Nodes[0].Op = "Sub" },
		"dims":     func(m *Model) { m.Graph.Initializers[0].Dims = []int64{32, 16} },
		"symbol":   func(m *Model) { m.Graph.Inputs[0].Shape[0].Param = "n" },
		"order": func(m *Model) {
			n := m.Graph.Nodes
			n[0], n[1] = n[1], n[0]
		},
	}
	for name, change := range other {
		m := sample(t)
		change(m)
		require.NotEqual(t, base, Fingerprint(m), name)
	}
	f := opened(t, sample(t))
	require.Equal(t, base, Fingerprint(f.Model))
	require.Equal(t, base, Fingerprint(f.Model.Clone()))
}
