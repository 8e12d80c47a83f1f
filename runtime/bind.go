package nn

import (
	"fmt"
	"reflect"

	"github.com/nngen-go/nngen/modelspec"
)

var envoyType = reflect.TypeOf(Envoy{})

// bind fills a tree of generated accessors for one invoke. Which field is which
// module is said by tags: `nn:"h.%d"`, relative to the parent; arrays count from 0.
func bind(root any, v *invoke) error {
	in, err := v.t.s.spec()
	if err != nil {
		return err
	}
	t := &tree{v: v, in: in, bound: map[string]*Envoy{}}
	v.trees = append(v.trees, t)
	return t.fill(reflect.ValueOf(root).Elem(), "", map[string]reflect.Value{})
}

// fill sets the accessor of a module and its children. made holds the structs
// that exist, so that aliases are the same struct.
func (t *tree) fill(s reflect.Value, path string, made map[string]reflect.Value) error {
	if s.Kind() != reflect.Struct || !s.FieldByName("Envoy").IsValid() || s.FieldByName("Envoy").Type() != envoyType {
		return fmt.Errorf("%s embeds no nn.Envoy: generate the accessors again", s.Type())
	}
	m, ok := t.in.modules[path]
	if !ok && t.v.t.inLaterModel() {
		m, ok = t.in.moduleOf(path, t.in.spec.Model), true
	}
	if !ok {
		return fmt.Errorf("the spec has no module %q, which %s is for: generate the accessors again", path, s.Type())
	}
	own := s.FieldByName("Envoy").Addr().Interface().(*Envoy)
	own.n = &node{m, t}
	t.bound[path] = own
	for i := range s.NumField() {
		tag, ok := s.Type().Field(i).Tag.Lookup("nn")
		if !ok {
			continue
		}
		if err := t.field(s.Field(i), modelspec.Join(path, tag), made); err != nil {
			return err
		}
	}
	return nil
}

// field sets one child, or the children of a list.
func (t *tree) field(f reflect.Value, path string, made map[string]reflect.Value) error {
	switch f.Kind() {
	case reflect.Pointer:
		return t.child(f, path, made)
	case reflect.Slice:
		n := 0
		for t.in.modules[modelspec.Element(path, n)] != nil {
			n++
		}
		f.Set(reflect.MakeSlice(f.Type(), n, n))
	case reflect.Array:
	default:
		return fmt.Errorf("the field for %q is a %s: generate the accessors again", path, f.Type())
	}
	for i := range f.Len() {
		if err := t.child(f.Index(i), modelspec.Element(path, i), made); err != nil {
			return err
		}
	}
	return nil
}

func (t *tree) child(f reflect.Value, path string, made map[string]reflect.Value) error {
	if have, ok := made[path]; ok && have.Type() == f.Type() {
		f.Set(have)
		return nil
	}
	f.Set(reflect.New(f.Type().Elem()))
	made[path] = f
	return t.fill(f.Elem(), path, made)
}
