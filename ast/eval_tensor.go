package ast

import (
	"go/ast"
	"go/constant"
	"go/types"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/tensor"
)

// tensorMethod evaluates a method call on a tensor: an operation of the graph,
// or what takes a value out of it.
func (f *frame) tensorMethod(e *ast.CallExpr, fv *funcVal, recv value) value {
	if op, ok := ops.Lookup(fv.method); ok && !op.Func && !op.Hidden {
		return f.operation(e, op, recv)
	}
	return f.materialise(e, fv, recv)
}

// materialise evaluates Item, Float32s, Shape and their like.
func (f *frame) materialise(e *ast.CallExpr, fv *funcVal, recv value) value {
	sel, direct := ast.Unparen(e.Fun).(*ast.SelectorExpr)
	if t, ok := recv.(*tensorVal); ok {
		if t.sym == nil {
			if fv.method == "IsZero" {
				return boolConst(true, types.Typ[types.Bool])
			}
			return f.fail(e.Fun.Pos(), "NN1501", "set it before this line", "the tensor is read before it is set")
		}
		switch fv.method {
		case "IsZero":
			return boolConst(false, types.Typ[types.Bool])
		case "Shape":
			return &dimsVal{of: t.sym, typ: f.typeOf(e)}
		case "Item", "Int", "Bool":
			if n, ok := elements(t.sym.typ.Shape); ok && n != 1 {
				return f.fail(e.Pos(), "NN1405", "reduce it first, for example with Norm(), Mean() or At(…)",
					"%s needs a tensor of one element, this one is %s", fv.method, t.sym.typ)
			}
		case "Release":
			return f.fail(e.Pos(), "NN1215", "leave it out: values of the run are released with it", "a tensor of the run cannot be released in a trace")
		}
	}
	var v value
	if direct {
		args := f.args(e)
		if args == nil {
			return invalid{}
		}
		parts := map[ast.Expr]value{sel.X: recv}
		for i, a := range e.Args {
			parts[a] = args[i]
		}
		v = f.residual(e, true, parts)
	} else {
		v = f.boundCall(e, fv.method, recv)
	}
	if c, ok := v.(*codeVal); ok {
		if t, ok := recv.(*tensorVal); ok && t.sym.host == nil {
			c.born = e.Pos()
		} else if c.born.IsValid() {
			c.born = e.Pos()
		}
	}
	return v
}

// elements is the number of elements of a constant shape.
func elements(s tensor.Shape) (int64, bool) {
	if !s.RankKnown() {
		return 0, false
	}
	n := int64(1)
	known := true
	for _, d := range s {
		c, ok := d.Const()
		known = known && ok
		n *= c
	}
	return n, known
}

// operation applies an operator of the table.
func (f *frame) operation(e *ast.CallExpr, op *ops.Op, recv value) value {
	c := &opCall{f: f, e: e, op: op, attrs: ops.Attrs{}}
	if !op.Func {
		at := e.Fun
		if sel, ok := ast.Unparen(e.Fun).(*ast.SelectorExpr); ok {
			at = sel.X
		}
		c.operand(recv, at, 0)
	}
	c.arguments()
	if c.bad {
		return invalid{}
	}
	return c.apply(recv)
}

// opCall collects the operands and attributes of an operator's call.
type opCall struct {
	f     *frame
	e     *ast.CallExpr
	op    *ops.Op
	in    []opArg
	attrs ops.Attrs
	host  bool // an argument is known only in mid-run
	alt   bool // an argument has another form as Go code
	vague bool // a tensor that Go makes is of a type that nobody knows yet
	bad   bool
	multi bool
}

// opArg is one operand before it is known where the operator runs.
type opArg struct {
	v     value
	at    ast.Expr
	dtype tensor.DType // of a scalar operand; Invalid for a tensor
}

func (c *opCall) operand(v value, at ast.Expr, dtype tensor.DType) {
	if isInvalid(v) {
		c.bad = true
		return
	}
	if t, ok := v.(*tensorVal); ok && t.sym == nil {
		c.f.fail(at.Pos(), "NN1501", "set it before this line", "the tensor is read before it is set")
		c.bad = true
		return
	}
	if cv, ok := v.(*codeVal); ok && cv.graph != nil {
		v = &tensorVal{cv.graph}
	}
	switch x := v.(type) {
	case *codeVal:
		c.host = c.host || !c.f.feedable(x)
		c.vague = c.vague || dtype == tensor.Invalid && x.tensor.DType == tensor.Invalid && x.born.IsValid()
	case *tensorVal:
		c.alt = c.alt || x.sym.alt != nil
	}
	c.in = append(c.in, opArg{v, at, dtype})
}

