package ast

import (
	"go/ast"
	"go/token"

	"github.com/nngen-go/nngen/internal/tensor"
)

// moduleAssigned meets the assignment of a module under a condition: no variable
// of residual code can hold one, so what was assigned is known alone.
func (f *frame) moduleAssigned(c *cell, v value, at ast.Expr) bool {
	if !isModule(v) || c.res != nil || f.conditional(c.scope) == nil {
		return false
	}
	if f.underLoop() {
		f.vagueModule(c, at)
	}
	return true
}

// vagueModule reports a variable that may hold any of several modules.
func (f *frame) vagueModule(c *cell, at ast.Expr) value {
	held := "an Envoy"
	if !isEnvoy(c.typ) {
		held = "an operation"
	}
	return f.fail(at.Pos(), "NN1303", "choose it by an index of a module array, or by branches over parameters that all set it, or write both cases out",
		"%s is changed under a condition that is known only when the trace runs, but holds %s", nameOf(c), held)
}

// mergeModules gives the module that branches over parameters picked: chosen when
// the trace runs, by the conditions of the branches.
func (f *frame) mergeModules(c *cell, arms []arm, vals []known) known {
	by := &choice{text: c.name, pos: f.ev.tf.decl.Pos()}
	var list []value
	var taken []*sym // the conditions of the arms
	add := func(m value, cond *sym) {
		list, by.conds, by.n = append(list, m), append(by.conds, cond), by.n+1
	}
	for i, k := range vals {
		cond := f.ev.noneOf(taken)
		if p := arms[i].pred; p != nil {
			if p.born || p.sym == nil {
				return known{}
			}
			cond = p.sym
		}
		taken = append(taken, cond)
		of, inner := candidates(k.v)
		if of == nil {
			add(k.v, cond)
		}
		for j, x := range of {
			add(x, f.ev.allOf(cond, inner.is(f.ev, j)))
		}
	}
	if v := among(list, by); v != nil {
		return known{v: v}
	}
	return known{}
}

// allOf is true where both are.
func (ev *evaluator) allOf(a, b *sym) *sym {
	return ev.graph.add("And", []*sym{a, b}, nil, []tensor.Type{a.typ}, token.NoPos)[0]
}

// noneOf is true where no condition of a list is.
func (ev *evaluator) noneOf(conds []*sym) *sym {
	t := tensor.Type{DType: tensor.Bool, Shape: tensor.Shape{}}
	var any *sym
	for _, c := range conds {
		if any == nil {
			any = c
			continue
		}
		any = ev.graph.add("Or", []*sym{any, c}, nil, []tensor.Type{t}, token.NoPos)[0]
	}
	if any == nil {
		return nil
	}
	return ev.graph.add("Not", []*sym{any}, nil, []tensor.Type{t}, token.NoPos)[0]
}
