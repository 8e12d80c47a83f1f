package ast

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

// apply applies the operator: in the graph where its operands are there, by Go
// where they are not and the graph cannot have them. An operation on what is
// known only in mid-run has both forms; which one is taken is found at the end:
// the graph's if the model needs the result, else the Go, which needs no hook.
func (c *opCall) apply(recv value) value {
	if !c.host && !c.alt {
		return c.graphForm()
	}
	if c.f.underLoop() || c.vague {
		return c.hostForm(recv)
	}
	if _, err := c.infer(); err != nil && c.host {
		return c.hostForm(recv)
	}
	v := c.graphForm()
	if !isInvalid(v) {
		c.f.alternative(v, c.hostForm(recv), c.e)
	}
	return v
}

// alternative notes the Go form of what the graph computes in variables of the
// residual code, which go if nothing reads them.
func (f *frame) alternative(v, host value, at ast.Expr) {
	h, ok := host.(*codeVal)
	if !ok {
		return
	}
	var syms []*sym
	st := &resStmt{kind: assignStmt, op: "=", pos: at.Pos(), rhs: []code{h.code}, alt: true}
	add := func(t types.Type) *resVar {
		rv := f.newVar("nn_t", t)
		f.wrote(rv, h.born)
		st.lhs = append(st.lhs, target{v: rv, define: true})
		return rv
	}
	switch v := v.(type) {
	case *tensorVal:
		v.sym.alt = code{{v: add(f.typeOf(at))}}
	case *tupleVal:
		for _, x := range v.vals {
			s := x.(*tensorVal).sym
			s.alt = code{{v: add(f.tensorType(at))}}
		}
	case *sliceVal:
		rv := add(f.typeOf(at))
		for i := range v.len {
			syms = append(syms, v.element(i).(*tensorVal).sym)
			syms[i].alt = code{{v: rv}}.add("[" + itoa(i) + "]")
		}
	}
	f.emit(st)
}

// tensorType is nn.Tensor, taken from the first result of a call.
func (f *frame) tensorType(e ast.Expr) types.Type {
	if t, ok := f.src.info.TypeOf(e).(*types.Tuple); ok {
		return t.At(0).Type()
	}
	return f.typeOf(e)
}

// infer gives the types of the results.
func (c *opCall) infer() ([]tensor.Type, error) {
	operands := make([]tensor.Type, len(c.in))
	for i, a := range c.in {
		switch v := a.v.(type) {
		case *tensorVal:
			operands[i] = v.sym.typ
		case *codeVal:
			operands[i] = feedType(v, a)
		default:
			operands[i] = tensor.Type{DType: a.dtype, Shape: tensor.Shape{}}
		}
	}
	return c.op.Infer(operands, c.attrs)
}

// graphForm makes the node.
func (c *opCall) graphForm() value {
	f := c.f
	res, err := c.infer()
	if err != nil {
		return f.fail(c.e.Pos(), "NN1401", c.undeclared(), "%s: %s", c.op.Name, strings.TrimPrefix(err.Error(), c.op.Name+": "))
	}
	in := make([]*sym, len(c.in))
	for i, a := range c.in {
		if in[i] = f.graphOperand(a); in[i] == nil {
			return invalid{}
		}
	}
	outs := f.ev.graph.add(c.op.Name, in, c.attrs, res, f.site(c.e.Pos()))
	outs[0].node.under = f.predicate()
	f.mayRefuse(outs[0].node, c.e)
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
		if v.graph != nil {
			return v.graph
		}
		return f.feed(v, a)
	}
	f.fail(a.at.Pos(), "NN1403", "", "%s cannot be an operand", a.v.kind())
	return nil
}

// undeclared is the hint about operands that are parameters of unknown type.
func (c *opCall) undeclared() string {
	for _, a := range c.in {
		name := ""
		switch v := a.v.(type) {
		case *tensorVal:
			if p := v.sym.param; p != nil && p.tensor {
				name = p.name
			}
		case *codeVal:
			if isTensor(v.typ) && len(v.code) == 1 && v.code[0].v != nil && v.code[0].v.param {
				name = v.code[0].v.hint
			}
		}
		if name == "" {
			continue
		}
		if _, ok := c.f.ev.tf.directive.params[name]; !ok {
			return "say what " + name + " is, above the function: //nngen:param " + name + " DTYPE [SHAPE]; float32 is assumed"
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
		sel, ok := ast.Unparen(c.e.Fun).(*ast.SelectorExpr)
		if !ok {
			return c.f.boundCall(c.e, c.op.Name, recv)
		}
		parts[sel.X] = recv
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

// boundCall is the Go form of a call by a value of a method, x.Norm in place of
// x.Norm(): the receiver is what it was when the value was made.
func (f *frame) boundCall(e *ast.CallExpr, method string, recv value) value {
	args := f.args(e)
	if args == nil {
		return invalid{}
	}
	c := f.codeOf(recv, f.tensorType(e), e.Fun).add("." + method + "(")
	for i, a := range args {
		if i < len(e.Args) {
			c = c.add(sep(i), f.codeOf(a, f.typeOf(e.Args[i]), e.Args[i]))
		}
	}
	if e.Ellipsis.IsValid() {
		c = c.add("...")
	}
	out := &codeVal{code: c.add(")"), typ: f.typeOf(e), pure: true}
	out.born = bornIn(out.code)
	return out
}
