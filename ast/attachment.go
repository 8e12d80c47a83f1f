package ast

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"

	"github.com/nngen-go/nngen/internal/arraytag"
	"github.com/nngen-go/nngen/internal/tensor"
)

// hiddenVal is a field of an attachment that is no tensor: only its own package
// and the caller of Compile know what it holds.
type hiddenVal struct{ name string }

func (*hiddenVal) kind() string { return "a field that is no tensor" }

// isAttachment reports whether t is (a pointer to) a struct that embeds nn.Attachment.
func isAttachment(t types.Type) bool {
	pkg, _ := named(t)
	return pkg != "" && pkg != RuntimePath && embeds(t, "Attachment")
}

// bindAttachment makes a parameter that is an attachment a pointer to a struct
// whose tensors are weights of the plan.
func (ev *evaluator) bindAttachment(f *frame, id *ast.Ident, o *types.Var, p *goParam) {
	p.kind = attachmentParam
	if _, ok := types.Unalias(p.typ).(*types.Pointer); !ok {
		_, name := named(p.typ)
		ev.report(id.Pos(), "NN1601", "the attachment %s is passed by value", id.Name).
			Hint = "write " + id.Name + " *" + name + ": what is attached belongs to the compiled trace, and is never copied"
		return
	}
	elem := types.Unalias(p.typ).(*types.Pointer).Elem()
	s := &structVal{typ: elem, fixed: true}
	st := elem.Underlying().(*types.Struct)
	for i := range st.NumFields() {
		s.fields = append(s.fields, ev.attachedField(id, st, i))
	}
	c := f.newCell(o, o.Type(), nil)
	c.val = &ptrVal{typ: o.Type(), fixed: true, to: &cell{name: id.Name, typ: elem, val: s}}
}

// attachedField is the value of one field.
func (ev *evaluator) attachedField(id *ast.Ident, st *types.Struct, i int) value {
	fld := st.Field(i)
	arr, isArray := types.Unalias(fld.Type()).(*types.Array)
	isArray = isArray && isTensor(arr.Elem())
	if !isTensor(fld.Type()) && !isArray || !fld.Exported() {
		return &hiddenVal{fld.Name()}
	}
	tag, err := arraytag.Parse(reflect.StructTag(st.Tag(i)).Get(arraytag.Key))
	if err == nil {
		err = attachable(tag.Type)
	}
	if err != nil {
		d := ev.report(id.Pos(), "NN1602", "field %s of the attachment %s: %v", fld.Name(), id.Name, err)
		d.Hint = "say what it is in its tag, for example `nn:\"W_enc float32 [48, 192]\"`; nngen attach FILE writes such a struct"
		ev.relate(d, fld.Pos(), "the field")
		return invalid{}
	}
	path := id.Name + "." + fld.Name()
	if !isArray {
		return &tensorVal{ev.graph.addWeight(path, tag.Type, id.Pos())}
	}
	obj := &arrayObj{elem: arr.Elem(), fixed: true}
	for k := range int(arr.Len()) {
		obj.elems = append(obj.elems, &tensorVal{ev.graph.addWeight(path+"."+itoa(k), tag.Type, id.Pos())})
	}
	return &sliceVal{typ: fld.Type(), obj: obj, len: len(obj.elems), array: true}
}

// attachable holds the types of attachments to what is known when the trace is
// compiled: sizes that are numbers.
func attachable(t tensor.Type) error {
	if t.DType == tensor.Invalid {
		return errUntyped
	}
	for _, d := range t.Shape {
		if _, ok := d.Const(); !ok && d.Known() {
			return errSymbolic
		}
	}
	return nil
}

type attachError string

func (e attachError) Error() string { return string(e) }

const (
	errUntyped  attachError = "its dtype and shape are not known"
	errSymbolic attachError = "its sizes must be numbers, or ? for one that may vary"
)

// addWeight makes an array of an attachment an operand.
func (g *graph) addWeight(name string, t tensor.Type, pos token.Pos) *sym {
	p := &planParam{name: name, typ: t, pos: pos}
	p.sym = &sym{typ: t, pos: pos, what: name, param: p, tap: -1}
	g.weights = append(g.weights, p)
	return p.sym
}

// fixedField reports an assignment to what belongs to an attachment.
func (f *frame) fixedField(pos token.Pos, name string) {
	f.fail(pos, "NN1603", "keep the changed tensor in a variable", "%s belongs to an attachment, which a trace does not change", name)
}

// comparesAttachment reports a comparison of an attachment with nil: it is always
// there, because Compile refuses one that is not.
func (f *frame) comparesAttachment(e *ast.BinaryExpr, x, y value) bool {
	if _, isNil := x.(*nilVal); isNil {
		x, y = y, x
	}
	p, ok := x.(*ptrVal)
	if _, isNil := y.(*nilVal); !ok || !isNil || !p.fixed {
		return false
	}
	f.fail(e.Pos(), "NN1603", "leave the condition out; write a second trace function for the case without it",
		"%s is compared with nil, but an attachment is always there: the trace is compiled with it", p.to.name)
	return true
}

// taggedType is what the tag of a field says of a tensor in a struct of the
// user's own.
func taggedType(x types.Type, path []int) tensor.Type {
	if p, ok := types.Unalias(orNil(x)).(*types.Pointer); ok {
		x = p.Elem()
	}
	st, ok := orNil(x).Underlying().(*types.Struct)
	if !ok || len(path) != 1 {
		return tensor.Type{}
	}
	tag, err := arraytag.Parse(reflect.StructTag(st.Tag(path[0])).Get(arraytag.Key))
	if err != nil {
		return tensor.Type{}
	}
	return tag.Type
}