// feedable reports whether code is the value of a parameter of the plan in any
// case: it does not depend on the run, and what it reads is there ahead of any
// condition.
func (f *frame) feedable(c *codeVal) bool {
	if bornIn(c.code).IsValid() || c.born.IsValid() {
		return false
	}
	return f.conditional(-1) == nil && !f.underLoop() || f.stable(c)
}

// arguments evaluates what stands in the parentheses, by the table's parameters.
func (c *opCall) arguments() {
	args := c.e.Args
	for i, p := range c.op.Params {
		switch p.Kind {
		case ops.TensorsParam:
			c.tensors(args[min(i, len(args)):])
			return
		case ops.StaticsParam:
			c.statics(p.Name, args[min(i, len(args)):])
			return
		case ops.IndexParam:
			c.indices(args[min(i, len(args)):])
			return
		}
		if i >= len(args) {
			c.bad = true
			return
		}
		c.argument(p, args[i])
	}
}

func (c *opCall) argument(p ops.Param, a ast.Expr) {
	v := c.f.expr(a)
	switch p.Kind {
	case ops.TensorParam:
		c.operand(v, a, tensor.Invalid)
	case ops.ScalarParam:
		c.scalar(v, a)
	case ops.StaticParam:
		c.static(p, v, a)
	}
}

// scalar adds a Go number as an operand.
func (c *opCall) scalar(v value, a ast.Expr) {
	d, ok := scalarType(c.f.typeOf(a))
	if !ok && !isInvalid(v) {
		c.f.fail(a.Pos(), "NN1403", "", "%s takes a number here", c.op.Name)
		c.bad = true
		return
	}
	c.operand(v, a, d)
}

// static adds an attribute, which must be known now.
func (c *opCall) static(p ops.Param, v value, a ast.Expr) {
	k, ok := constOf(v)
	if !ok {
		if !isInvalid(v) {
			c.f.fail(a.Pos(), "NN1402", "use a constant, or the index of a loop over constants",
				"argument %s of %s must be known when code is generated", p.Name, c.op.Name)
		}
		c.bad = true
		return
	}
	if p.Type == "DType" {
		n, _ := constant.Int64Val(constant.ToInt(k))
		c.attrs[p.Name] = tensor.DType(n).String()
		return
	}
	c.attrs[p.Name] = attrOf(k, p.Type)
}

func attrOf(k constant.Value, goType string) any {
	switch {
	case k.Kind() == constant.Bool:
		return constant.BoolVal(k)
	case k.Kind() == constant.String:
		return constant.StringVal(k)
	case goType == "float64" || goType == "float32":
		x, _ := constant.Float64Val(k)
		return x
	}
	n, _ := constant.Int64Val(constant.ToInt(k))
	return n
}

// statics adds a list of integers, given one by one or as a slice.
func (c *opCall) statics(name string, args []ast.Expr) {
	out := []int64{}
	for _, v := range c.spread(args) {
		n, ok := intOf(v.v)
		if !ok {
			if !isInvalid(v.v) {
				c.f.fail(v.at.Pos(), "NN1402", "use constants", "the arguments %s of %s must be known when code is generated", name, c.op.Name)
			}
			c.bad = true
			return
		}
		out = append(out, n)
	}
	c.attrs[name] = out
}

func (c *opCall) tensors(args []ast.Expr) {
	for _, v := range c.spread(args) {
		if cv, ok := v.v.(*codeVal); ok && !isTensor(cv.typ) {
			c.f.fail(v.at.Pos(), "NN1402", "pass the tensors one by one", "how many tensors %s gets must be known when code is generated", c.op.Name)
			c.bad = true
			return
		}
		c.operand(v.v, v.at, tensor.Invalid)
	}
}

// spread evaluates variadic arguments; xs... gives the elements of xs.
func (c *opCall) spread(args []ast.Expr) []opArg {
	var out []opArg
	for _, a := range args {
		v := c.f.expr(a)
		if s, ok := v.(*sliceVal); ok && c.e.Ellipsis.IsValid() {
			c.multi = true
			for i := range s.len {
				out = append(out, opArg{v: s.element(i), at: a})
			}
			continue
		}
		out = append(out, opArg{v: v, at: a})
	}
	return out
}
