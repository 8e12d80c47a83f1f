package nn_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	nn "github.com/nngen-go/nngen/runtime"
)

// halves is a safetensors file of one float16 array [2, 3], 1 to 6.
func halves(t *testing.T) string {
	header := `{"w":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]}}`
	data := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	data = append(data, header...)
	for _, h := range []uint16{0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600} {
		data = binary.LittleEndian.AppendUint16(data, h)
	}
	path := filepath.Join(t.TempDir(), "halves.safetensors")
	require.NoError(t, os.WriteFile(path, data, 0o644))
	return path
}

type asStored struct {
	W nn.Tensor `nn:"w float16 [2, 3]"`
}

type turned struct {
	nn.Attachment
	W nn.Tensor `nn:"w float32 [3, 2] from float16 transposed"`
}

type untagged struct {
	W nn.Tensor `nn:"w"`
}

func TestLoad(t *testing.T) {
	path := halves(t)
	all, err := nn.LoadTensors(path)
	require.NoError(t, err)
	require.Equal(t, []float32{1, 2, 3, 4, 5, 6}, all["w"].Float32s())

	a, err := nn.Load[turned](path)
	require.NoError(t, err)
	require.Equal(t, path, a.Path())
	require.Equal(t, []int{3, 2}, a.W.Shape())
	require.Equal(t, nn.Float32, a.W.DType())
	require.Equal(t, []float32{1, 4, 2, 5, 3, 6}, a.W.Float32s())

	b, err := nn.Load[asStored](path)
	require.NoError(t, err)
	require.Equal(t, nn.Float16, b.W.DType())

	c, err := nn.Load[untagged](path)
	require.NoError(t, err)
	require.Equal(t, []int{2, 3}, c.W.Shape())
}

func TestLoadRefuses(t *testing.T) {
	path := halves(t)
	_, err := nn.Load[struct {
		W nn.Tensor `nn:"w float32 [2, 3]"`
	}](path)
	require.ErrorContains(t, err, `array "w" is float16 [2, 3], but W is for float32 [2, 3]`)
	_, err = nn.Load[struct {
		W nn.Tensor `nn:"w float16 [3, 3]"`
	}](path)
	require.ErrorContains(t, err, "[3, 3]")
	_, err = nn.Load[struct {
		W nn.Tensor `nn:"v float16 [3, 3]"`
	}](path)
	require.ErrorContains(t, err, `no array "v"; it has w`)
	_, err = nn.Load[struct {
		W int `nn:"w"`
	}](path)
	require.ErrorContains(t, err, "is no nn.Tensor")
	_, err = nn.Load[struct {
		W nn.Tensor `nn:"w float99 [1]"`
	}](path)
	require.ErrorContains(t, err, "float99")
	_, err = nn.Load[int](path)
	require.ErrorContains(t, err, "no struct")
	_, err = nn.LoadTensors(filepath.Join(t.TempDir(), "gone.npz"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "NN3181")
}
