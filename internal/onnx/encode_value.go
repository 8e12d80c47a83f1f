package onnx

import (
	"fmt"
	"math"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

func (e *encoder) attribute(num protowire.Number, a *Attribute) {
	e.message(num, attributeSize(a), func() {
		e.str(1, a.Name)
		if a.RefAttr == "" {
			e.attributeValue(a)
		}
		e.strIf(13, a.Doc)
		e.integerIf(20, int64(a.Type))
		e.strIf(21, a.RefAttr)
		e.raw(a.Raw)
	})
}

// attributeValue writes the one field that the attribute's type says; scalars
// are written even when zero, because readers ask whether the field is there.
func (e *encoder) attributeValue(a *Attribute) {
	switch a.Type {
	case AttrFloat:
		e.tag(2, protowire.Fixed32Type)
		e.b = protowire.AppendFixed32(e.b, math.Float32bits(a.F))
	case AttrInt:
		e.integer(3, a.I)
	case AttrString:
		e.bytes(4, a.S)
	case AttrTensor:
		e.tensor(5, a.T)
	case AttrGraph:
		e.graph(6, a.G)
	case AttrFloats:
		if len(a.Floats) > 0 {
			e.message(7, 4*len(a.Floats), func() {
				for _, f := range a.Floats {
					e.b = protowire.AppendFixed32(e.b, math.Float32bits(f))
				}
			})
		}
	case AttrInts:
		e.packedInts(8, a.Ints)
	case AttrStrings:
		for _, s := range a.Strings {
			e.bytes(9, s)
		}
	case AttrTensors:
		for _, t := range a.Tensors {
			e.tensor(10, t)
		}
	case AttrGraphs:
		for _, g := range a.Graphs {
			e.graph(11, g)
		}
	}
}

func attributeSize(a *Attribute) int {
	n := 30
	if a.T != nil {
		n += len(a.T.Data)
	}
	if a.G != nil {
		n += graphSize(a.G)
	}
	return n
}

func (e *encoder) values(num protowire.Number, list []*ValueInfo) {
	for _, v := range list {
		e.message(num, 100, func() {
			e.str(1, v.Name)
			e.valueType(v)
			e.strIf(3, v.Doc)
			e.entries(4, v.Metadata)
			e.raw(v.Raw)
		})
	}
}

func (e *encoder) valueType(v *ValueInfo) {
	if v.RawType != nil {
		e.bytes(2, v.RawType)
		return
	}
	if v.DType == 0 && !v.HasShape && v.Denote == "" {
		return
	}
	e.message(2, 60, func() {
		e.message(1, 60, func() {
			e.integer(1, int64(v.DType))
			if v.HasShape {
				e.message(2, 12*len(v.Shape), func() { e.dims(v.Shape) })
			}
		})
		e.strIf(6, v.Denote)
	})
}

func (e *encoder) dims(shape []Dim) {
	for _, d := range shape {
		e.message(1, 10, func() {
			switch {
			case d.Param != "":
				e.str(2, d.Param)
			case d.Size >= 0:
				e.integer(1, d.Size)
			}
			e.strIf(3, d.Denote)
		})
	}
}

func (e *encoder) tensor(num protowire.Number, t *Tensor) {
	if t == nil {
		e.err = fmt.Errorf("a tensor is missing")
		return
	}
	if t.External == nil {
		if err := t.checkSize(); err != nil {
			e.err = fmt.Errorf("tensor %q: %w", t.Name, err)
			return
		}
	}
	e.message(num, len(t.Data)+len(t.Name)+20, func() {
		e.packedInts(1, t.Dims)
		e.integer(2, int64(t.DType))
		for _, s := range t.Strings {
			e.bytes(6, s)
		}
		e.strIf(8, t.Name)
		if t.External == nil && t.Strings == nil {
			e.bytes(9, t.Data)
		}
		e.strIf(12, t.Doc)
		if t.External != nil {
			e.external(t.External)
		}
		e.raw(t.Raw)
	})
}

func (e *encoder) external(x *External) {
	list := append([]Entry{{"location", x.Location}}, x.Extra...)
	list = append(list, Entry{"offset", strconv.FormatInt(x.Offset, 10)})
	if x.Length >= 0 {
		list = append(list, Entry{"length", strconv.FormatInt(x.Length, 10)})
	}
	e.entries(13, list)
	e.integer(14, 1)
}
