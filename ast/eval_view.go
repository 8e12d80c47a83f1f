package ast

import (
	"go/ast"
	"go/constant"
	"strings"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// viewMethod evaluates a method that the accessor has for a view of its spec, if
// it is one: Q() or SetQ(v).
func (f *frame) viewMethod(e *ast.CallExpr, name string, x *envoyVal, args []value) (value, bool) {
	if x.module == nil {
		return nil, false
	}
	for _, v := range x.module.Views() {
		switch name {
		case v.GoName():
			return f.readView(e, x, v), true
		case "Set" + v.GoName():
			return f.writeView(e, x, v, args[0]), true
		}
	}
	return nil, false
}

// namedView evaluates View and SetView with a constant name.
func (f *frame) namedView(e *ast.CallExpr, x *envoyVal, args []value) value {
	c, ok := constOf(args[0])
	if !ok {
		return f.fail(e.Args[0].Pos(), "NN1402", "use a constant", "the name of a view must be known when code is generated")
	}
	name := constant.StringVal(c)
	if x.module != nil {
		if v, ok := x.module.View(name); ok {
			if len(args) == 1 {
				return f.readView(e, x, v)
			}
			return f.writeView(e, x, v, args[1])
		}
	}
	hint := "list it in the spec, under the point that it is a part of: views: {" + name + ": {from: 0, to: 768, heads: 12}}"
	if x.module != nil && len(x.module.Views()) > 0 {
		hint = "it has: " + strings.Join(x.module.ViewNames(), ", ")
	}
	return f.fail(e.Args[0].Pos(), "NN1308", hint, "%s has no view %q", x.label(), name)
}

func viewIndex(v modelspec.ViewAt) ops.Attrs {
	return ops.Attrs{"index": ops.AxisIndex(v.Axis, v.From, v.To)}
}

// readView reads the point and takes the part of it.
func (f *frame) readView(e *ast.CallExpr, x *envoyVal, v modelspec.ViewAt) value {
	whole, ok := f.readPoint(e, x, v.Side).(*tensorVal)
	if !ok {
		return invalid{}
	}
	part := f.derive(e, "At", viewIndex(v), whole.sym)
	if part != nil && v.Heads > 0 {
		part = f.derive(e, "Heads", ops.Attrs{"n": int64(v.Heads)}, part)
	}
	if part == nil {
		return invalid{}
	}
	return &tensorVal{part}
}

// writeView reads the point, puts the value into its part and writes it back.
func (f *frame) writeView(e *ast.CallExpr, x *envoyVal, v modelspec.ViewAt, to value) value {
	if isInvalid(to) {
		return invalid{}
	}
	part := f.graphOperand(opArg{v: to, at: e.Args[len(e.Args)-1], dtype: tensor.Invalid})
	if part == nil {
		return invalid{}
	}
	whole, ok := f.readPoint(e, x, v.Side).(*tensorVal)
	if !ok {
		return invalid{}
	}
	part = f.shapedAs(e, x, v, whole.sym, part)
	if part != nil && v.Heads > 0 {
		part = f.derive(e, "MergeHeads", ops.Attrs{}, part)
	}
	if part == nil {
		return invalid{}
	}
	out := f.derive(e, "SetAt", viewIndex(v), whole.sym, part)
	if out == nil {
		return invalid{}
	}
	return f.writePoint(e, x, v.Side, &tensorVal{out})
}

// shapedAs is the value in the shape of the view that it is written to.
func (f *frame) shapedAs(e *ast.CallExpr, x *envoyVal, v modelspec.ViewAt, whole, value *sym) *sym {
	old := f.derive(e, "At", viewIndex(v), whole)
	if old != nil && v.Heads > 0 {
		old = f.derive(e, "Heads", ops.Attrs{"n": int64(v.Heads)}, old)
	}
	if old == nil || value.typ.Shape.Equal(old.typ.Shape) {
		return value
	}
	op, _ := ops.Lookup("ExpandAs")
	if _, err := op.Infer([]tensor.Type{value.typ, old.typ}, nil); err != nil {
		f.fail(e.Pos(), "NN1401", "", "view %q of %s takes %s, but is set to %s", v.Name, x.label(), old.typ, value.typ)
		return nil
	}
	return f.derive(e, "ExpandAs", ops.Attrs{}, value, old)
}

// derive adds an operation that no call of the user's stands for; its mistakes
// are reported at the call that needs it.
func (f *frame) derive(e *ast.CallExpr, name string, attrs ops.Attrs, in ...*sym) *sym {
	op, _ := ops.Lookup(name)
	types := make([]tensor.Type, len(in))
	for i, s := range in {
		types[i] = s.typ
	}
	out, err := op.Infer(types, attrs)
	if err != nil {
		f.fail(e.Pos(), "NN1401", "", "%s", err)
		return nil
	}
	s := f.ev.graph.add(name, in, attrs, out, f.site(e.Pos()))[0]
	s.node.text = f.excerpt(e)
	s.what = name
	return s
}
