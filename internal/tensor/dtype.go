package tensor

import "fmt"

// DType is an element type. The numbers are those of ONNX TensorProto.DataType,
// so that a DType crosses into a model file without a table.
type DType int32

// The element types that models use.
const (
	Invalid  DType = 0
	Float32  DType = 1
	Uint8    DType = 2
	Int8     DType = 3
	Uint16   DType = 4
	Int16    DType = 5
	Int32    DType = 6
	Int64    DType = 7
	String   DType = 8
	Bool     DType = 9
	Float16  DType = 10
	Float64  DType = 11
	Uint32   DType = 12
	Uint64   DType = 13
	BFloat16 DType = 16
)

var dtypes = map[DType]struct {
	name string
	size int
}{
	Float32: {"float32", 4}, Uint8: {"uint8", 1}, Int8: {"int8", 1}, Uint16: {"uint16", 2},
	Int16: {"int16", 2}, Int32: {"int32", 4}, Int64: {"int64", 8}, String: {"string", 0},
	Bool: {"bool", 1}, Float16: {"float16", 2}, Float64: {"float64", 8}, Uint32: {"uint32", 4},
	Uint64: {"uint64", 8}, BFloat16: {"bfloat16", 2},
}

// String gives the name used in specs, docs and diagnostics ("float32").
func (d DType) String() string {
	if t, ok := dtypes[d]; ok {
		return t.name
	}
	return fmt.Sprintf("dtype(%d)", int32(d))
}

// Size is the bytes of one element; 0 for String and for unknown types.
func (d DType) Size() int { return dtypes[d].size }

// Known reports whether d is one of the listed element types.
func (d DType) Known() bool { _, ok := dtypes[d]; return ok }

// IsFloat reports whether d is a floating-point type of any width.
func (d DType) IsFloat() bool {
	return d == Float32 || d == Float64 || d == Float16 || d == BFloat16
}

// IsInt reports whether d is a signed or unsigned integer type.
func (d DType) IsInt() bool {
	switch d {
	case Uint8, Int8, Uint16, Int16, Int32, Int64, Uint32, Uint64:
		return true
	}
	return false
}

// ParseDType reads the name that String prints.
func ParseDType(s string) (DType, error) {
	for d, t := range dtypes {
		if t.name == s {
			return d, nil
		}
	}
	return Invalid, fmt.Errorf("unknown element type %q", s)
}

// MarshalText writes the name, so that specs and plans hold "float32".
func (d DType) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the name.
func (d *DType) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDType(string(b))
	return err
}
