package caches_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/store"
)

// pythonRow is a row of a Parquet file as pyarrow gives it.
type pythonRow struct {
	Module string    `json:"module"`
	Kind   string    `json:"kind"`
	Entry  int       `json:"entry"`
	DType  string    `json:"dtype"`
	Shape  []int     `json:"shape"`
	Floats []float32 `json:"floats"`
	Ints   []int64   `json:"ints"`
}

// TestParquetInPython has pyarrow, which knows nothing of nngen, read what a cache
// was written to, with the values that it has here.
func TestParquetInPython(t *testing.T) {
	python := os.Getenv("NNGEN_PYARROW")
	if python == "" {
		t.Skip("needs Python with pyarrow: make test-python runs it")
	}
	path := filepath.Join(t.TempDir(), "acts.parquet")
	want := written(t, openGPT2(t), path)
	cmd := exec.Command(python, "../../../scripts/export/check_parquet.py", path)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	require.NoError(t, err)
	var file struct {
		PyArrow string            `json:"pyarrow"`
		Groups  int               `json:"groups"`
		Columns map[string]string `json:"columns"`
		Rows    []pythonRow       `json:"rows"`
	}
	require.NoError(t, json.Unmarshal(text, &file))
	t.Log("pyarrow", file.PyArrow)
	require.Equal(t, 3, file.Groups)
	require.Equal(t, map[string]string{
		"module": "string", "kind": "string", "entry": "int64", "dtype": "string",
		"shape": "list<element: int64 not null>", "floats": "list<element: float not null>", "ints": "list<element: int64 not null>",
	}, file.Columns)
	found := 0
	for _, r := range file.Rows {
		x, ok := want[store.Array{Module: r.Module, Kind: r.Kind, Entry: r.Entry}.Name()]
		if !ok {
			continue
		}
		found++
		require.Equal(t, x.Shape(), r.Shape)
		require.Equal(t, x.DType().String(), r.DType)
		if x.DType() == nn.Int64 {
			require.Equal(t, x.Ints(), r.Ints)
			continue
		}
		require.Equal(t, x.Float32s(), r.Floats)
	}
	require.Equal(t, len(want), found)
}
