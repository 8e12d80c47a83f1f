package ast

import (
	"go/token"
)

// known is what the compiler knows of a variable that residual code assigns: the
// tensor or module that it holds at this point of the program. v nil: nothing.
type known struct {
	v value
	// picked says that v was merged from several assignments. In the graph it is
	// an If; Go code reads the variable instead, which then costs the graph nothing.
	picked bool
}

// knowledge is what the assignments on one level of residual code tell.
type knowledge struct {
	vals  map[*cell]known
	order []*cell
}

func (k *knowledge) set(ev *evaluator, c *cell, v known) {
	if k.vals == nil {
		k.vals = map[*cell]known{}
	}
	if _, ok := k.vals[c]; !ok {
		k.order = append(k.order, c)
		if c.seq == 0 {
			ev.cells++
			c.seq = ev.cells
		}
	}
	k.vals[c] = v
}

// exit is one jump out of a level, with what was known there.
type exit struct {
	pred *pred
	vals map[*cell]known
}

// knownOf looks a variable up, from this place outwards. ok: some assignment
// under a condition, or after one, says what it holds, or that nobody knows.
func (f *frame) knownOf(c *cell) (known, bool) {
	if f.unsettled(c) {
		return known{}, true
	}
	return knownIn(f.scope, c)
}

func knownIn(s *rscope, c *cell) (known, bool) {
	for ; s != nil && s.depth >= c.scope; s = s.parent {
		if k, ok := s.know.vals[c]; ok {
			if c.res != nil && c.res.captured { // host code may have changed it
				k.v = nil
			}
			return k, true
		}
	}
	return known{}, false
}

// remember notes what an assignment tells of a variable.
func (f *frame) remember(c *cell, v value) {
	f.alters(c, token.NoPos)
	if f.scope == nil {
		return
	}
	k := knownAs(v)
	if _, before := f.knownOf(c); !before && (k.v == nil || f.conditional(c.scope) == nil) {
		return
	}
	f.scope.shared(c).know.set(f.ev, c, k)
}

// forget notes that a variable was assigned something that is not known.
func (f *frame) forget(c *cell) {
	f.alters(c, token.NoPos)
	if f.scope != nil {
		f.scope.shared(c).know.set(f.ev, c, known{})
	}
}

// knownAs is what is kept of a value: tensors of the graph, modules and operations.
func knownAs(v value) known {
	switch v := v.(type) {
	case *tensorVal:
		if v.sym != nil {
			return known{v: v}
		}
	case *codeVal:
		if v.graph != nil {
			return known{v: &tensorVal{v.graph}, picked: true}
		}
	case *envoyVal, *chosenVal, *operationVal, *operationsVal, *chosenOperationVal, *chosenOperationsVal:
		return known{v: v}
	}
	return known{}
}

// before notes what a variable held ahead of the condition that is about to change it.
func (f *frame) before(c *cell) {
	s := f.scope
	if out := f.conditional(c.scope); out != nil {
		s = out.parent
	}
	if _, ok := knownIn(s, c); s != nil && !ok {
		s.shared(c).know.set(f.ev, c, knownAs(c.val))
	}
}

// readKnown gives the value of a variable as far as it is known.
func (f *frame) readKnown(c *cell) (value, bool) {
	k, ok := f.knownOf(c)
	if !ok || k.v == nil {
		return nil, false
	}
	if t, isTensor := k.v.(*tensorVal); isTensor && k.picked {
		if c.res == nil {
			return t, true
		}
		return &codeVal{code: code{{v: c.res}}, typ: c.typ, pure: true, born: c.res.born, tensor: t.sym.typ, graph: t.sym}, true
	}
	return k.v, true
}
