package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/nngen-go/nngen/internal/tensor"
)

func newTensor() *Tensor { return &Tensor{Offset: -1} }

// tensorParts collects what decides, once all fields are read, where the data of a tensor is.
type tensorParts struct {
	raw      bool // raw_data was there
	typed    int  // the field number of typed data, 0 for none
	ints     []int64
	external bool
	entries  []Entry
	entryRaw []byte
}

func (d *decoder) tensor(t *Tensor, in *field) error {
	var p tensorParts
	err := d.sub("tensor", in, func(f *field) (err error) {
		switch f.num {
		case 1:
			t.Dims, err = f.ints(t.Dims)
			return err
		case 2:
			return f.int32(&t.DType)
		case 4, 5, 7, 10, 11:
			return t.typed(&p, f)
		case 6:
			var s []byte
			err := f.copied(&s)
			t.Strings = append(t.Strings, s)
			return firstError(err, d.count(1))
		case 8:
			return f.str(&t.Name)
		case 9:
			p.raw, t.Offset = true, f.at
			t.Data, err = f.bytes()
			return err
		case 12:
			return f.str(&t.Doc)
		case 13:
			p.entryRaw = append(p.entryRaw, f.raw...)
			return d.entry(&p.entries, f)
		case 14:
			var where int32
			err := f.int32(&where)
			p.external = where == 1
			return err
		}
		return f.unknown(&t.Raw)
	})
	if err == nil {
		err = t.settle(&p)
	}
	if err != nil && t.Name != "" {
		return fmt.Errorf("tensor %q: %w", t.Name, err)
	}
	return err
}

// settle checks that a tensor's data is in one place and has the size that its dimensions say.
func (t *Tensor) settle(p *tensorParts) error {
	if p.external {
		if len(t.Data) > 0 || p.typed != 0 || t.Strings != nil {
			return errors.New("it has data both in this file and in an external one")
		}
		t.Data, t.Offset = nil, -1
		return t.setExternal(p.entries)
	}
	if p.entryRaw != nil { // onnx ignores the entries of a tensor that is not external
		t.Raw = append(t.Raw[:len(t.Raw):len(t.Raw)], p.entryRaw...)
	}
	if p.typed != 0 {
		if p.raw {
			return errors.New("it has both raw and typed data")
		}
		if err := t.narrow(p); err != nil {
			return err
		}
	}
	return t.checkSize()
}

func (t *Tensor) setExternal(entries []Entry) (err error) {
	e := &External{Length: -1}
	for _, kv := range entries {
		switch kv.Key {
		case "location":
			e.Location = kv.Value
		case "offset":
			e.Offset, err = parseCount(kv)
		case "length":
			e.Length, err = parseCount(kv)
		default:
			e.Extra = append(e.Extra, kv)
		}
		if err != nil {
			return err
		}
	}
	t.External = e
	_, _, err = t.size()
	return err
}

func parseCount(kv Entry) (int64, error) {
	n, err := strconv.ParseInt(kv.Value, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("external data: the %s %q is not a count of bytes", kv.Key, kv.Value)
	}
	return n, nil
}

// checkSize holds a tensor's data to its dimensions.
func (t *Tensor) checkSize() error {
	want, known, err := t.size()
	if err != nil {
		return err
	}
	if tensor.DType(t.DType) == tensor.String {
		if int64(len(t.Strings)) != want || len(t.Data) > 0 {
			return fmt.Errorf("dimensions %v need %d strings, it has %d", t.Dims, want, len(t.Strings))
		}
		return nil
	}
	if t.Strings != nil {
		return fmt.Errorf("it has strings, but its elements are %s", tensor.DType(t.DType))
	}
	if known && int64(len(t.Data)) != want {
		return fmt.Errorf("dimensions %v of %s need %d bytes, it has %d", t.Dims, tensor.DType(t.DType), want, len(t.Data))
	}
	return nil
}

