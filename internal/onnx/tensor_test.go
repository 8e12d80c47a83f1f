package onnx

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
	"pgregory.net/rapid"

	"github.com/nngen-go/nngen/internal/tensor"
)

// wireTensor builds a TensorProto from its fields, in the order given.
type wireTensor struct{ b []byte }

func (w *wireTensor) varints(num protowire.Number, v ...int64) *wireTensor {
	var list []byte
	for _, n := range v {
		list = protowire.AppendVarint(list, uint64(n))
	}
	return w.bytes(num, list)
}

func (w *wireTensor) varint(num protowire.Number, v int64) *wireTensor {
	w.b = protowire.AppendTag(w.b, num, protowire.VarintType)
	w.b = protowire.AppendVarint(w.b, uint64(v))
	return w
}

func (w *wireTensor) bytes(num protowire.Number, b []byte) *wireTensor {
	w.b = protowire.AppendTag(w.b, num, protowire.BytesType)
	w.b = protowire.AppendBytes(w.b, b)
	return w
}

// parse reads the tensor as the initializer of a model.
func (w *wireTensor) parse() (*Tensor, error) {
	g := (&wireTensor{}).bytes(5, w.b)
	m, err := Parse((&wireTensor{}).bytes(7, g.b).b)
	if err != nil {
		return nil, err
	}
	return m.Graph.Initializers[0], nil
}

func typedTensor(dtype tensor.DType, dims ...int64) *wireTensor {
	return (&wireTensor{}).varints(1, dims...).varint(2, int64(dtype))
}

func TestTypedFields(t *testing.T) {
	ints := map[tensor.DType]protowire.Number{
		tensor.Int64: 7, tensor.Int32: 5, tensor.Int16: 5, tensor.Int8: 5, tensor.Uint8: 5, tensor.Uint16: 5, tensor.Uint64: 11, tensor.Uint32: 11, tensor.Bool: 5,
	}
	for dtype, num := range ints {
		x, err := typedTensor(dtype, 2).varints(num, 1, 0).parse()
		require.NoError(t, err, dtype)
		v, err := x.Int64s()
		require.NoError(t, err)
		require.Equal(t, []int64{1, 0}, v)
		require.Len(t, x.Data, 2*dtype.Size())
		require.Equal(t, int64(-1), x.Offset)
	}
	x, err := typedTensor(tensor.Int8, 3).varints(5, -1, -128, 127).parse()
	require.NoError(t, err)
	v, err := x.Int64s()
	require.NoError(t, err)
	require.Equal(t, []int64{-1, -128, 127}, v)
	x, err = typedTensor(tensor.Float16, 2).varints(5, 0x3c00, 0xc000).parse()
	require.NoError(t, err)
	f, err := x.Float32s()
	require.NoError(t, err)
	require.Equal(t, []float32{1, -2}, f)
	x, err = typedTensor(tensor.Float32, 1).bytes(4, binary.LittleEndian.AppendUint32(nil, math.Float32bits(2.5))).parse()
	require.NoError(t, err)
	f, err = x.Float32s()
	require.NoError(t, err)
	require.Equal(t, []float32{2.5}, f)
	require.Positive(t, x.Offset, "packed floats are the bytes themselves")
	x, err = typedTensor(tensor.Float64).bytes(10, binary.LittleEndian.AppendUint64(nil, math.Float64bits(0.5))).parse()
	require.NoError(t, err)
	f, err = x.Float32s()
	require.NoError(t, err)
	require.Equal(t, []float32{0.5}, f)
	x, err = typedTensor(tensor.String, 2).bytes(6, []byte("a")).bytes(6, nil).parse()
	require.NoError(t, err)
	require.Equal(t, [][]byte{[]byte("a"), {}}, x.Strings)
	// Two elements of four bits in a byte, and the data before its type.
	x, err = (&wireTensor{}).varints(5, 0x21, 0x03).varints(1, 3).varint(2, 22).parse()
	require.NoError(t, err)
	require.Equal(t, []byte{0x21, 0x03}, x.Data)
}

