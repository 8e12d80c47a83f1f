package tensorfile

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/nngen-go/nngen/internal/tensor"
)

// A safetensors file is: the header's length (8 bytes, little-endian), the
// header (JSON: name → dtype, shape, offsets into the rest), the elements. The
// pieces cover the rest without holes or overlaps.

// maxHeader is the limit of the format's own reader.
const maxHeader = 100 << 20

// entry is one array of a header.
type entry struct {
	DType   string   `json:"dtype"`
	Shape   []int64  `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

var safetensorsTypes = map[string]tensor.DType{
	"BOOL": tensor.Bool, "U8": tensor.Uint8, "I8": tensor.Int8, "U16": tensor.Uint16, "I16": tensor.Int16,
	"U32": tensor.Uint32, "I32": tensor.Int32, "U64": tensor.Uint64, "I64": tensor.Int64,
	"F16": tensor.Float16, "BF16": tensor.BFloat16, "F32": tensor.Float32, "F64": tensor.Float64,
}

func openSafetensors(f *File) error {
	info, err := f.f.Stat()
	if err != nil {
		return err
	}
	list, start, err := readHeader(f.f, info.Size())
	if err != nil {
		return err
	}
	for _, p := range list {
		at := start + p.offset
		if err := f.add(p.Array, func(into []byte) error {
			_, err := f.f.ReadAt(into, at)
			return eof(err, len(into))
		}); err != nil {
			return err
		}
	}
	return nil
}

// eof makes the end of the file an error unless nothing was to be read.
func eof(err error, n int) error {
	if err == io.EOF && n == 0 {
		return nil
	}
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// piece is an array and where its elements begin, counted from the header's end.
type piece struct {
	Array
	offset int64
}

// readHeader reads and checks the header of a file of the given size. start is
// where the elements begin.
func readHeader(r io.ReaderAt, size int64) (list []piece, start int64, err error) {
	var length [8]byte
	if _, err := r.ReadAt(length[:], 0); err != nil {
		return nil, 0, fmt.Errorf("not a safetensors file: it is shorter than the length of its header")
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > maxHeader || int64(n) > size-8 {
		return nil, 0, fmt.Errorf("not a safetensors file: its header is said to have %d bytes, the file has %d", n, size)
	}
	text := make([]byte, n)
	if _, err := r.ReadAt(text, 8); err != nil && err != io.EOF {
		return nil, 0, err
	}
	start = 8 + int64(n)
	if list, err = parseHeader(text); err != nil {
		return nil, 0, err
	}
	return list, start, checkPieces(list, size-start)
}

// parseHeader reads the JSON, name by name, so that one that is there twice is seen.
func parseHeader(text []byte) ([]piece, error) {
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("the header is not UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("the header is not a JSON object")
	}
	var list []piece
	for dec.More() {
		t, err := dec.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil, fmt.Errorf("the header is not JSON: %v", err)
		}
		if name == "__metadata__" {
			var about map[string]string
			if err := dec.Decode(&about); err != nil {
				return nil, fmt.Errorf("the header's metadata: %w", err)
			}
			continue
		}
		p, err := parsePiece(dec, name)
		if err != nil {
			return nil, fmt.Errorf("array %q: %w", name, err)
		}
		list = append(list, p)
	}
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("the header is cut off: %w", err)
	}
	if rest := bytes.TrimSpace(text[dec.InputOffset():]); len(rest) > 0 {
		return nil, fmt.Errorf("the header goes on behind its end")
	}
	return list, nil
}

func parsePiece(dec *json.Decoder, name string) (piece, error) {
	var e entry
	if err := dec.Decode(&e); err != nil {
		return piece{}, err
	}
	d, ok := safetensorsTypes[e.DType]
	if !ok {
		return piece{}, fmt.Errorf("elements of %q are not read; save it as F32, F16 or BF16", e.DType)
	}
	if e.Shape == nil {
		return piece{}, fmt.Errorf("it has no shape")
	}
	n, err := byteSize(d, e.Shape)
	if err != nil {
		return piece{}, err
	}
	if e.Offsets[0] < 0 || e.Offsets[1]-e.Offsets[0] != n {
		return piece{}, fmt.Errorf("%s %v has %d bytes, but the offsets are %v", d, e.Shape, n, e.Offsets)
	}
	return piece{Array{Name: name, DType: d, Shape: e.Shape}, e.Offsets[0]}, nil
}

// checkPieces holds the pieces to what the format says: one after the other,
// from the first byte to the last.
func checkPieces(list []piece, size int64) error {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b piece) int {
		return cmpInt(a.offset, b.offset, a.Bytes(), b.Bytes())
	})
	at := int64(0)
	for _, p := range sorted {
		if p.offset != at {
			return fmt.Errorf("array %q begins at byte %d, and %d is where the one before it ends", p.Name, p.offset, at)
		}
		if at += p.Bytes(); at > size {
			return fmt.Errorf("array %q ends at byte %d, past the end of the file: the download is incomplete", p.Name, at)
		}
	}
	if at != size {
		return fmt.Errorf("%d bytes at the end belong to no array", size-at)
	}
	return nil
}

// cmpInt compares by the first pair, then by the second.
func cmpInt(a, b, c, d int64) int {
	switch {
	case a != b && a < b, a == b && c < d:
		return -1
	case a == b && c == d:
		return 0
	}
	return 1
}
