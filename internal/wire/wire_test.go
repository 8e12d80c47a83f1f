package wire

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/fuzzguard"
)

func frame(t *testing.T, h Head, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Write(&b, h, data))
	return b.Bytes()
}

func TestFrames(t *testing.T) {
	heads := []Head{
		{Kind: Request, Invokes: []Invoke{{[]string{"ids"}}, {[]string{}}}, Args: 1, Settings: []byte(`{"most":3}`)},
		{Kind: Value, DType: "int64", Shape: []int64{2}},
		{Kind: Value, DType: "float32", Shape: []int64{}},
		{Kind: Value, DType: "float32", Shape: []int64{0, 5}},
		{Kind: Token, Step: 2, IDs: []int64{5, -1}},
		{Kind: Failed, Error: &Error{"NN3130", "no", "do", "probe.go", 7}},
		{Kind: Prompt, Rows: [][]int64{{1}, {2}}},
	}
	payload := [][]byte{nil, make([]byte, 16), {1, 2, 3, 4}, nil, nil, nil, nil}
	var b bytes.Buffer
	for i, h := range heads {
		require.NoError(t, Write(&b, h, payload[i]))
	}
	r := NewReader(&b, 1<<20)
	for i, want := range heads {
		h, data, err := r.Next()
		require.NoError(t, err)
		want.Bytes = int64(len(payload[i]))
		if len(want.Shape) == 0 {
			want.Shape, h.Shape = nil, nil // a scalar's shape is left out
		}
		require.Equal(t, want, h)
		require.True(t, bytes.Equal(payload[i], data))
	}
	_, _, err := r.Next()
	require.Equal(t, io.EOF, err)
}

// A stream that lies about its sizes is refused before memory is taken.
func TestHostileFrames(t *testing.T) {
	whole := frame(t, Head{Kind: Value, DType: "float32", Shape: []int64{4}}, make([]byte, 16))
	for n := 1; n < len(whole); n++ {
		_, _, err := NewReader(bytes.NewReader(whole[:n]), 1<<20).Next()
		require.Error(t, err)
		require.NotEqual(t, io.EOF, err, "cut after %d bytes", n)
	}
	raw := func(head string) []byte {
		return append(binary.LittleEndian.AppendUint32(nil, uint32(len(head))), head...)
	}
	for name, data := range map[string][]byte{
		"head":     binary.LittleEndian.AppendUint32(nil, 1<<31),
		"json":     raw("{"),
		"size":     raw(`{"kind":"tensor","dtype":"float32","shape":[4],"bytes":15}`),
		"overflow": raw(`{"kind":"tensor","dtype":"float32","shape":[4611686018427387904,4611686018427387904],"bytes":0}`),
		"negative": raw(`{"kind":"tensor","dtype":"float32","shape":[-1],"bytes":-4}`),
		"dtype":    raw(`{"kind":"tensor","dtype":"string","shape":[],"bytes":0}`),
		"none":     raw(`{"kind":"tensor","shape":[],"bytes":0}`),
		"limit":    raw(`{"kind":"token","bytes":1048577}`),
		"lie":      raw(`{"kind":"token","bytes":1048000}`),
	} {
		_, _, err := NewReader(bytes.NewReader(data), 1<<20).Next()
		require.Error(t, err, name)
		require.NotEqual(t, io.EOF, err, name)
	}
}

func FuzzReader(f *testing.F) {
	var b bytes.Buffer
	_ = Write(&b, Head{Kind: Value, DType: "int64", Shape: []int64{1}}, make([]byte, 8))
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		defer fuzzguard.Input()()
		r := NewReader(bytes.NewReader(data), 1<<16)
		for {
			_, payload, err := r.Next()
			if err != nil {
				return
			}
			require.LessOrEqual(t, len(payload), 1<<16)
		}
	})
}
