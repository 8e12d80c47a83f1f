package ast

import (
	"go/ast"
	"go/constant"
	"go/types"
	"strings"

	"github.com/nngen-go/nngen/modelspec"
)

type (
	// operationsVal is what Source of a module gives: a struct with a field for
	// each operation that modules of the type have.
	operationsVal struct {
		of  *envoyVal
		typ types.Type
	}

	// operationVal is one operation inside a module.
	operationVal struct {
		of *envoyVal
		op *modelspec.Operation
	}
)

func (*operationsVal) kind() string { return "the operations of a module" }
func (*operationVal) kind() string  { return "an operation" }

// label names an operation in messages.
func (x *operationVal) label() string { return x.op.Address(x.of.module) }

// source evaluates x.Source().
func (f *frame) source(e *ast.CallExpr, x *envoyVal) value {
	t := f.typeOf(e)
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if x.module == nil {
		return f.fail(e.Pos(), "NN1311", "", "%s has no operations: the spec has no such module", x.label())
	}
	return &operationsVal{of: x, typ: t}
}

// operationField evaluates a field of what Source gave. Modules of one type may
// differ in their operations; the field tells only that one of them has it.
func (f *frame) operationField(e *ast.SelectorExpr, x *operationsVal, field int) value {
	st, ok := x.typ.Underlying().(*types.Struct)
	if !ok || field >= st.NumFields() {
		return f.fail(e.Pos(), "NN1201", "", "%s has no field %s that can be evaluated", x.kind(), e.Sel.Name)
	}
	return f.operationOf(e, x.of, st.Field(field).Name())
}

