package tensorfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/fuzzguard"
)

// FuzzTensorFile opens any bytes as each of the formats: an error, or arrays that
// are as long as they say, each of which can be read or is refused.
func FuzzTensorFile(f *testing.F) {
	header := `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"I8","shape":[],"data_offsets":[8,9]}}`
	f.Add(uint8(0), append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), make([]byte, 9)...))
	text := "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n"
	npy := append([]byte("\x93NUMPY\x01\x00"), byte(len(text)), 0)
	npy = append(append(npy, text...), make([]byte, 24)...)
	f.Add(uint8(2), npy)
	var z bytes.Buffer
	w := zip.NewWriter(&z)
	for _, name := range []string{"a.npy", "b.npy"} {
		one, err := w.Create(name)
		require.NoError(f, err)
		_, err = one.Write(npy)
		require.NoError(f, err)
	}
	require.NoError(f, w.Close())
	f.Add(uint8(1), z.Bytes())
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, format uint8, data []byte) {
		defer fuzzguard.Input()()
		path := filepath.Join(dir, "x"+Extensions[int(format)%len(Extensions)])
		require.NoError(t, os.WriteFile(path, data, 0o600))
		file, err := Open(path)
		if err != nil {
			return
		}
		defer file.Close()
		for _, a := range file.Arrays() {
			got, err := file.Read(a.Name)
			if err == nil {
				require.EqualValues(t, a.Bytes(), len(got), a.String())
			}
		}
	})
}
