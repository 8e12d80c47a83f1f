package ast

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

// graphForm makes the node.
func (c *opCall) graphForm() value {
	f := c.f
	in := make([]*sym, len(c.in))
	for i, a := range c.in {
		if in[i] = f.graphOperand(a); in[i] == nil {
			return invalid{}
		}
	}
	operands := make([]tensor.Type, len(in))
	for i, s := range in {
		operands[i] = s.typ
	}
	res, err := c.op.Infer(operands, c.attrs)
	if err != nil {
		return f.fail(c.e.Pos(), "NN1401", undeclared(in, f.ev.tf), "%s: %s", c.op.Name, strings.TrimPrefix(err.Error(), c.op.Name+": "))
	}
	outs := f.ev.graph.add(c.op.Name, in, c.attrs, res, f.site(c.e.Pos()))
	outs[0].node.text = f.excerpt(c.e)
	for _, o := range outs {
		o.what = c.op.Name
	}
	switch {
	case c.op.Slice:
		obj := &arrayObj{elem: f.typeOf(c.e).Underlying().(*types.Slice).Elem()}
		for _, o := range outs {
			obj.elems = append(obj.elems, &tensorVal{o})
		}
		return &sliceVal{typ: f.typeOf(c.e), obj: obj, len: len(outs)}
	case len(outs) == 1:
		return &tensorVal{outs[0]}
	}
	t := &tupleVal{}
	for _, o := range outs {
		t.vals = append(t.vals, &tensorVal{o})
	}
	return t
}

// graphOperand turns an argument into a value of the graph.
func (f *frame) graphOperand(a opArg) *sym {
	switch v := a.v.(type) {
	case *tensorVal:
		return v.sym
	case *constVal:
		return f.ev.graph.constant(a.dtype, attrOf(v.v, goFloat(a.dtype)), f.site(a.at.Pos()))
	case *codeVal:
		return f.feed(v, a)
	}
	f.fail(a.at.Pos(), "NN1403", "", "%s cannot be an operand", a.v.kind())
	return nil
}

// undeclared is the hint about operands that are parameters of unknown type.
func undeclared(in []*sym, tf *traceFunc) string {
	for _, s := range in {
		if s.param != nil && s.param.tensor && s.param.name != "" {
			if _, ok := tf.directive.params[s.param.name]; !ok {
				return "say what " + s.param.name + " is, above the function: //nngen:param " + s.param.name + " DTYPE [SHAPE]; float32 is assumed"
			}
		}
	}
	return ""
}

// goFloat is the Go type of a floating-point operand, "" for other dtypes.
func goFloat(d tensor.DType) string {
	if d == tensor.Float32 {
		return "float32"
	}
	return ""
}

// hostForm leaves the operation to Go on the values that left the run.
func (c *opCall) hostForm(recv value) value {
	parts := map[ast.Expr]value{}
	if !c.op.Func {
		parts[ast.Unparen(c.e.Fun).(*ast.SelectorExpr).X] = recv
	}
	for _, a := range c.in {
		if _, isSel := parts[a.at]; !isSel && !c.multi {
			parts[a.at] = a.v
		}
	}
	if c.multi {
		for _, a := range c.e.Args {
			parts[a] = c.f.expr(a)
		}
	}
	return c.f.residual(c.e, true, parts)
}
