package ast

import (
	"go/ast"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

// carries finds the variables that live from step to step: results, and what is
// declared in one part of the function and used in another. parts are the nodes
// of the parts.
func (f *frame) carries(parts [][]ast.Node) map[types.Object]bool {
	in := map[types.Object]int{}
	out := map[types.Object]bool{}
	for i, nodes := range parts {
		for _, n := range nodes {
			ast.Inspect(n, func(n ast.Node) bool {
				id, ok := n.(*ast.Ident)
				if !ok {
					return true
				}
				o := f.src.info.ObjectOf(id)
				v, ok := o.(*types.Var)
				if !ok || v.IsField() || o.Pkg() != nil && o.Parent() == o.Pkg().Scope() {
					return true
				}
				if at, seen := in[o]; seen && at != i {
					out[o] = true
				}
				in[o] = i
				return true
			})
		}
	}
	return out
}

// carryDeclared makes what a statement declared and other parts use variables
// that live from step to step. What is known now and never changes stays as it is.
func (f *frame) carryDeclared(s ast.Node, shared map[types.Object]bool) {
	var list []*cell
	ast.Inspect(s, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if o := f.src.info.Defs[id]; o != nil && shared[o] {
				if c := f.env.cells[o]; c != nil {
					list = append(list, c)
				}
			}
		}
		return true
	})
	for _, c := range list {
		if f.ev.editOverSteps() && c.res == nil && f.setOnce(c) {
			continue
		}
		if c.res == nil && (isInvalid(c.val) || fixedValue(c.val) && (!f.src.isReassigned(c.obj) || isModuleType(c.typ))) {
			continue
		}
		if _, by := candidates(c.val); by != nil && c.res == nil {
			f.fail(by.pos, "NN1321", "choose it in the loop over visits, or by a parameter that the function does not change",
				"%s is chosen by %s at one step, and used at others", nameOf(c), by.text)
			c.val = invalid{}
			continue
		}
		f.carry(c, identAt(c.obj))
	}
}

// fixedValue reports whether a value is the same at every step.
func fixedValue(v value) bool {
	fixed, modules := true, false
	holds(v, func(x value) bool {
		switch x := x.(type) {
		case *tensorVal:
			fixed = fixed && x.sym == nil
		case *codeVal, *dimsVal, *mapVal, *ptrVal, *nilVal:
			fixed = false
		case *chosenVal, *chosenOperationVal, *chosenOperationsVal:
			_, by := candidates(x)
			fixed, modules = fixed && by.param != nil && by.stable, true
		case *envoyVal, *operationVal, *operationsVal, *funcVal, *indexVal, *constVal, *traceVal, *barrierVal, *cacheVal:
			modules = true
		}
		return false
	})
	return fixed && modules
}

// carry makes a variable live from step to step, with the value that it has now.
func (f *frame) carry(c *cell, at ast.Expr) {
	if c.res != nil && c.res.kept {
		return
	}
	old, res := c.val, c.res
	v := f.newVar(nameOf(c), c.typ)
	v.kept, v.changed, v.writes = true, true, 1
	c.res, c.val, c.result, c.scope = v, nil, nil, f.ev.main.depth()
	f.ev.carried = append(f.ev.carried, c)
	switch {
	case res != nil:
		f.wrote(v, res.born)
		f.emit(&resStmt{kind: assignStmt, op: "=", pos: at.Pos(), lhs: []target{{v: v}}, rhs: []code{{{v: res}}}})
	case !isZeroValue(old) && !isInvalid(old):
		rhs := f.codeOf(old, c.typ, at)
		f.wrote(v, bornIn(rhs))
		f.emit(&resStmt{kind: assignStmt, op: "=", pos: at.Pos(), lhs: []target{{v: v}}, rhs: []code{rhs}})
		f.noteCarried(c, old)
		f.scope.know.set(f.ev, c, knownAs(old))
	default:
		f.scope.know.set(f.ev, c, known{})
	}
}

// noteCarried keeps what is known of the tensors that a variable carries: sizes
// that may differ from step to step are not.
func (f *frame) noteCarried(c *cell, v value) {
	t, ok := v.(*tensorVal)
	if !ok || t.sym == nil || c.obj == nil {
		return
	}
	typ := t.sym.typ
	if typ.Shape.RankKnown() {
		typ.Shape = typ.Shape.Clone()
		for i, d := range typ.Shape {
			if _, fixed := d.Const(); !fixed && string(d) != f.ev.acc.spec.Batch {
				typ.Shape[i] = tensor.Unknown
			}
		}
	}
	old, seen := f.ev.carriedTypes[c.obj]
	switch {
	case !seen:
	case old.DType != typ.DType:
		return // the program mixes dtypes: the first stays
	case len(old.Shape) != len(typ.Shape) || old.Shape.RankKnown() != typ.Shape.RankKnown():
		typ.Shape = nil
	default:
		for i := range typ.Shape {
			if old.Shape[i] != typ.Shape[i] {
				typ.Shape[i] = tensor.Unknown
			}
		}
	}
	if !seen || typ.Shape.RankKnown() != old.Shape.RankKnown() || !slices.Equal(typ.Shape, old.Shape) || typ.DType != old.DType {
		f.ev.carriedTypes[c.obj] = typ
		f.ev.learned = true
	}
}

// carriedTensor is a tensor that a step is given, where this step does not come
// to its place in the function too: the graph then looks at none.
func (f *frame) carriedTensor(v *resVar, t tensor.Type) code {
	name := t.DType.String()
	switch t.DType {
	case tensor.BFloat16:
		name = "BFloat16"
	default:
		name = strings.ToUpper(name[:1]) + name[1:]
	}
	c := f.packageRef(RuntimePath, "CarriedTensor").add("(", v, ", ")
	return append(c, f.packageRef(RuntimePath, name).add(", "+strconv.Itoa(len(t.Shape))+")")...)
}

// nameIn is the user's variable that code reads.
func nameIn(c code) string {
	for _, fr := range c {
		if fr.v != nil {
			return fr.v.hint
		}
	}
	return "a tensor"
}

// openShape is a shape of the same rank of which nothing else is known.
func openShape(s tensor.Shape) tensor.Shape {
	if !s.RankKnown() {
		return nil
	}
	out := make(tensor.Shape, len(s))
	for i := range out {
		out[i] = tensor.Unknown
	}
	return out
}
