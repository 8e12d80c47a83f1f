package ast

import (
	"go/ast"
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
	if cacheOptions[name] {
		return f.cacheOption(e, name, args)
	}
	switch name {
	case "Range", "RangeStep", "RangeFrom", "RangeTo", "Every":
		return &indexVal{name: name, args: args, typ: f.typeOf(e)}
	case "Data":
		return f.dataOf(e, fv, args[0])
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
			if d, ok := args[1].(*dimsVal); ok && d.of.typ.Shape.RankKnown() {
				return d.of.typ.Shape.Clone()
			}
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

// dataOf evaluates nn.Data, which takes the elements of a tensor out of the run.
func (f *frame) dataOf(e *ast.CallExpr, fv *funcVal, v value) value {
	want := tensor.Invalid
	if s, ok := f.typeOf(e).Underlying().(*types.Slice); ok {
		want = dtypeOf(s.Elem())
	}
	t, ok := v.(*tensorVal)
	if ok && t.sym == nil {
		return f.fail(e.Args[0].Pos(), "NN1501", "set it before this line", "the tensor is read before it is set")
	}
	if ok && t.sym.typ.DType != want && t.sym.typ.DType != tensor.Invalid {
		return f.fail(e.Pos(), "NN1401", "name the type of its elements, or Cast it first", "Data of %s cannot give elements of %s", t.sym.typ, want)
	}
	out := f.residual(e, true, map[ast.Expr]value{e.Args[0]: v})
	if c, isCode := out.(*codeVal); isCode && (ok && t.sym.host == nil || c.born.IsValid()) {
		c.born = e.Pos()
	}
	return out
}
