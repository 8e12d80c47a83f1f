package ast

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/nngen-go/nngen/modelspec"
)

type (
	// chosenOperationsVal is what Source of a chosen module gives: the operations
	// of each candidate.
	chosenOperationsVal struct {
		list []*operationsVal
		by   *choice
	}

	// chosenOperationVal is the operation of one name inside whichever module the
	// run chooses.
	chosenOperationVal struct {
		list []*operationVal
		by   *choice
	}
)

func (*chosenOperationsVal) kind() string {
	return "the operations of a module chosen when it runs"
}
func (*chosenOperationVal) kind() string { return "an operation of a module chosen when it runs" }

// label names the operation in messages: "transformer.h[layer].attn.source.Softmax".
func (x *chosenOperationVal) label() string {
	return x.by.label(x.list[0].label(), x.list[len(x.list)-1].label())
}

// chosenSource evaluates x.Source() of a chosen module.
func (f *frame) chosenSource(e *ast.CallExpr, x *chosenVal) value {
	out := &chosenOperationsVal{by: x.by}
	for _, m := range x.list {
		ops, ok := f.source(e, m).(*operationsVal)
		if !ok {
			return invalid{}
		}
		out.list = append(out.list, ops)
	}
	return out
}

// chosenOperationField evaluates a field of what Source of a chosen module gave:
// every candidate has to have the operation.
func (f *frame) chosenOperationField(e *ast.SelectorExpr, x *chosenOperationsVal, field int) value {
	st, ok := x.list[0].typ.Underlying().(*types.Struct)
	if !ok || field >= st.NumFields() {
		return f.fail(e.Pos(), "NN1201", "", "%s has no field %s that can be evaluated", x.kind(), e.Sel.Name)
	}
	modules := make([]*envoyVal, len(x.list))
	for i, ops := range x.list {
		modules[i] = ops.of
	}
	return f.operationOfEach(e, modules, x.by, st.Field(field).Name())
}

// operationOfEach finds the operation of one name in every candidate.
func (f *frame) operationOfEach(at ast.Expr, modules []*envoyVal, by *choice, name string) value {
	out := &chosenOperationVal{by: by}
	for _, m := range modules {
		told := len(f.ev.diags)
		op, ok := f.operationOf(at, m, name).(*operationVal)
		if !ok {
			f.ofChoice(by, told)
			return invalid{}
		}
		out.list = append(out.list, op)
	}
	return out
}

// ofChoice tells with the diagnostics after the first told, which are about one
// of the modules that may be chosen, where that is.
func (f *frame) ofChoice(by *choice, told int) {
	for i := told; i < len(f.ev.diags); i++ {
		f.ev.relate(&f.ev.diags[i], by.pos, "it is one of the modules that %s chooses among here", by.text)
	}
}

// chosenByName evaluates x.Operation("Softmax") of a chosen module.
func (f *frame) chosenByName(e *ast.CallExpr, x *chosenVal, name value) value {
	key, ok := f.operationName(e, name)
	if !ok {
		return invalid{}
	}
	return f.found(e, f.operationOfEach(e.Args[0], x.list, x.by, key))
}

// chosenOperations evaluates x.Operations() of a chosen module: as many in each,
// in one order.
func (f *frame) chosenOperations(e *ast.CallExpr, x *chosenVal) value {
	var all []*sliceVal
	for _, m := range x.list {
		if ops, ok := f.operations(e, m).(*sliceVal); ok && m.module != nil {
			all = append(all, ops)
		}
	}
	if len(all) != len(x.list) {
		return f.fail(e.Pos(), "NN1311", "", "%s has no operations: the spec has no such module", x.label())
	}
	t := f.typeOf(e)
	obj := &arrayObj{elem: t.Underlying().(*types.Slice).Elem()}
	names := x.list[0].module.OperationNames(0)
	for _, m := range x.list[1:] {
		if !slices.Equal(m.module.OperationNames(0), names) {
			return f.fail(e.Pos(), "NN1309", "take the operations that all have from Source or Operation, by their names",
				"the operations of %s are not those of %s", x.list[0].label(), m.label())
		}
	}
	for i := range names {
		var of []value
		for _, ops := range all {
			of = append(of, ops.element(i))
		}
		obj.elems = append(obj.elems, among(of, x.by))
	}
	return &sliceVal{typ: t, obj: obj, len: len(obj.elems)}
}

