package nn

import (
	"encoding/binary"
	"math"
	"reflect"

	"github.com/nngen-go/nngen/internal/arraytag"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/internal/tensorfile"
)

// LoadTensors reads all arrays of a .safetensors, .npz or .npy file by their
// names; a .npy file has one, named after the file.
func LoadTensors(path string) (map[string]Tensor, error) {
	f, err := tensorfile.Open(path)
	if err != nil {
		return nil, misuse("NN3181", "%v", err)
	}
	defer f.Close()
	out := map[string]Tensor{}
	for _, a := range f.Arrays() {
		data, err := f.Read(a.Name)
		if err != nil {
			return nil, misuse("NN3181", "%v", err)
		}
		out[a.Name] = hostTensor(a.DType, a.Shape, data)
	}
	return out, nil
}

// Load reads a struct of tensors from a .safetensors, .npz or .npy file. The
// file must have every array that a field names, of the dtype and shape that its
// tag says; nothing is read before all of them are compared. See Attachment for
// the tags. Arrays that no field names are passed over.
func Load[T any](path string) (*T, error) {
	out := new(T)
	s := reflect.ValueOf(out).Elem()
	if s.Kind() != reflect.Struct {
		return nil, misuse("NN3181", "%s is no struct of tensors", s.Type())
	}
	if err := load(path, s); err != nil {
		return nil, err
	}
	for i := range s.NumField() {
		if s.Type().Field(i).Type == attachmentType {
			s.Field(i).Set(reflect.ValueOf(Attachment{path: path}))
		}
	}
	return out, nil
}

func load(path string, s reflect.Value) error {
	fields, err := arrayFields(s)
	if err != nil {
		return misuse("NN3181", "%v", err)
	}
	f, err := tensorfile.Open(path)
	if err != nil {
		return misuse("NN3181", "%v", err)
	}
	defer f.Close()
	for i := range fields {
		if err := checkArray(f, &fields[i]); err != nil {
			return err
		}
	}
	for _, field := range fields {
		data, err := f.Read(field.tag.Name)
		if err != nil {
			return misuse("NN3181", "%v", err)
		}
		field.v.Set(reflect.ValueOf(arrayTensor(field.tag, data)))
	}
	return nil
}

// checkArray compares what the file says of an array with what the tag wants,
// and puts the file's sizes into the tag.
func checkArray(f *tensorfile.File, field *arrayField) error {
	tag := &field.tag
	a, ok := f.Array(tag.Name)
	if !ok && len(f.Arrays()) == 1 && f.Arrays()[0].Name != tag.Name && isNPY(f) {
		a, ok = f.Arrays()[0], true // a .npy file has no names
		tag.Name = a.Name
	}
	if !ok {
		_, err := f.Read(tag.Name)
		return misuse("NN3181", "%v", err)
	}
	got := tensor.Type{DType: a.DType, Shape: tensor.Dims(a.Shape...)}
	if tag.Type.DType == tensor.Invalid {
		tag.Type = got
		return nil
	}
	want := tag.InFile()
	if got.DType != want.DType || got.Shape.Differs(want.Shape) {
		return misuse("NN3181", "%s: array %q is %s, but %s is for %s", f.Path(), tag.Name, got, field.path, want)
	}
	if tag.Stored != tensor.Invalid && (!tag.Stored.IsFloat() || tag.Type.DType != tensor.Float32) {
		return misuse("NN3181", "field %s: from %s to %s is no conversion that is done when loading; use Cast in the trace", field.path, tag.Stored, tag.Type.DType)
	}
	sizes := tag.Type
	tag.Type = got
	if tag.Transposed {
		tag.Type = arraytag.Tag{Type: got, Transposed: true}.InFile()
	}
	tag.Type.DType = sizes.DType
	return nil
}

func isNPY(f *tensorfile.File) bool {
	return len(f.Path()) > 4 && f.Path()[len(f.Path())-4:] == ".npy"
}

// arrayTensor undoes what the tag says of how the file stores an array. Its type
// has the array's own sizes.
func arrayTensor(tag arraytag.Tag, data []byte) Tensor {
	in := tag.InFile()
	if tag.Stored != tensor.Invalid && tag.Stored != tensor.Float32 {
		data = widen(tag.Stored, data)
	}
	shape := make([]int64, len(tag.Type.Shape))
	for i, d := range tag.Type.Shape {
		shape[i], _ = d.Const() // they are the file's
	}
	if tag.Transposed {
		n := len(in.Shape)
		rows, _ := in.Shape[n-2].Const()
		cols, _ := in.Shape[n-1].Const()
		data = transpose(data, int(rows), int(cols), tag.Type.DType.Size())
	}
	return hostTensor(tag.Type.DType, shape, data)
}

// widen turns floats of another width into float32.
func widen(from tensor.DType, data []byte) []byte {
	size := from.Size()
	out := make([]byte, len(data)/size*4)
	for i := range len(data) / size {
		binary.LittleEndian.PutUint32(out[4*i:], math.Float32bits(float32(floatAt(from, data[size*i:]))))
	}
	return out
}

// transpose swaps the last two axes of a row-major array.
func transpose(data []byte, rows, cols, size int) []byte {
	out := make([]byte, len(data))
	if rows == 0 || cols == 0 {
		return out
	}
	for base := 0; base < len(data); base += rows * cols * size {
		for r := range rows {
			for c := range cols {
				copy(out[base+(c*rows+r)*size:][:size], data[base+(r*cols+c)*size:])
			}
		}
	}
	return out
}
