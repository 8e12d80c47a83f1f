package ast

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/nngen-go/nngen/internal/tensor"
)

// The ends of a trace over decoding steps: its result, which is there when the
// last step is over, and its caches, to which every step adds.

// stepResult evaluates Result over decoding steps: the ids of the generation.
func (f *frame) stepResult(e *ast.CallExpr) value {
	if p := f.phaseOf(); p == nil || !p.waits {
		return f.fail(e.Pos(), "NN1320", "call Result behind the loops, in a statement of the trace function or of the invoke itself",
			"the result is asked for where steps are to come: it is there when the last of them is over")
	}
	rows := -1
	if f.ev.sched.withRows() > 1 && !f.inv.empty {
		rows = f.inv.index
		out, _ := f.ev.acc.spec.Result()
		batch := f.ev.acc.spec.Batch
		folded := slices.ContainsFunc(out.Type.Shape, func(d tensor.Dim) bool { return d.Mentions(batch) })
		if _, problem := f.ev.rowsOf(out.Name, out.Type); problem != "" && folded {
			return f.fail(e.Pos(), "NN1505", "read it in a trace with one invoke", "the result cannot be read for the rows of one invoke: %s", problem)
		}
	}
	f.ev.takesResult = true
	v := f.newVar("ids", f.typeOf(e))
	c := &codeVal{code: txt("nn_taps.Result(" + itoa(rows) + ")"), typ: f.typeOf(e), pure: true, born: e.Pos()}
	f.define(v, c.code, c, e)
	return &codeVal{code: code{{v: v}}, typ: c.typ, pure: true, born: v.born}
}

// behindResult refuses visits behind the run's result.
func (f *frame) behindResult(s ast.Stmt) {
	for _, e := range f.calls(s, "Iter", "All", "Next") {
		f.fail(e.Pos(), "NN1320", "ask for the result behind the last of them", "no visit comes after the run's result")
	}
}

// nextBehindStop refuses to go on to a visit that a stop keeps from being reached.
func (f *frame) nextBehindStop(p part) {
	for _, st := range f.ev.sched.stops {
		if st.inv != f.inv {
			continue
		}
		pos := st.pos
		if len(p.stmts) > 0 {
			pos = p.stmts[0].Pos()
		}
		d := f.ev.report(pos, "NN1313", "the visits behind Next may not be reached: the run may be stopped before them")
		d.Hint = "go on in a loop over visits, which does nothing where the run was stopped"
		f.ev.relate(d, st.pos, "the run is stopped here")
		return
	}
}

// stopsBefore reports whether a stop ends the run in another step than the one
// that a place belongs to, where a loop over visits then does nothing.
func (st *stop) before(p *phase) bool {
	return st.phase != nil && p != nil && p != st.phase && st.phase.disjoint(p)
}

// stepCache refuses caches that would not see every step.
func (f *frame) stepCache(pos token.Pos) bool {
	if f.ev.stepVar == nil {
		return true
	}
	p := f.phaseOf()
	if p == nil || p.visits != nil && !p.also && p.visits.list[0].has(0) && !p.loop {
		return true
	}
	f.fail(pos, "NN1510", "make it ahead of the loops over visits, outside of them: it then has an entry for each step", "a cache is asked for in a part of the trace that belongs to some steps")
	return false
}

// cacheAssigned gives a variable a cache, which is the same at every step.
func (f *frame) cacheAssigned(c *cell, v value) bool {
	if _, ok := v.(*cacheVal); !ok || f.ev.stepVar == nil || c.res != nil || f.beyondPhase() != nil {
		return false
	}
	c.val = v
	return true
}

// isCache reports whether a type is that of the model's caches.
func (a *accessor) isCache(t types.Type) bool {
	path, name := named(t)
	return path == a.path && name == "Cache"
}
