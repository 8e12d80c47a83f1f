package nn

import (
	"encoding/binary"
	"math"
	"runtime"
	"slices"

	"github.com/nngen-go/nngen/internal/tensor"
)

// read calls f with the elements' bytes, copied from the device if need be. They
// are valid during the call only.
func (t Tensor) read(what string, f func(data []byte)) {
	h := t.must(what)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.released {
		panic(misuse("NN3110", "%s: %v", what, errReleased))
	}
	data, err := h.hostBytes()
	if err == errOutline { //nolint:errorlint // it is never wrapped
		panic(misuse("NN3186", "%s: %v", what, err))
	}
	if err != nil {
		panic(misuse("NN3112", "%s: %v", what, err))
	}
	f(data)
	runtime.KeepAlive(h)
}

// Bytes gives a copy of the elements as little-endian bytes.
func (t Tensor) Bytes() (out []byte) {
	t.read("Bytes", func(b []byte) { out = slices.Clone(b) })
	return out
}

// Float32s gives a copy of the elements as float32; the tensor must be of a floating-point type.
func (t Tensor) Float32s() []float32 { return floats(t, "Float32s", "Ints or Bools") }

// Float64s gives a copy of the elements as float64; the tensor must be of a floating-point type.
func (t Tensor) Float64s() []float64 {
	return convert(t, "Float64s", tensor.DType.IsFloat, "Ints or Bools", floatAt)
}

// Ints gives a copy of the elements as int64; the tensor must be of an integer type.
func (t Tensor) Ints() []int64 { return ints(t, "Ints", "Float32s or Bools") }

// Bools gives a copy of the elements; the tensor must be of type bool.
func (t Tensor) Bools() []bool { return bools(t, "Bools", "Float32s or Ints") }

// Data gives a copy of the elements as the Go type that they are: T has to be that
// of t's dtype (an int of Go is an int64).
func Data[T Element](t Tensor) (out []T) {
	h := t.must("Data")
	if d := dtypeOf[T](); h.dtype != d {
		panic(misuse("NN3113", "Data of a tensor of %s: its elements are no %T; Cast it first", h.dtype, *new(T)))
	}
	t.read("Data", func(b []byte) { out = fromBytes[T](b) })
	return out
}

// Item gives the only element of a floating-point tensor.
func (t Tensor) Item() float32 { return only(t, "Item", "Int or Bool", floats) }

// Int gives the only element of an integer tensor.
func (t Tensor) Int() int64 { return only(t, "Int", "Item or Bool", ints) }

// Bool gives the only element of a bool tensor.
func (t Tensor) Bool() bool { return only(t, "Bool", "Item or Int", bools) }

// only gives the one element; what is the method that the user called.
func only[T any](t Tensor, what, instead string, all func(t Tensor, what, instead string) []T) T {
	if n := elements(t.must(what).shape); n != 1 {
		panic(misuse("NN3113", "%s needs a tensor of one element, this one has %d (shape %v): reduce or index it first", what, n, t.h.shape))
	}
	return all(t, what, instead)[0]
}

func floats(t Tensor, what, instead string) []float32 {
	return convert(t, what, tensor.DType.IsFloat, instead, func(d tensor.DType, b []byte) float32 { return float32(floatAt(d, b)) })
}

func ints(t Tensor, what, instead string) []int64 {
	return convert(t, what, tensor.DType.IsInt, instead, intAt)
}

func bools(t Tensor, what, instead string) []bool {
	isBool := func(d tensor.DType) bool { return d == tensor.Bool }
	return convert(t, what, isBool, instead, func(_ tensor.DType, b []byte) bool { return b[0] != 0 })
}

func convert[T any](t Tensor, what string, fits func(tensor.DType) bool, instead string, at func(tensor.DType, []byte) T) (out []T) {
	h := t.must(what)
	if !fits(h.dtype) {
		panic(misuse("NN3113", "%s of a tensor of %s: use %s, or Cast it first", what, h.dtype, instead))
	}
	size := h.dtype.Size()
	t.read(what, func(b []byte) {
		out = make([]T, elements(h.shape))
		for i := range out {
			out[i] = at(h.dtype, b[i*size:])
		}
	})
	return out
}

func floatAt(d tensor.DType, b []byte) float64 {
	le := binary.LittleEndian
	switch d {
	case tensor.Float32:
		return float64(math.Float32frombits(le.Uint32(b)))
	case tensor.Float64:
		return math.Float64frombits(le.Uint64(b))
	case tensor.Float16:
		return float64(halfToFloat(le.Uint16(b)))
	}
	return float64(math.Float32frombits(uint32(le.Uint16(b)) << 16)) // bfloat16
}

func intAt(d tensor.DType, b []byte) int64 {
	le := binary.LittleEndian
	switch d {
	case tensor.Int8:
		return int64(int8(b[0]))
	case tensor.Uint8:
		return int64(b[0])
	case tensor.Int16:
		return int64(int16(le.Uint16(b)))
	case tensor.Uint16:
		return int64(le.Uint16(b))
	case tensor.Int32:
		return int64(int32(le.Uint32(b)))
	case tensor.Uint32:
		return int64(le.Uint32(b))
	}
	return int64(le.Uint64(b))
}

// halfToFloat widens an IEEE 754 half.
func halfToFloat(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exp, frac := uint32(h>>10)&0x1f, uint32(h&0x3ff)
	switch {
	case exp == 0x1f: // infinity, NaN
		return math.Float32frombits(sign | 0x7f800000 | frac<<13)
	case exp != 0:
		return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
	case frac == 0:
		return math.Float32frombits(sign)
	}
	v := math.Ldexp(float64(frac), -24) // subnormal
	if sign != 0 {
		v = -v
	}
	return float32(v)
}
