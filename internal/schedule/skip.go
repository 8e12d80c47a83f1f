package schedule

import (
	"go/token"

	"github.com/nngen-go/nngen/internal/diag"
)

// Skipped is what a skip asks for: values in the place of a module's outputs, in
// the order of Body.Outs. The outputs that no value is given for are nobody's.
type Skipped[V any] struct {
	*Body
	Values []V
}

// skipping is a module that is skipped, with what each mediator gave for it.
type skipping[V any] struct {
	at      At
	body    *Body
	parts   []skipPart[V]
	checked bool // whether the rows were found to be covered
}

type skipPart[V any] struct {
	m    *mediator[V]
	rows int
	req  Request[V]
}

// skipAt finds the skip that was decided at a place of the run.
func (s *Scheduler[V]) skipAt(at At) *skipping[V] {
	for _, k := range s.skips {
		if k.at == at {
			return k
		}
	}
	return nil
}

// skip notes a skip, which is carried out where the module's outputs are.
func (s *Scheduler[V]) skip(m *mediator[V], r *Request[V]) {
	k := s.skipAt(r.At)
	if k == nil {
		k = &skipping[V]{at: r.At, body: r.Skip.Body}
		s.skips = append(s.skips, k)
	}
	k.parts = append(k.parts, skipPart[V]{m, m.rows, *r})
}

// replaced gives the skips that put a value in the place of what the model makes
// at a moment.
func (s *Scheduler[V]) replaced(at At) (list []skipPart[V], which []int) {
	for _, k := range s.skips {
		if k.at.Step != at.Step {
			continue
		}
		for i, out := range k.body.Outs {
			for _, p := range k.parts {
				if out == at.Moment && i < len(p.req.Skip.Values) {
					list, which = append(list, p), append(which, i)
				}
			}
		}
	}
	return list, which
}

// replace puts what was given for skipped modules into the cell, before anybody
// is served there.
func (s *Scheduler[V]) replace(at At) error {
	list, which := s.replaced(at)
	for i, p := range list {
		v := p.req.Skip.Values[which[i]]
		if p.req.Edit != nil {
			old, err := s.cell.read(p.rows)
			if err == nil {
				v, err = p.req.Edit(old)
			}
			if err != nil {
				return err
			}
		}
		if err := s.cell.write(p.rows, v); err != nil {
			return &Misfit{p.req.Pos, err}
		}
		if s.p.Policy == Serve { // late reads see it, whoever makes them
			s.log = append(s.log, entry[V]{at, -1, p.rows, v})
		}
	}
	return nil
}

// covered refuses skips of some invokes' rows: a module runs for the whole batch
// or not at all. It is called when the run leaves the place where skips are decided.
func (s *Scheduler[V]) covered(at At) error {
	k := s.skipAt(at)
	if k == nil || k.checked {
		return nil
	}
	k.checked = true
	done := map[int]bool{}
	for _, p := range k.parts {
		if p.rows == AllRows {
			return nil
		}
		done[p.rows] = true
	}
	for _, m := range s.meds {
		if m.rows == AllRows || done[m.rows] {
			continue
		}
		first := k.parts[0]
		d := fail(CodeSomeRows, first.req.Pos, "%s is skipped in some invokes alone: a module runs for the whole batch or not at all", k.body.Module)
		d.Hint = "skip it in " + m.name + " too, or write to its output: SetOutput takes the rows of one invoke"
		return d
	}
	return nil
}

// shut is the error of a request for a point that a skip leaves out.
func (s *Scheduler[V]) shut(m *mediator[V], r *Request[V]) *diag.Diagnostic {
	for _, k := range s.skips {
		if k.at.Step != r.At.Step || !k.left(m, r) {
			continue
		}
		what := s.p.Moments[r.At.Moment].Address
		if r.Kind == Skip {
			what = r.Skip.Module
		}
		by := k.parts[0]
		d := fail(CodeSkipped, r.Pos, "%s is not there: %s is skipped", what, k.body.Module)
		d.Hint = "read what is inside of a module, and its inputs, before it is skipped, or use its output: that is what Skip was given"
		if r.Kind == Skip && r.Skip.Module == k.body.Module {
			d.Message = what + " is already skipped"
			d.Hint = "skip it once, or change its output with SetOutput"
		}
		return relate(d, by.req.Pos, "it is skipped here")
	}
	return nil
}

// left reports whether a skip leaves out what m asks for. At the place where it
// is decided other mediators are still served.
func (k *skipping[V]) left(m *mediator[V], r *Request[V]) bool {
	own := false
	for _, p := range k.parts {
		if p.req.Then != nil { // under a condition: whoever asks has seen to that
			return false
		}
		own = own || p.m == m
	}
	if r.Kind == Skip && r.Skip.Module == k.body.Module {
		return own
	}
	if k.body.Has(r.At.Moment) {
		return own || r.At.Moment > k.body.Enter
	}
	for i, out := range k.body.Outs { // an output that nobody gave
		given := true
		for _, p := range k.parts {
			given = given && i < len(p.req.Skip.Values)
		}
		if out == r.At.Moment && !given {
			return true
		}
	}
	return false
}

// Misfit is why a value cannot stand where it was to be put, and where the user
// asked for it.
type Misfit struct {
	Pos token.Position
	Err error
}

func (m *Misfit) Error() string { return m.Err.Error() }
func (m *Misfit) Unwrap() error { return m.Err }
