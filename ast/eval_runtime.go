package ast

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/tensor"
)

// runtimeFunc evaluates a call of a function of package nn, or leaves a call of
// another package to host code.
func (f *frame) runtimeFunc(e *ast.CallExpr, fv *funcVal) value {
	name, ok := strings.CutPrefix(fv.method, "nn.")
	if !ok {
		return f.foreignOrFail(e, fv)
	}
	if op, ok := ops.Lookup(name); ok && op.Func && !op.Hidden {
		return f.operation(e, op, nil)
	}
	args := f.args(e)
	if args == nil {
		return invalid{}
	}
	switch name {
	case "Range", "RangeStep", "RangeFrom", "RangeTo":
		return &indexVal{name: name, args: args, typ: f.typeOf(e)}
	case "Scalar":
		return f.scalarTensor(e, args[0])
	case "From":
		return f.madeTensor(e, args, elementType(fv), f.fromShape(e, args))
	case "Zeros":
		d := tensor.Invalid
		if n, ok := intOf(args[0]); ok {
			d = tensor.DType(n)
		}
		return f.madeTensor(e, args, d, intsShape(args[1:]))
	case "FromBytes":
		d := tensor.Invalid
		if n, ok := intOf(args[0]); ok {
			d = tensor.DType(n)
		}
		return f.madeTensor(e, args, d, intsShape(args[2:]))
	}
	return f.foreignCall(e, map[ast.Expr]value{}, args, false)
}

// foreignOrFail evaluates a call of a method or function without source.
func (f *frame) foreignOrFail(e *ast.CallExpr, fv *funcVal) value {
	args := f.args(e)
	if args == nil {
		return invalid{}
	}
	return f.foreign(e, fv, args)
}

// elementType is the dtype that nn.From gives, by its type argument.
func elementType(fv *funcVal) tensor.DType {
	for _, t := range fv.targs {
		return dtypeOf(t)
	}
	if fv.sig != nil && fv.sig.Params().Len() > 0 {
		if s, ok := fv.sig.Params().At(0).Type().Underlying().(*types.Slice); ok {
			return dtypeOf(s.Elem())
		}
	}
	return tensor.Invalid
}

// dtypeOf is the element type of a Go type; int becomes int64.
func dtypeOf(t types.Type) tensor.DType {
	b, ok := orNil(t).Underlying().(*types.Basic)
	if !ok {
		return tensor.Invalid
	}
	switch b.Kind() {
	case types.Int, types.UntypedInt:
		return tensor.Int64
	case types.UntypedFloat:
		return tensor.Float64
	}
	d, err := tensor.ParseDType(b.Name())
	if err != nil {
		return tensor.Invalid
	}
	return d
}

// fromShape is the shape that nn.From gives: its arguments, else the length of the data.
func (f *frame) fromShape(e *ast.CallExpr, args []value) tensor.Shape {
	if len(args) > 1 {
		if e.Ellipsis.IsValid() {
			s, ok := args[1].(*sliceVal)
			if !ok {
				return nil
			}
			var dims []value
			for i := range s.len {
				dims = append(dims, s.element(i))
			}
			return intsShape(dims)
		}
		return intsShape(args[1:])
	}
	if s, ok := args[0].(*sliceVal); ok {
		return tensor.Dims(int64(s.len))
	}
	return tensor.Shape{tensor.Unknown}
}

func intsShape(args []value) tensor.Shape {
	out := tensor.Shape{}
	for _, a := range args {
		if n, ok := intOf(a); ok {
			out = append(out, tensor.N(n))
		} else {
			out = append(out, tensor.Unknown)
		}
	}
	return out
}

// madeTensor is a tensor made by Go code from parameters or host values.
func (f *frame) madeTensor(e *ast.CallExpr, args []value, d tensor.DType, shape tensor.Shape) value {
	if n, ok := elements(shape); ok {
		if s, isSlice := args[0].(*sliceVal); isSlice && int64(s.len) != n {
			return f.fail(e.Pos(), "NN1406", "", "%d elements do not fill a tensor of shape %s", s.len, shape)
		}
	}
	parts := map[ast.Expr]value{}
	for i, a := range e.Args {
		parts[a] = args[i]
	}
	v := f.residual(e, true, parts)
	if c, ok := v.(*codeVal); ok {
		c.tensor = tensor.Type{DType: d, Shape: shape}
	}
	return v
}

