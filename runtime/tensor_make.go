package nn

import (
	"slices"
	"unsafe"

	"github.com/nngen-go/nngen/internal/tensor"
)

// Element is a Go type that tensors can be made from. int becomes int64.
type Element interface {
	float32 | float64 | int | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | bool
}

// From makes a tensor of a copy of data. Without a shape it has one dimension.
func From[T Element](data []T, shape ...int) Tensor {
	dims := sizes(shape)
	if shape == nil {
		dims = []int64{int64(len(data))}
	}
	if elements(dims) != int64(len(data)) {
		panic(misuse("NN3111", "shape %v has %d elements, but there are %d", dims, elements(dims), len(data)))
	}
	return hostTensor(dtypeOf[T](), dims, toBytes(data))
}

// Scalar makes a tensor of one element and no dimensions.
func Scalar[T Element](v T) Tensor {
	return hostTensor(dtypeOf[T](), []int64{}, toBytes([]T{v}))
}

// Zeros makes a tensor of zeros.
func Zeros(dtype DType, shape ...int) Tensor {
	dims := sizes(shape)
	if dtype.Size() == 0 {
		panic(misuse("NN3111", "tensors of %s cannot be made: numbers and booleans can", dtype))
	}
	return hostTensor(dtype, dims, make([]byte, elements(dims)*int64(dtype.Size())))
}

// FromBytes makes a tensor of a copy of its elements' little-endian bytes; so
// float16 and bfloat16 tensors are made without a detour.
func FromBytes(dtype DType, data []byte, shape ...int) Tensor {
	dims := sizes(shape)
	if n := elements(dims) * int64(dtype.Size()); n != int64(len(data)) {
		panic(misuse("NN3111", "a %s tensor of shape %v has %d bytes, but there are %d", dtype, dims, n, len(data)))
	}
	return hostTensor(dtype, dims, slices.Clone(data))
}

// sizes checks and widens a shape.
func sizes(shape []int) []int64 {
	out := make([]int64, len(shape))
	for i, d := range shape {
		if d < 0 {
			panic(misuse("NN3111", "shape %v has a negative dimension", shape))
		}
		out[i] = int64(d)
	}
	return out
}

func dtypeOf[T Element]() tensor.DType {
	switch any(*new(T)).(type) {
	case float32:
		return tensor.Float32
	case float64:
		return tensor.Float64
	case int8:
		return tensor.Int8
	case int16:
		return tensor.Int16
	case int32:
		return tensor.Int32
	case uint8:
		return tensor.Uint8
	case uint16:
		return tensor.Uint16
	case uint32:
		return tensor.Uint32
	case uint64:
		return tensor.Uint64
	case bool:
		return tensor.Bool
	}
	return tensor.Int64 // int and int64
}

// toBytes copies elements as they lie in memory; an int is written as int64.
func toBytes[T Element](data []T) []byte {
	if ints, ok := any(data).([]int); ok {
		wide := make([]int64, len(ints))
		for i, v := range ints {
			wide[i] = int64(v)
		}
		return toBytes(wide)
	}
	if len(data) == 0 {
		return []byte{}
	}
	return slices.Clone(unsafe.Slice((*byte)(unsafe.Pointer(&data[0])), len(data)*int(unsafe.Sizeof(data[0]))))
}

// fromBytes is the way back from toBytes.
func fromBytes[T Element](b []byte) []T {
	var zero T
	if _, isInt := any(zero).(int); isInt {
		wide := fromBytes[int64](b)
		out := make([]T, len(wide))
		for i, v := range wide {
			out[i] = any(int(v)).(T)
		}
		return out
	}
	out := make([]T, len(b)/int(unsafe.Sizeof(zero)))
	if len(out) > 0 {
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&out[0])), len(b)), b)
	}
	return out
}
