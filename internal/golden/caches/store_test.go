package caches_test

import (
	"os"
	"path/filepath"
	"testing"

	pq "github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/caches/probes"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	"github.com/nngen-go/nngen/internal/tensorfile"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/store"
	"github.com/nngen-go/nngen/runtime/store/parquet"
)

// written runs a trace three times into one cache and writes each run; it gives
// what every array should be.
func written(t *testing.T, sess *gpt2.Session, path string) map[string]nn.Tensor {
	c, err := probes.CompileSteer(sess)
	require.NoError(t, err)
	defer c.Close()
	w, err := store.Create(path)
	require.NoError(t, err)
	want := map[string]nn.Tensor{}
	var res probes.SteerResult
	for i, alpha := range []float32{0, 1, -2} {
		v := nn.From(make([]float32, 48)).Add(nn.Scalar(float32(1)))
		require.NoError(t, c.RunInto(ctx, &res, ids(1+i, 4), v, alpha))
		require.NoError(t, w.Add(res.C))
		_, err := os.Stat(path)
		require.ErrorIs(t, err, os.ErrNotExist, "nothing is there before Close")
		n := string(rune('0' + i))
		for name, x := range map[string]nn.Tensor{
			"transformer.h.0.output.i": res.C.Transformer.H[0].Output(), "transformer.h.1.input.i": res.C.Transformer.H[1].Input(), "model.input.i": res.C.Input(),
		} {
			if x.DType() == nn.Int64 {
				want[name+n] = nn.From(x.Ints(), x.Shape()...)
				continue
			}
			want[name+n] = nn.From(x.Float32s(), x.Shape()...)
		}
	}
	require.NoError(t, w.Close())
	require.ErrorContains(t, w.Add(res.C), "closed")
	return want
}

// TestStore writes caches run by run, and reads them back.
func TestStore(t *testing.T) {
	sess := openGPT2(t)
	for _, ending := range []string{".npz", ".safetensors"} {
		path := filepath.Join(t.TempDir(), "acts"+ending)
		want := written(t, sess, path)
		f, err := tensorfile.Open(path)
		require.NoError(t, err)
		for name, x := range want {
			a, ok := f.Array(name)
			require.True(t, ok, name)
			data, err := f.Read(name)
			require.NoError(t, err)
			require.Equal(t, x.DType().String(), a.DType.String())
			require.Equal(t, x.Bytes(), data, name)
		}
		require.NoError(t, f.Close())
		left, err := os.ReadDir(filepath.Dir(path))
		require.NoError(t, err)
		require.Len(t, left, 1, "no temporary file is left")
	}
}

// TestStoreParquet has a row for each tensor and a row group for each run.
func TestStoreParquet(t *testing.T) {
	sess := openGPT2(t)
	path := filepath.Join(t.TempDir(), "acts.parquet")
	want := written(t, sess, path)
	rows, err := pq.ReadFile[parquet.Row](path)
	require.NoError(t, err)
	found := 0
	for _, r := range rows {
		x, ok := want[store.Array{Module: r.Module, Kind: r.Kind, Entry: int(r.Entry)}.Name()]
		if !ok {
			continue
		}
		found++
		for i, n := range x.Shape() {
			require.EqualValues(t, n, r.Shape[i])
		}
		require.Equal(t, x.DType().String(), r.DType)
		if x.DType() == nn.Int64 {
			require.Equal(t, x.Ints(), r.Ints)
			continue
		}
		require.Equal(t, x.Float32s(), r.Floats)
	}
	require.Equal(t, len(want), found)
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	info, err := f.Stat()
	require.NoError(t, err)
	file, err := pq.OpenFile(f, info.Size())
	require.NoError(t, err)
	require.Len(t, file.RowGroups(), 3)
}

// TestStoreErrors gives up files of unknown formats and of dtypes that a format lacks.
func TestStoreErrors(t *testing.T) {
	_, err := store.Create("acts.txt")
	require.ErrorContains(t, err, "only .npz, .parquet, .safetensors")
	_, err = store.Create(filepath.Join(t.TempDir(), "no", "acts.npz"))
	require.Error(t, err)
	dir := t.TempDir()
	w, err := store.Create(filepath.Join(dir, "acts.npz"))
	require.NoError(t, err)
	c, _ := cacheOf(t, renamed(t, nil), nn.CacheDType(nn.BFloat16), nn.Modules("lm_head"))
	require.ErrorContains(t, w.Add(c), "numpy has no bfloat16")
	require.Error(t, w.Close())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
	path := filepath.Join(dir, "acts.safetensors")
	w, err = store.Create(path)
	require.NoError(t, err)
	require.NoError(t, w.Add(c))
	require.NoError(t, w.Close())
	f, err := tensorfile.Open(path)
	require.NoError(t, err)
	defer f.Close()
	a, ok := f.Array("lm_head.output.i0")
	require.True(t, ok)
	require.Equal(t, nn.BFloat16, a.DType)
}