// size gives the bytes that a tensor's data takes (for strings, their number);
// known is false for element types of unknown width.
func (t *Tensor) size() (n int64, known bool, err error) {
	n, err = t.Elements()
	if err != nil || tensor.DType(t.DType) == tensor.String {
		return n, true, err
	}
	width := bitWidth(t.DType)
	if width == 0 {
		return 0, false, nil
	}
	hi, lo := bits.Mul64(uint64(n), uint64(width))
	if hi != 0 || lo > math.MaxInt64-7 {
		return 0, false, fmt.Errorf("dimensions %v are too large", t.Dims)
	}
	return int64(lo+7) / 8, true, nil
}

// Elements is the product of the dimensions, with overflow and negative sizes refused.
func (t *Tensor) Elements() (int64, error) {
	n := uint64(1)
	for _, d := range t.Dims {
		if d < 0 {
			return 0, fmt.Errorf("negative dimension in %v", t.Dims)
		}
		hi, lo := bits.Mul64(n, uint64(d))
		if hi != 0 || lo > math.MaxInt64 {
			return 0, fmt.Errorf("dimensions %v are too large", t.Dims)
		}
		n = lo
	}
	return int64(n), nil
}

// bitWidth is the bits of one element, 0 where the type is unknown.
func bitWidth(dtype int32) int {
	switch dtype {
	case 2, 3, 9, 17, 18, 19, 20, 24: // 8-bit integers, bool, float8
		return 8
	case 4, 5, 10, 16:
		return 16
	case 1, 6, 12:
		return 32
	case 7, 11, 13, 14:
		return 64
	case 15:
		return 128
	case 21, 22, 23: // 4 bits, two in a byte
		return 4
	case 25, 26: // 2 bits, four in a byte
		return 2
	}
	return 0
}

// typed takes one of the typed data fields. Integers wait in p until the element
// type is known, which a writer may put after them.
func (t *Tensor) typed(p *tensorParts, f *field) (err error) {
	if p.typed != 0 && p.typed != int(f.num) {
		return errors.New("it has data in several typed fields")
	}
	first := p.typed == 0
	p.typed = int(f.num)
	if f.num == 4 || f.num == 10 {
		return t.fixed(f, first && !p.raw)
	}
	p.ints, err = f.ints(p.ints)
	return err
}

// typedField says which field holds which element types; the rest are in int32_data.
func typedField(dtype int32) int {
	switch dtype {
	case 1, 14:
		return 4 // float_data
	case 7:
		return 7 // int64_data
	case 11, 15:
		return 10 // double_data
	case 12, 13:
		return 11 // uint64_data
	}
	return 5 // int32_data: small integers, bool, 16-bit floats, packed nibbles
}

// narrow turns typed integers into little-endian bytes of the element's width.
func (t *Tensor) narrow(p *tensorParts) error {
	if want := typedField(t.DType); p.typed != want {
		return fmt.Errorf("elements of %s are in field %d, which cannot hold them", tensor.DType(t.DType), p.typed)
	}
	if p.ints == nil {
		return nil
	}
	width := max(bitWidth(t.DType)/8, 1) // packed nibbles: one byte an entry
	t.Data = make([]byte, 0, width*len(p.ints))
	for _, n := range p.ints {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], uint64(n))
		t.Data = append(t.Data, b[:width]...)
	}
	return nil
}

// fixed takes floats and doubles, which packed fields hold as the very bytes wanted.
func (t *Tensor) fixed(f *field, first bool) error {
	switch f.typ {
	case protowire.BytesType:
		if first && t.Data == nil {
			t.Data, t.Offset = f.data[:len(f.data):len(f.data)], f.at
			return nil
		}
		t.Data = append(t.Data, f.data...)
	case protowire.Fixed32Type:
		t.Data = binary.LittleEndian.AppendUint32(t.Data, uint32(f.n))
	case protowire.Fixed64Type:
		t.Data = binary.LittleEndian.AppendUint64(t.Data, f.n)
	default:
		return fmt.Errorf("field %d has wire type %d where floats belong", f.num, f.typ)
	}
	t.Offset = -1
	return nil
}
