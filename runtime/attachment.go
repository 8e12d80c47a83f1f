package nn

import (
	"fmt"
	"maps"
	"reflect"
	"strings"

	"github.com/nngen-go/nngen/internal/arraytag"
	"github.com/nngen-go/nngen/internal/tensor"
)

// Attachment makes a struct of tensors, which embeds it, something that is
// attached to a model: an autoencoder, a probe, a steering vector. Load fills it
// from a file. A trace function takes a pointer to it as a parameter; compiled,
// it is given to CompileX, not to Run, and its tensors become weights of the
// session: copied nowhere, prepared once, on the device from the start.
//
//	type Probe struct {
//		nn.Attachment
//		Weight nn.Tensor `nn:"weight float32 [48, 1] transposed"`
//		Bias   nn.Tensor `nn:"bias float32 [1]"`
//	}
//
// A tag holds the array's name in the file, its dtype and its shape, as the
// field has them; "from float16" says that the file stores another float type,
// "transposed" that it stores the last two axes the other way round (as
// torch.nn.Linear does). A Go array of tensors has %d in its name.
type Attachment struct{ path string }

// Path is the file that the attachment was loaded from, "" if it was made in memory.
func (a *Attachment) Path() string { return a.path }

var (
	attachmentType = reflect.TypeFor[Attachment]()
	tensorType     = reflect.TypeFor[Tensor]()
)

// arrayField is one array of a struct of tensors.
type arrayField struct {
	path string // "WEnc", "Weight.3"
	tag  arraytag.Tag
	v    reflect.Value // the Tensor
}

// arrayFields finds the tensors of a struct in the order of its fields. Fields
// without a tag have the name of the field itself.
func arrayFields(s reflect.Value) ([]arrayField, error) {
	var out []arrayField
	for i := range s.NumField() {
		f := s.Type().Field(i)
		text, tagged := f.Tag.Lookup(arraytag.Key)
		isArray := f.Type.Kind() == reflect.Array && f.Type.Elem() == tensorType
		if f.Type != tensorType && !isArray {
			if tagged {
				return nil, fmt.Errorf("field %s of %s has a tag %s, but is no nn.Tensor", f.Name, s.Type(), arraytag.Key)
			}
			continue
		}
		if !f.IsExported() {
			continue
		}
		tag := arraytag.Tag{Name: f.Name}
		if tagged {
			var err error
			if tag, err = arraytag.Parse(text); err != nil {
				return nil, fmt.Errorf("field %s of %s: %w", f.Name, s.Type(), err)
			}
		}
		if !isArray {
			out = append(out, arrayField{f.Name, tag, s.Field(i)})
			continue
		}
		for k := range f.Type.Len() {
			one := tag
			one.Name = strings.ReplaceAll(tag.Name, "%d", fmt.Sprint(k))
			out = append(out, arrayField{fmt.Sprintf("%s.%d", f.Name, k), one, s.Field(i).Index(k)})
		}
	}
	return out, nil
}

// structOf gives the struct that a pointer or a value is; what says of whom it is
// in messages.
func structOf(what string, v any) (reflect.Value, error) {
	s := reflect.ValueOf(v)
	if s.Kind() == reflect.Pointer {
		if s.IsNil() {
			return s, misuse("NN3180", "%s is nil: load it first, with nn.Load or the Load function of its package", what)
		}
		s = s.Elem()
	}
	if s.Kind() != reflect.Struct {
		return s, misuse("NN3180", "%s is %T: an attachment is a struct of tensors", what, v)
	}
	return s, nil
}

// Attach gives Compile the attachment that the trace function's parameter of
// that name stands for. CompileX does so by itself.
func Attach(name string, attachment any) CompileOption { return attachOption{name, attachment} }

type attachOption struct {
	name  string
	value any
}

func (o attachOption) applyCompile(s *settings) {
	if s.attached == nil {
		s.attached = map[string]any{}
	}
	s.attached[o.name] = o.value
}

// weight is one array of an attachment, as a session gets it.
type weight struct {
	typ  tensor.Type
	data []byte // nobody changes it any more
}

// tensor is the array for the interpreter.
func (w weight) tensor() Tensor { return hostTensor(w.typ.DType, w.dims(), w.data) }

// dims is the shape, which is known: the array is there.
func (w weight) dims() []int64 {
	shape := make([]int64, len(w.typ.Shape))
	for i, d := range w.typ.Shape {
		shape[i], _ = d.Const()
	}
	return shape
}

// weightsOf finds what the plan's weights are, by their names in the plan.
func (s settings) weightsOf(p *Plan) (map[string]weight, error) {
	if len(p.Weights) == 0 {
		return nil, nil
	}
	have := map[string]Tensor{}
	maps.Copy(have, s.arrays)
	for name, v := range s.attached {
		st, err := structOf(name, v)
		if err != nil {
			return nil, err
		}
		fields, err := arrayFields(st)
		if err != nil {
			return nil, misuse("NN3180", "%s: %v", name, err)
		}
		for _, f := range fields {
			have[name+"."+f.path] = f.v.Interface().(Tensor)
		}
	}
	out := map[string]weight{}
	for _, want := range p.Weights {
		t, ok := have[want.Name]
		if !ok {
			name, _, _ := strings.Cut(want.Name, ".")
			return nil, misuse("NN3180", "%s needs %s: compile it with nn.Attach(%q, …)", p.Name, want.Name, name)
		}
		w, err := asWeight(want, t)
		if err != nil {
			return nil, err
		}
		out[want.Name] = w
	}
	return out, nil
}

// asWeight checks a tensor against what the plan was compiled for.
func asWeight(want Param, t Tensor) (weight, error) {
	if t.h == nil {
		return weight{}, misuse("NN3180", "%s is not set: load the attachment with nn.Load, or set every field", want.Name)
	}
	got := t.h.typ()
	if got.DType != want.Type.DType || got.Shape.Differs(want.Type.Shape) {
		return weight{}, misuse("NN3180", "%s is %s, but the trace was compiled for %s", want.Name, got, want.Type)
	}
	t.h.mu.Lock()
	defer t.h.mu.Unlock()
	if t.h.released {
		return weight{}, misuse("NN3180", "%s: %v", want.Name, errReleased)
	}
	data, err := t.h.hostBytes()
	if err != nil {
		return weight{}, misuse("NN3180", "%s cannot be read: %v", want.Name, err)
	}
	if t.h.value != nil { // memory that goes with the tensor
		data = append([]byte(nil), data...)
	}
	return weight{got, data}, nil
}
