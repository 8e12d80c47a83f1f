package tensorfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
)

// safetensors is a file with the given header and n bytes behind it.
func safetensors(header string, n int) []byte {
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	out = append(out, header...)
	return append(out, make([]byte, n)...)
}

// npy is an array file of version 1.
func npy(header string, n int) []byte {
	out := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8))
	out = append(out, header...)
	return append(out, make([]byte, n)...)
}

func write(t testing.TB, name string, data []byte) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, data, 0o644))
	return path
}

func TestSafetensors(t *testing.T) {
	data := safetensors(`{"__metadata__":{"format":"pt"},"b":{"dtype":"I64","shape":[],"data_offsets":[8,16]},"a":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]},"none":{"dtype":"F32","shape":[0,3],"data_offsets":[16,16]}}   `, 16)
	data[len(data)-8] = 7
	f, err := Open(write(t, "x.safetensors", data))
	require.NoError(t, err)
	defer f.Close()
	require.Equal(t, "[a float16 [2, 2] b int64 [] none float32 [0, 3]]", fmt.Sprint(f.Arrays()))
	b, err := f.Read("b")
	require.NoError(t, err)
	require.Equal(t, []byte{7, 0, 0, 0, 0, 0, 0, 0}, b)
	b, err = f.Read("none")
	require.NoError(t, err)
	require.Empty(t, b)
	_, err = f.Read("c")
	require.ErrorContains(t, err, `no array "c"; it has a, b, none`)
}

func TestHostileSafetensors(t *testing.T) {
	one := func(entry string) string { return `{"a":` + entry + `}` }
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":            {nil, "shorter than the length"},
		"huge header":      {binary.LittleEndian.AppendUint64(nil, 1<<62), "its header is said to have"},
		"negative header":  {binary.LittleEndian.AppendUint64(nil, 1<<64-1), "its header is said to have"},
		"no JSON":          {safetensors("PK", 0), "not a JSON object"},
		"cut off":          {safetensors(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`, 4), "cut off"},
		"goes on":          {safetensors(`{} {}`, 0), "goes on"},
		"not UTF-8":        {safetensors("{\"\xff\":1}", 0), "not UTF-8"},
		"twice":            {safetensors(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "there twice"},
		"overlap":          {safetensors(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "the one before it ends"},
		"hole":             {safetensors(one(`{"dtype":"F32","shape":[1],"data_offsets":[4,8]}`), 8), "begins at byte 4"},
		"past the end":     {safetensors(one(`{"dtype":"F32","shape":[1024],"data_offsets":[0,4096]}`), 8), "the download is incomplete"},
		"bytes at the end": {safetensors(one(`{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`), 8), "belong to no array"},
		"overflow":         {safetensors(one(`{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}`), 0), "too large"},
		"negative":         {safetensors(one(`{"dtype":"F32","shape":[-1],"data_offsets":[0,-4]}`), 0), "negative dimension"},
		"wrong size":       {safetensors(one(`{"dtype":"F32","shape":[2],"data_offsets":[0,4]}`), 4), "has 8 bytes"},
		"no shape":         {safetensors(one(`{"dtype":"F32","data_offsets":[0,4]}`), 4), "no shape"},
		"unknown dtype":    {safetensors(one(`{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}`), 1), "are not read"},
		"rank":             {safetensors(one(`{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}`), 4), "17 dimensions"},
		"empty but large":  {safetensors(one(`{"dtype":"F32","shape":[0,9223372036854775807],"data_offsets":[0,4]}`), 4), "has 0 bytes"},
	} {
		_, err := Open(write(t, "x.safetensors", c.data))
		require.ErrorContains(t, err, c.want, name)
	}
}

const plain = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"

func TestHostileNumPy(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":         {nil, "not an array"},
		"short":         {npy(plain, 23), "the file has 23"},
		"long":          {npy(plain, 25), "the file has 25"},
		"big-endian":    {npy("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }", 24), "big-endian"},
		"fortran":       {npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", 24), "Fortran's order"},
		"objects":       {npy("{'descr': '|O8', 'fortran_order': False, 'shape': (2, 3), }", 24), "not read"},
		"code":          {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (__import__('os'), ), }", 24), "not one of a plain array"},
		"overflow":      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", 0), "too large"},
		"not a number":  {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, ), }", 0), "out of range"},
		"no line break": {append([]byte("\x93NUMPY\x02\x00"), 0xff, 0xff, 0xff, 0xff), "is said to have"},
	} {
		_, err := Open(write(t, "x.npy", c.data))
		require.ErrorContains(t, err, c.want, name)
	}
	f, err := Open(write(t, "x.npy", npy(plain, 24)))
	require.NoError(t, err)
	defer f.Close()
	a, ok := f.Array("x")
	require.True(t, ok)
	require.Equal(t, Array{Name: "x", DType: tensor.Float32, Shape: []int64{2, 3}}, a)
}

// archive is a zip file of one array.
func archive(t testing.TB, method uint16, data []byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateHeader(&zip.FileHeader{Name: "a.npy", Method: method})
	require.NoError(t, err)
	_, err = w.Write(data)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

func TestHostileArchives(t *testing.T) {
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		f, err := Open(write(t, "x.npz", archive(t, method, npy(plain, 24))))
		require.NoError(t, err)
		data, err := f.Read("a")
		require.NoError(t, err)
		require.Len(t, data, 24)
		require.NoError(t, f.Close())
	}
	_, err := Open(write(t, "x.npz", []byte("PK\x03\x04")))
	require.ErrorContains(t, err, "not an archive")
	_, err = Open(write(t, "x.npz", archive(t, zip.Deflate, npy(plain, 25))))
	require.ErrorContains(t, err, "but the archive says")
	// The checksum is compared: a byte of the elements is changed.
	data := archive(t, zip.Store, npy(plain, 24))
	at := bytes.Index(data, []byte("}"))
	data[at+10]++
	f, err := Open(write(t, "x.npz", data))
	require.NoError(t, err)
	defer f.Close()
	_, err = f.Read("a")
	require.Error(t, err)
}

func TestOtherFiles(t *testing.T) {
	_, err := Open(write(t, "params.pt", nil))
	require.ErrorContains(t, err, "convert it in Python")
	_, err = Open(filepath.Join(t.TempDir(), "gone.npz"))
	require.ErrorIs(t, err, os.ErrNotExist)
	dir := filepath.Join(t.TempDir(), "x.npz")
	require.NoError(t, os.Mkdir(dir, 0o755))
	_, err = Open(dir)
	require.ErrorContains(t, err, "not a file")
}

// FuzzOpen reads any bytes as each format: an error or arrays that can be read,
// never a panic, and never more memory than the file stands for.
func FuzzOpen(f *testing.F) {
	f.Add(uint8(0), safetensors(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4))
	f.Add(uint8(2), npy(plain, 24))
	f.Add(uint8(1), archive(f, zip.Deflate, npy(plain, 24)))
	f.Fuzz(func(t *testing.T, kind uint8, data []byte) {
		file, err := Open(write(t, "x"+Extensions[int(kind)%len(Extensions)], data))
		if err != nil {
			return
		}
		defer file.Close()
		for _, a := range file.Arrays() {
			if a.Bytes() > int64(len(data)+1)*deflateRatio*2 {
				t.Fatalf("%s from %d bytes", a, len(data))
			}
			if b, err := file.Read(a.Name); err == nil && int64(len(b)) != a.Bytes() {
				t.Fatalf("%s has %d bytes", a, len(b))
			}
		}
	})
}