// oneName reports whether all that may be chosen have one name.
func (x *chosenOperationVal) oneName() bool {
	for _, op := range x.list {
		if op.op.Name != x.list[0].op.Name {
			return false
		}
	}
	return true
}

// chosenOperationMethod evaluates a method of an operation of a chosen module.
func (f *frame) chosenOperationMethod(e *ast.CallExpr, fv *funcVal, x *chosenOperationVal) value {
	args := f.args(e)
	if args == nil {
		return invalid{}
	}
	m, ok := operationMethods[fv.method]
	switch {
	case fv.method == "Name" && x.oneName():
		return stringConst(x.list[0].op.Name)
	case !ok:
		return f.fail(e.Pos(), "NN1306", "use what reads and writes its tensors, or a constant index",
			"%s of an operation in a module that is chosen when the trace runs is not compiled", fv.method)
	}
	if x.list[0].of.inv != f.inv || f.inv == nil {
		return f.fail(e.Pos(), "NN1502", "use the model that the invoke's own function gets", "%s is used outside the invoke that it belongs to", x.label())
	}
	i, ok := f.whichTensor(e, m, args)
	if x = f.visitedChosen(e, x); x == nil || !ok {
		return invalid{}
	}
	switch {
	case m.all:
		return f.readChosenAll(e, x, m.side)
	case m.write:
		return f.writeChosen(e, f.chosenOperationPoint(e, x, m.side, i), args[len(args)-1])
	}
	return f.readChosen(e, f.chosenOperationPoint(e, x, m.side, i))
}

// visitedChosen is the operation in the call of each module that the present
// visit is; nil where there is none.
func (f *frame) visitedChosen(e *ast.CallExpr, x *chosenOperationVal) *chosenOperationVal {
	out := &chosenOperationVal{by: x.by}
	for _, op := range x.list {
		if op = f.visited(e, op); op == nil {
			return nil
		}
		out.list = append(out.list, op)
	}
	return out
}

// chosenOperationPoint finds input or output i of the operation in every candidate.
func (f *frame) chosenOperationPoint(e *ast.CallExpr, x *chosenOperationVal, side modelspec.Side, i int) *chosenPoint {
	out := &chosenPoint{by: x.by}
	var names []string
	for _, op := range x.list {
		told := len(f.ev.diags)
		p := f.operationPoint(e, op, side, i)
		if p == nil {
			f.ofChoice(x.by, told)
			return nil
		}
		out.points, names = append(out.points, p), append(names, op.op.PointAddress(op.of.module, side, p))
	}
	out.name = x.by.label(names[0], names[len(names)-1])
	if !f.ofOneType(e, out, names) {
		return nil
	}
	return out
}

// readChosenAll evaluates Inputs and Outputs of the operation: as many tensors in
// whichever module is chosen.
func (f *frame) readChosenAll(e *ast.CallExpr, x *chosenOperationVal, side modelspec.Side) value {
	n := len(x.list[0].op.Tensors(side))
	for _, op := range x.list {
		if k := len(op.op.Tensors(side)); k != n {
			return f.fail(e.Pos(), "NN1309", "read those that all have, by their numbers, or write both cases out",
				"%s has %d %ss, but %s has %d: one slice cannot hold either", x.list[0].label(), n, side, op.label(), k)
		}
	}
	t := f.typeOf(e)
	obj := &arrayObj{elem: t.Underlying().(*types.Slice).Elem()}
	for i := range n {
		v := f.readChosen(e, f.chosenOperationPoint(e, x, side, i))
		if isInvalid(v) {
			return v
		}
		obj.elems = append(obj.elems, v)
	}
	return &sliceVal{typ: t, obj: obj, len: n}
}
