package runner

import (
	"reflect"

	nn "github.com/nngen-go/nngen/runtime"
)

// inputs fills an Inputs struct for the i-th invoke: token ids that follow from
// the sizes, and a mask if the set wants one.
func (s *single) inputs(t reflect.Type, i int) reflect.Value {
	v := reflect.New(t).Elem()
	rows := s.set.Rows[i]
	ids := make([]int64, rows*s.set.Seq)
	mask := make([]int64, len(ids))
	for k := range ids {
		ids[k] = int64((7 + 13*i + 29*k + 3*k*k) % 96)
		if k%s.set.Seq > 0 {
			mask[k] = 1
		}
	}
	v.FieldByName("InputIDs").Set(reflect.ValueOf(nn.From(ids, rows, s.set.Seq)))
	if f := v.FieldByName("AttentionMask"); f.IsValid() && s.set.Mask {
		f.Set(reflect.ValueOf(nn.From(mask, rows, s.set.Seq)))
	}
	return v
}

// args gives a function's parameters from the given one on: inputs, one by one
// or as a slice, then the named values.
func (s *single) args(fn reflect.Type, from int) []reflect.Value {
	return s.argsUntil(fn, from, fn.NumIn())
}

func (s *single) argsUntil(fn reflect.Type, from, to int) []reflect.Value {
	var out []reflect.Value
	invoke, names := 0, s.c.Args
	for i := from; i < to; i++ {
		in := fn.In(i)
		switch {
		case in.Name() == "Inputs":
			out = append(out, s.inputs(in, invoke))
			invoke++
		case in.Kind() == reflect.Slice && in.Elem().Name() == "Inputs":
			list := reflect.MakeSlice(in, 0, len(s.set.Rows))
			for ; invoke < len(s.set.Rows); invoke++ {
				list = reflect.Append(list, s.inputs(in.Elem(), invoke))
			}
			out = append(out, list)
		default:
			out = append(out, s.argument(names[0]))
			names = names[1:]
		}
	}
	return out
}

// argument gives the value of a parameter, by its name. Sets differ in what
// conditions and choices ask for.
func (s *single) argument(name string) reflect.Value {
	other := s.set.Variant%2 == 1
	switch name {
	case "v":
		return reflect.ValueOf(ramp(48))
	case "idx":
		return reflect.ValueOf(nn.From([]int64{1, 0}))
	case "alpha":
		return reflect.ValueOf(map[bool]float32{false: 0.75, true: 0.25}[other])
	case "pos":
		return reflect.ValueOf(map[bool]int{false: 1, true: 0}[other])
	case attached:
		return reflect.ValueOf(&Steering{
			Direction: ramp(48), Head: ramp(48, 2), Layers: [2]nn.Tensor{ramp(48).Scale(0.5), ramp(48).Neg()},
		})
	case "layer":
		return reflect.ValueOf(s.set.Variant / 2)
	}
	panic("no parameter is called " + name)
}

// Steering is what traces attach.
type Steering struct {
	nn.Attachment
	Direction nn.Tensor    `nn:"direction float32 [48]"`
	Head      nn.Tensor    `nn:"head float32 [48, 2]"`
	Layers    [2]nn.Tensor `nn:"layers.%d float32 [48]"`
}

// attached is the name of the parameter that is an attachment: Compile takes it,
// Run does not.
const attached = "st"

// ramp is a tensor of small numbers.
func ramp(shape ...int) nn.Tensor {
	n := 1
	for _, d := range shape {
		n *= d
	}
	v := make([]float32, n)
	for i := range v {
		v[i] = float32((i*37)%19)/10 - 0.8
	}
	return nn.From(v, shape...)
}