func TestHostileTensors(t *testing.T) {
	huge := int64(1) << 40
	entry := func(key, value string) []byte {
		return (&wireTensor{}).bytes(1, []byte(key)).bytes(2, []byte(value)).b
	}
	for name, c := range map[string]struct {
		w    *wireTensor
		want string
	}{
		"short":      {typedTensor(tensor.Float32, 2, 2).bytes(9, make([]byte, 12)), "need 16 bytes, it has 12"},
		"none":       {typedTensor(tensor.Float32, 2), "need 8 bytes, it has 0"},
		"huge":       {typedTensor(tensor.Float32, huge, huge).bytes(9, nil), "too large"},
		"huge bytes": {typedTensor(tensor.Float64, 1<<62).bytes(9, nil), "too large"},
		"negative":   {typedTensor(tensor.Float32, -1).bytes(9, nil), "negative dimension"},
		"both":       {typedTensor(tensor.Int64, 1).varints(7, 1).bytes(9, make([]byte, 8)), "both raw and typed"},
		"two fields": {typedTensor(tensor.Int64, 1).varints(7, 1).varints(5, 1), "several typed fields"},
		"wrong one":  {typedTensor(tensor.Float32, 1).varints(5, 1), "cannot hold them"},
		"no strings": {typedTensor(tensor.Float32, 1).bytes(9, make([]byte, 4)).bytes(6, []byte("a")), "its elements are float32"},
		"strings":    {typedTensor(tensor.String, 2).bytes(6, []byte("a")), "need 2 strings"},
		"offset":     {typedTensor(tensor.Float32, 1).bytes(13, entry("offset", "-1")).varint(14, 1), "not a count of bytes"},
		"length":     {typedTensor(tensor.Float32, 1).bytes(13, entry("length", "9999999999999999999")).varint(14, 1), "not a count of bytes"},
		"two places": {typedTensor(tensor.Float32, 1).bytes(9, make([]byte, 4)).varint(14, 1), "both in this file and in an external one"},
		"wire type":  {(&wireTensor{}).varint(9, 1), "where bytes belong"},
	} {
		_, err := c.w.parse()
		require.ErrorContains(t, err, c.want, name)
	}
}

func TestDeepNestingEnds(t *testing.T) {
	g := &Graph{Name: "innermost"}
	for range maxDepth + 1 {
		g = &Graph{Nodes: []*Node{NewNode("If", "", nil, nil, GraphAttr("then_branch", g))}}
	}
	b, err := Marshal(&Model{Graph: g})
	require.NoError(t, err)
	_, err = Parse(b)
	require.ErrorContains(t, err, "nested deeper")
}

func TestNotAModel(t *testing.T) {
	_, err := Parse(nil)
	require.ErrorContains(t, err, "holds no graph")
	_, err = Parse([]byte("<!DOCTYPE html><html>"))
	require.Error(t, err)
	_, err = Open(t.TempDir())
	require.ErrorContains(t, err, "not a regular file")
	_, err = Marshal(&Model{})
	require.Error(t, err)
}

func TestNewTensor(t *testing.T) {
	floats := []float32{0, 1, -2.5, 1024}
	for _, d := range []tensor.DType{tensor.Float32, tensor.Float64, tensor.Float16, tensor.BFloat16} {
		x, err := NewTensor("x", d, []int64{2, 2}, floats)
		require.NoError(t, err)
		got, err := x.Float32s()
		require.NoError(t, err)
		require.Equal(t, floats, got, d)
		_, err = x.Int64s()
		require.Error(t, err)
	}
	x, err := NewTensor("b", tensor.Bool, []int64{2}, []bool{true, false})
	require.NoError(t, err)
	require.Equal(t, []byte{1, 0}, x.Data)
	_, err = NewTensor("x", tensor.Int64, []int64{3}, []int64{1})
	require.ErrorContains(t, err, `tensor "x": dimensions [3] of int64 need 24 bytes, it has 8`)
	_, err = NewTensor("x", tensor.Int64, nil, "1")
	require.Error(t, err)
	_, err = NewTensor("x", tensor.String, nil, []int64{1})
	require.Error(t, err)
}

// TestHalf: every half survives widening and narrowing, and narrowing takes the nearest.
func TestHalf(t *testing.T) {
	for h := range 1 << 16 {
		f := fromHalf(uint16(h))
		if math.IsNaN(float64(f)) {
			require.Equal(t, uint16(0x7e00), toHalf(f)&0x7e00)
			continue
		}
		if toHalf(f) != uint16(h) {
			t.Fatalf("%#x became %v and then %#x", h, f, toHalf(f))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float32Range(-60000, 60000).Draw(t, "f")
		h := toHalf(f)
		err := math.Abs(float64(fromHalf(h)) - float64(f))
		for _, near := range []uint16{h - 1, h + 1} {
			if n := float64(fromHalf(near)); !math.IsNaN(n) {
				require.LessOrEqual(t, err, math.Abs(n-float64(f)))
			}
		}
	})
	require.Equal(t, uint16(0x7c00), toHalf(65520))
	require.Equal(t, uint16(0x7bff), toHalf(65519))
	require.Equal(t, uint16(0x3f80), toBrain(1))
	require.Equal(t, uint16(0x3f80), toBrain(math.Float32frombits(0x3f808000)), "ties to even")
	require.Equal(t, uint16(0x3f82), toBrain(math.Float32frombits(0x3f818000)))
}
