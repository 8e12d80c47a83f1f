package onnx

import (
	"errors"
	"fmt"
	"math"
	"math/bits"

	"google.golang.org/protobuf/encoding/protowire"
)

func (d *decoder) attribute(a *Attribute, in *field) error {
	var held heldTypes
	err := d.sub("attribute", in, func(f *field) error {
		switch f.num {
		case 1:
			return f.str(&a.Name)
		case 2:
			held.add(AttrFloat)
			return f.float(&a.F)
		case 3:
			held.add(AttrInt)
			return f.integer(&a.I)
		case 4:
			held.add(AttrString)
			return f.copied(&a.S)
		case 5:
			held.add(AttrTensor)
			if a.T == nil {
				a.T = newTensor()
			}
			return d.tensor(a.T, f)
		case 6:
			held.add(AttrGraph)
			if a.G == nil {
				a.G = &Graph{}
			}
			return d.graph(a.G, f)
		case 13:
			return f.str(&a.Doc)
		case 20:
			return f.int32((*int32)(&a.Type))
		case 21:
			return f.str(&a.RefAttr)
		}
		return d.attributeList(a, f, &held)
	})
	if err == nil {
		err = a.settle(held)
	}
	if err != nil && a.Name != "" {
		return fmt.Errorf("attribute %q: %w", a.Name, err)
	}
	return err
}

// attributeList decodes the repeated fields of an attribute.
func (d *decoder) attributeList(a *Attribute, f *field, held *heldTypes) (err error) {
	switch f.num {
	case 7:
		held.add(AttrFloats)
		a.Floats, err = f.floats(a.Floats)
		return err
	case 8:
		held.add(AttrInts)
		a.Ints, err = f.ints(a.Ints)
		return err
	case 9:
		held.add(AttrStrings)
		var s []byte
		err = f.copied(&s)
		a.Strings = append(a.Strings, s)
		return firstError(err, d.count(1))
	case 10:
		held.add(AttrTensors)
		t := newTensor()
		a.Tensors = append(a.Tensors, t)
		return d.tensor(t, f)
	case 11:
		held.add(AttrGraphs)
		g := &Graph{}
		a.Graphs = append(a.Graphs, g)
		return d.graph(g, f)
	}
	return f.unknown(&a.Raw)
}

// heldTypes is the set of the fields that an attribute came with.
type heldTypes uint32

func (h *heldTypes) add(t AttrType) { *h |= 1 << t }

// settle holds an attribute to the one value that its type says. The oldest
// files leave the type out: there the field that is there tells.
func (a *Attribute) settle(held heldTypes) error {
	if a.Type == 0 && held != 0 {
		a.Type = AttrType(bits.TrailingZeros32(uint32(held)))
	}
	switch {
	case held != 0 && (a.Type < 0 || a.Type > 31 || held != 1<<a.Type):
		return fmt.Errorf("it is of type %d and holds values of another", a.Type)
	case held != 0 && a.RefAttr != "":
		return errors.New("it refers to another attribute and has a value too")
	case a.RefAttr == "" && (a.Type == AttrTensor && a.T == nil || a.Type == AttrGraph && a.G == nil):
		return errors.New("it has no value")
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// copied sets to to a copy of the field's bytes.
func (f *field) copied(to *[]byte) error {
	b, err := f.bytes()
	*to = append([]byte{}, b...)
	return err
}

func (f *field) float(v *float32) error {
	if f.typ != protowire.Fixed32Type {
		return fmt.Errorf("field %d has wire type %d where a float belongs", f.num, f.typ)
	}
	*v = math.Float32frombits(uint32(f.n))
	return nil
}

// floats appends the floats of a repeated field, packed or not.
func (f *field) floats(to []float32) ([]float32, error) {
	if f.typ == protowire.Fixed32Type {
		return append(to, math.Float32frombits(uint32(f.n))), nil
	}
	b, err := f.bytes()
	if err != nil {
		return nil, err
	}
	if len(b)%4 != 0 {
		return nil, fmt.Errorf("field %d: broken list of floats", f.num)
	}
	for ; len(b) > 0; b = b[4:] {
		v, _ := protowire.ConsumeFixed32(b)
		to = append(to, math.Float32frombits(v))
	}
	return to, nil
}

func (d *decoder) value(to *[]*ValueInfo, in *field) error {
	v := &ValueInfo{}
	*to = append(*to, v)
	return d.sub("value", in, func(f *field) error {
		switch f.num {
		case 1:
			return f.str(&v.Name)
		case 2:
			return d.valueType(v, f)
		case 3:
			return f.str(&v.Doc)
		case 4:
			return d.entry(&v.Metadata, f)
		}
		return f.unknown(&v.Raw)
	})
}

// valueType decodes a tensor type; any other is kept verbatim.
func (d *decoder) valueType(v *ValueInfo, in *field) error {
	return d.sub("type", in, func(f *field) error {
		switch f.num {
		case 1:
			return d.sub("tensor type", f, func(f *field) error {
				switch f.num {
				case 1:
					return f.int32(&v.DType)
				case 2:
					v.HasShape = true
					return d.shape(&v.Shape, f)
				}
				return nil
			})
		case 6:
			return f.str(&v.Denote)
		}
		v.RawType = append([]byte{}, in.data...)
		return nil
	})
}

func (d *decoder) shape(to *[]Dim, in *field) error {
	if *to == nil {
		*to = []Dim{}
	}
	return d.sub("shape", in, func(f *field) error {
		if f.num != 1 {
			return nil
		}
		dim := Dim{Size: -1}
		err := d.sub("dimension", f, func(f *field) error {
			switch f.num {
			case 1:
				dim.Param = ""
				return f.integer(&dim.Size)
			case 2:
				dim.Size = -1
				return f.str(&dim.Param)
			case 3:
				return f.str(&dim.Denote)
			}
			return nil
		})
		// Exporters write -1 for a size they do not know; that is no size.
		dim.Size = max(dim.Size, -1)
		*to = append(*to, dim)
		return err
	})
}
