package schedule

import (
	"go/token"
	"slices"

	"github.com/nngen-go/nngen/internal/diag"
)

// Skipped is what a skip asks for: values in the place of a module's outputs, in
// the order of Body.Outs. The outputs that no value is given for are nobody's.
type Skipped[V any] struct {
	*Body
	Values []V
	// Edit makes a value depend on what the model makes of its output: it is called
	// with the number of the output, the value and what stands there, of the rows
	// that the mediator would read, and what it gives is put there. nil: the value is.
	Edit func(output int, v, old V) (V, error)
	// May says that the run may not take the skip: then Edit tells, once for the
	// whole batch, of the values of all invokes. That its module's points are not
	// used elsewhere is the mediators' affair.
	May bool
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

// replacing is an output of a skipped module.
type replacing[V any] struct {
	k      *skipping[V]
	output int
}

// replaced gives the skips that put a value in the place of what the model makes
// at a moment.
func (s *Scheduler[V]) replaced(at At) (list []replacing[V]) {
	for _, k := range s.skips {
		if k.at.Step != at.Step {
			continue
		}
		for i, out := range k.body.Outs {
			if out == at.Moment && len(k.giving(i)) > 0 {
				list = append(list, replacing[V]{k, i})
			}
		}
	}
	return list
}

// giving are the parts of a skip that have a value for an output.
func (k *skipping[V]) giving(output int) (list []skipPart[V]) {
	for _, p := range k.parts {
		if output < len(p.req.Skip.Values) {
			list = append(list, p)
		}
	}
	return list
}

// replace puts what was given for skipped modules into the cell, before anybody
// is served there.
func (s *Scheduler[V]) replace(at At) error {
	for _, r := range s.replaced(at) {
		parts := r.k.giving(r.output)
		if len(parts) > 1 && parts[0].req.Skip.May && parts[0].rows != AllRows {
			if err := s.together(at, parts, r.output); err != nil {
				return err
			}
			continue
		}
		for _, p := range parts {
			if err := s.given(at, p, p.rows, r.output, p.req.Skip.Values[r.output]); err != nil {
				return err
			}
		}
	}
	return nil
}

// together puts what several invokes gave in one place: a module that a run may
// not skip is left out by one decision for the whole batch.
func (s *Scheduler[V]) together(at At, parts []skipPart[V], output int) error {
	old, err := s.cell.all()
	if err != nil {
		return err
	}
	var list []Part[V]
	for _, p := range parts {
		list = append(list, Part[V]{p.rows, p.req.Skip.Values[output]})
	}
	slices.SortFunc(list, func(a, b Part[V]) int { return a.Invoke - b.Invoke })
	v, err := s.p.Algebra.Join(old, list, s.p.Moments[at.Moment])
	if err != nil {
		return &Misfit{parts[0].req.Pos, err}
	}
	return s.given(at, parts[0], AllRows, output, v)
}

// given puts one value where an output is.
func (s *Scheduler[V]) given(at At, p skipPart[V], rows, output int, v V) error {
	if edit := p.req.Skip.Edit; edit != nil {
		old, err := s.cell.read(rows)
		if err == nil {
			v, err = edit(output, v, old)
		}
		if err != nil {
			return err
		}
	}
	if err := s.cell.write(rows, v); err != nil {
		return &Misfit{p.req.Pos, err}
	}
	if s.p.Policy == Serve { // late reads see it, whoever makes them
		s.log = append(s.log, entry[V]{at, -1, rows, v})
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
		if p.req.Skip.May { // whoever asks has seen to that
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
