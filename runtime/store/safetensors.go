package store

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"

	nn "github.com/nngen-go/nngen/runtime"
)

// safetensors begins with a header of all arrays, which is known at the end:
// elements are collected in a file of their own until then.
type safetensors struct {
	path   string
	data   *os.File
	size   int64
	header bytes.Buffer
}

func newSafetensors(path string) (Sink, error) {
	f, err := temporary(path)
	if err != nil {
		return nil, err
	}
	return &safetensors{path: path, data: f}, nil
}

var safetensorsTypes = map[nn.DType]string{
	nn.Float32: "F32", nn.Float64: "F64", nn.Float16: "F16", nn.BFloat16: "BF16", nn.Int8: "I8", nn.Int16: "I16", nn.Int32: "I32", nn.Int64: "I64",
	nn.Uint8: "U8", nn.Uint16: "U16", nn.Uint32: "U32", nn.Uint64: "U64", nn.Bool: "BOOL",
}

func (s *safetensors) Write(a Array) error {
	kind, ok := safetensorsTypes[a.Tensor.DType()]
	if !ok {
		return fmt.Errorf("%s: safetensors has no %s", a.Name(), a.Tensor.DType())
	}
	elements := a.Tensor.Bytes()
	n, err := s.data.Write(elements)
	if err != nil {
		return err
	}
	entry := struct {
		DType   string   `json:"dtype"`
		Shape   []int    `json:"shape"`
		Offsets [2]int64 `json:"data_offsets"`
	}{kind, append([]int{}, a.Tensor.Shape()...), [2]int64{s.size, s.size + int64(n)}}
	name, err := json.Marshal(a.Name())
	if err != nil {
		return err
	}
	text, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	if s.size += int64(n); s.header.Len() > 0 {
		s.header.WriteByte(',')
	}
	s.header.Write(name)
	s.header.WriteByte(':')
	s.header.Write(text)
	return nil
}

func (s *safetensors) Flush() error { return nil }

func (s *safetensors) Close() error {
	out, err := temporary(s.path)
	if err != nil {
		s.Abort()
		return err
	}
	defer s.Abort() // the elements are copied by then
	if err := s.copyTo(out); err != nil {
		discard(out)
		return err
	}
	return publish(out, s.path)
}

// copyTo writes the header, padded to 8 bytes, and the elements.
func (s *safetensors) copyTo(out *os.File) error {
	header := "{" + s.header.String() + "}"
	for len(header)%8 != 0 {
		header += " "
	}
	if err := binary.Write(out, binary.LittleEndian, uint64(len(header))); err != nil {
		return err
	}
	if _, err := out.WriteString(header); err != nil {
		return err
	}
	if _, err := s.data.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(out, s.data)
	return err
}

func (s *safetensors) Abort() { discard(s.data) }
