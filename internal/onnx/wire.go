package onnx

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// maxItems bounds the messages and strings of one model. A file of two-byte
// messages would else grow a hundredfold in memory; real models have fewer
// than a million.
const maxItems = 8 << 20

// maxDepth bounds how deep the bodies of If, Loop and Scan may nest.
const maxDepth = 64

// field is one field of a message. Data of length-delimited fields aliases the file.
type field struct {
	num  protowire.Number
	typ  protowire.Type
	n    uint64 // varint, fixed32 and fixed64
	data []byte // length-delimited
	at   int64  // offset of data in the file
	raw  []byte // the whole field, tag included
}

// decoder holds what one decoding shares over all its messages.
type decoder struct {
	items int
	depth int
}

// count takes n from the item budget.
func (d *decoder) count(n int) error {
	if d.items += n; d.items > maxItems {
		return fmt.Errorf("more than %d messages: this is no model", maxItems)
	}
	return nil
}

// message calls visit for each field of data, which starts at offset at of the file.
func (d *decoder) message(what string, data []byte, at int64, visit func(f *field) error) error {
	if err := d.count(1); err != nil {
		return err
	}
	var f field
	for pos := 0; pos < len(data); {
		n, err := f.read(data[pos:], at+int64(pos))
		if err != nil {
			return fmt.Errorf("%s at byte %d: %w", what, at+int64(pos), err)
		}
		if err := visit(&f); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		pos += n
	}
	return nil
}

// read parses the field at the start of b and gives its length.
func (f *field) read(b []byte, at int64) (int, error) {
	num, typ, tag := protowire.ConsumeTag(b)
	if tag < 0 {
		return 0, fmt.Errorf("broken field: %w", protowire.ParseError(tag))
	}
	*f = field{num: num, typ: typ}
	var n int
	switch typ {
	case protowire.VarintType:
		f.n, n = protowire.ConsumeVarint(b[tag:])
	case protowire.Fixed32Type:
		var v uint32
		v, n = protowire.ConsumeFixed32(b[tag:])
		f.n = uint64(v)
	case protowire.Fixed64Type:
		f.n, n = protowire.ConsumeFixed64(b[tag:])
	case protowire.BytesType:
		f.data, n = protowire.ConsumeBytes(b[tag:])
		f.at = at + int64(tag+n-len(f.data))
	default:
		n = protowire.ConsumeFieldValue(num, typ, b[tag:])
	}
	if n < 0 {
		return 0, fmt.Errorf("field %d is cut short or broken: %w", num, protowire.ParseError(n))
	}
	f.raw = b[: tag+n : tag+n]
	return tag + n, nil
}

// bytes gives the content of a length-delimited field.
func (f *field) bytes() ([]byte, error) {
	if f.typ != protowire.BytesType {
		return nil, fmt.Errorf("field %d has wire type %d where bytes belong", f.num, f.typ)
	}
	return f.data[:len(f.data):len(f.data)], nil
}

// str sets s to a copy of the field's text.
func (f *field) str(s *string) error {
	b, err := f.bytes()
	*s = string(b)
	return err
}

// integer sets v from a varint.
func (f *field) integer(v *int64) error {
	if f.typ != protowire.VarintType {
		return fmt.Errorf("field %d has wire type %d where an integer belongs", f.num, f.typ)
	}
	*v = int64(f.n)
	return nil
}

// int32 sets v from a varint, as protobuf does by dropping the upper half.
func (f *field) int32(v *int32) error {
	var n int64
	err := f.integer(&n)
	*v = int32(n)
	return err
}

// unknown keeps the field, verbatim, in raw. The first one is only aliased.
func (f *field) unknown(raw *[]byte) error {
	if *raw == nil {
		*raw = f.raw
		return nil
	}
	*raw = append(*raw, f.raw...)
	return nil
}

// ints appends the integers of a repeated field, packed or not.
func (f *field) ints(to []int64) ([]int64, error) {
	if f.typ == protowire.VarintType {
		return append(to, int64(f.n)), nil
	}
	b, err := f.bytes()
	if err != nil {
		return nil, err
	}
	for len(b) > 0 {
		v, n := protowire.ConsumeVarint(b)
		if n < 0 {
			return nil, fmt.Errorf("field %d: broken list of integers: %w", f.num, protowire.ParseError(n))
		}
		to, b = append(to, int64(v)), b[n:]
	}
	return to, nil
}