// operationOf finds an operation of a module by its name.
func (f *frame) operationOf(at ast.Expr, x *envoyVal, name string) value {
	if x.module != nil {
		if op := x.module.Operation(name, 0); op != nil {
			return &operationVal{of: x, op: op}
		}
	}
	hint := "run nngen spec again: the spec lists no operations, which is how earlier versions wrote it"
	if x.module != nil && f.ev.acc.spec.HasOperations() {
		hint = "it has: " + orNone(x.module.OperationNames(0))
	}
	return f.fail(at.Pos(), "NN1311", hint, "%s has no operation %s", x.label(), name)
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// getOperation evaluates x.Operation("Softmax") with a constant name.
func (f *frame) getOperation(e *ast.CallExpr, x *envoyVal, name value) value {
	key, ok := f.operationName(e, name)
	if !ok {
		return invalid{}
	}
	return f.found(e, f.operationOf(e.Args[0], x, key))
}

// operationName is the constant name that Operation is given.
func (f *frame) operationName(e *ast.CallExpr, name value) (string, bool) {
	c, ok := constOf(name)
	if !ok {
		f.fail(e.Args[0].Pos(), "NN1306", "use a constant name, or a field of Source", "the operation is chosen by a value that is known only when the trace runs")
		return "", false
	}
	return constant.StringVal(c), true
}

// found is an operation and the error that there is none.
func (f *frame) found(e *ast.CallExpr, op value) value {
	tup, ok := f.src.info.TypeOf(e).(*types.Tuple)
	if !ok || isInvalid(op) {
		return invalid{}
	}
	return &tupleVal{[]value{op, &nilVal{typ: tup.At(1).Type()}}}
}

// operations evaluates x.Operations(): a slice of all of them.
func (f *frame) operations(e *ast.CallExpr, x *envoyVal) value {
	t := f.typeOf(e)
	obj := &arrayObj{elem: t.Underlying().(*types.Slice).Elem()}
	if x.module != nil {
		for _, op := range x.module.Operations {
			if op.Visit == 0 {
				obj.elems = append(obj.elems, &operationVal{of: x, op: op})
			}
		}
	}
	return &sliceVal{typ: t, obj: obj, len: len(obj.elems)}
}

// operationMethod evaluates a method of an operation.
func (f *frame) operationMethod(e *ast.CallExpr, fv *funcVal, x *operationVal) value {
	args := f.args(e)
	if args == nil {
		return invalid{}
	}
	switch fv.method {
	case "Path":
		return stringConst(x.label())
	case "Name":
		return stringConst(x.op.Name)
	}
	if x.of.inv != f.inv || f.inv == nil {
		return f.fail(e.Pos(), "NN1502", "use the model that the invoke's own function gets", "%s is used outside the invoke that it belongs to", x.label())
	}
	m, ok := operationMethods[fv.method]
	if !ok {
		return f.fail(e.Pos(), "NN1216", "it works interpreted, with Session.Interpret", "%s is not compiled yet", fv.method)
	}
	i, ok := f.whichTensor(e, m, args)
	if x = f.visited(e, x); x == nil || !ok {
		return invalid{}
	}
	switch {
	case m.all:
		return f.readPoints(e, x.op.Tensors(m.side), x.label()+"."+string(m.side))
	case m.write:
		return f.writeOperation(e, x, m.side, i, args[len(args)-1])
	}
	return f.readOperation(e, x, m.side, i)
}

// operationPoints is what a method of an operation reads or writes.
type operationPoints struct {
	side     modelspec.Side
	tensor   int  // which of that side
	numbered bool // the first argument tells which
	all      bool
	write    bool
}

// sole stands for the one output of an operation that has no more.
const sole = -1

var operationMethods = map[string]operationPoints{
	"Output":      {side: modelspec.SideOutput, tensor: sole},
	"Input":       {side: modelspec.SideInput},
	"SetOutput":   {side: modelspec.SideOutput, tensor: sole, write: true},
	"SetInput":    {side: modelspec.SideInput, write: true},
	"OutputAt":    {side: modelspec.SideOutput, numbered: true},
	"InputAt":     {side: modelspec.SideInput, numbered: true},
	"SetOutputAt": {side: modelspec.SideOutput, numbered: true, write: true},
	"SetInputAt":  {side: modelspec.SideInput, numbered: true, write: true},
	"Outputs":     {side: modelspec.SideOutput, all: true},
	"Inputs":      {side: modelspec.SideInput, all: true},
}

// whichTensor is the number of the tensor that a method is about.
func (f *frame) whichTensor(e *ast.CallExpr, m operationPoints, args []value) (int, bool) {
	if !m.numbered {
		return m.tensor, true
	}
	return f.tensorNumber(e, args[0])
}

// tensorNumber is the constant number of an input or output.
func (f *frame) tensorNumber(e *ast.CallExpr, v value) (int, bool) {
	c, ok := constOf(v)
	if !ok {
		f.fail(e.Args[0].Pos(), "NN1402", "use a constant, or Inputs and Outputs", "which tensor of an operation is meant must be known when code is generated")
		return 0, false
	}
	n, ok := constant.Int64Val(constant.ToInt(c))
	if !ok || n < 0 {
		f.fail(e.Args[0].Pos(), "NN1311", "they are counted from 0", "an operation has no tensor %s", c)
		return 0, false
	}
	return int(min(n, 1<<20)), true
}

// visited is an operation in the call of its module that the present visit is.
func (f *frame) visited(e *ast.CallExpr, x *operationVal) *operationVal {
	call, ok := f.callNow(e.Pos(), x.of.module)
	switch {
	case !ok:
		return nil
	case call == x.op.Visit:
		return x
	}
	op := x.of.module.Operation(x.op.Name, call)
	if op == nil {
		f.fail(e.Pos(), "NN1311", "nngen tree -ops prints what there is", "%s has no operation %s at call %d", x.of.label(), x.op.Name, call)
		return nil
	}
	return &operationVal{of: x.of, op: op}
}

// operationPoint finds input or output i of an operation.
func (f *frame) operationPoint(e *ast.CallExpr, x *operationVal, side modelspec.Side, i int) *modelspec.Point {
	p, err := x.op.Point(x.of.module, side, i)
	if err != nil {
		f.fail(e.Pos(), "NN1311", "nngen tree -ops prints what operations take and give", "%v", err)
	}
	return p
}

func (f *frame) readOperation(e *ast.CallExpr, x *operationVal, side modelspec.Side, i int) value {
	p := f.operationPoint(e, x, side, i)
	if p == nil || !f.mayAsk(e.Pos(), x.op.PointAddress(x.of.module, side, p)+" is read") {
		return invalid{}
	}
	return f.ask(e.Pos(), p)
}

func (f *frame) writeOperation(e *ast.CallExpr, x *operationVal, side modelspec.Side, i int, v value) value {
	p := f.operationPoint(e, x, side, i)
	return f.writeAt(e, p, x.op.PointAddress(x.of.module, side, p), v)
}