// scalarTensor evaluates nn.Scalar: a constant of the graph where it can be.
func (f *frame) scalarTensor(e *ast.CallExpr, v value) value {
	d := dtypeOf(f.typeOf(e.Args[0]))
	if c, ok := v.(*constVal); ok && (d == tensor.Float32 || d == tensor.Int64 || d == tensor.Bool) {
		goType := ""
		if d == tensor.Float32 {
			goType = "float32"
		}
		return &tensorVal{f.ev.graph.constant(d, attrOf(c.v, goType), e.Pos())}
	}
	out := f.residual(e, true, map[ast.Expr]value{e.Args[0]: v})
	if c, ok := out.(*codeVal); ok {
		c.tensor = tensor.Type{DType: d, Shape: tensor.Shape{}}
	}
	return out
}

// feed makes a Go value an operand of the graph: a parameter of the plan. What
// never changes is fed by its own expression, the rest from a variable that
// takes the value at this point of the program.
func (f *frame) feed(c *codeVal, a opArg) *sym {
	if b := bornIn(c.code); b.IsValid() || c.born.IsValid() {
		f.needsHook(a.at.Pos(), c, "a value that is known only in mid-run is used in the graph")
		return nil
	}
	t := tensor.Type{DType: a.dtype, Shape: tensor.Shape{}}
	isT := a.dtype == tensor.Invalid
	if isT {
		t = c.tensor
		if t.DType == tensor.Invalid {
			t = tensor.Type{DType: tensor.Float32}
		}
	}
	expr := c.code
	if !isT && !sameScalar(c.typ, a.dtype) {
		expr = txt(goScalar(a.dtype)).add("(", c.code, ")")
	}
	if f.stable(c) {
		key := t.DType.String() + " " + codeKey(expr)
		if p := f.ev.graph.feeds[key]; p != nil {
			return p.sym
		}
		p := f.ev.newParam(c.code, t, isT, expr, a.at)
		f.ev.graph.feeds[key] = p
		return p.sym
	}
	if s := f.conditional(-1); s != nil || f.underLoop() {
		f.fail(a.at.Pos(), "NN1302", "compute it before the condition, in a variable of its own",
			"this value is computed under a condition or in a loop that only a run knows, but the graph needs it on every run")
		return nil
	}
	v := f.newVar("nn_p", goScalarType(a.dtype, c.typ))
	f.wrote(v, 0)
	p := f.ev.newParam(c.code, t, isT, code{{v: v}}, a.at)
	p.feed = &resStmt{kind: feedStmt, pos: a.at.Pos(), op: "=", lhs: []target{{v: v, define: true}}, rhs: []code{expr}, feed: p, effects: !c.pure}
	f.emit(p.feed)
	return p.sym
}

func sameScalar(t types.Type, d tensor.DType) bool {
	b, ok := types.Unalias(orNil(t)).(*types.Basic)
	return ok && b.Name() == goScalar(d)
}

// goScalar is the Go type of a scalar operand.
func goScalar(d tensor.DType) string {
	switch d {
	case tensor.Int64:
		return "int64"
	case tensor.Bool:
		return "bool"
	}
	return "float32"
}

func goScalarType(d tensor.DType, t types.Type) types.Type {
	switch d {
	case tensor.Float32:
		return types.Typ[types.Float32]
	case tensor.Int64:
		return types.Typ[types.Int64]
	case tensor.Bool:
		return types.Typ[types.Bool]
	}
	return t
}

// codeKey tells equal code from different code.
func codeKey(c code) string {
	var b strings.Builder
	for _, fr := range c {
		b.WriteString(fr.imp + "\x00" + fr.text)
		if fr.v != nil {
			b.WriteString("\x01" + fr.v.hint)
		}
	}
	return b.String()
}

// newParam adds a parameter to the plan, named after the user's variable where
// the value is one.
func (ev *evaluator) newParam(c code, t tensor.Type, isT bool, expr code, at ast.Expr) *planParam {
	name := ""
	if len(c) == 1 && c[0].v != nil {
		name = c[0].v.hint
	} else if id, ok := ast.Unparen(at).(*ast.Ident); ok {
		name = id.Name
	}
	return ev.graph.addParam(name, t, isT, expr, at.Pos())
}

// needsHook reports a value of the run that would flow back into the model.
func (f *frame) needsHook(pos token.Pos, c *codeVal, what string) {
	born := c.born
	if !born.IsValid() {
		born = bornIn(c.code)
	}
	d := f.ev.report(pos, "NN1301", "this needs a hook, which nngen does not have yet: %s", what)
	d.Hint = "keep the value in the graph: use the tensor operations instead of taking it out with Item, Float32s, …; interpreted (Session.Interpret), the function runs as it is"
	f.ev.relate(d, born, "the value leaves the graph here")
}
