package nn

import (
	"iter"

	"github.com/nngen-go/nngen/internal/schedule"
)

// visitRange is visits from, from+step, …, before to; open ones have no end.
type visitRange struct {
	from, to, step int
	open           bool
}

// visitSet is the visits that a loop goes through, in their order.
type visitSet []visitRange

// last gives the last visit; false for a set without an end.
func (s visitSet) last() (int, bool) {
	r := s[len(s)-1]
	if r.open {
		return 0, false
	}
	return r.from + (r.to-1-r.from)/r.step*r.step, true
}

// each gives the visits until yield wants no more.
func (s visitSet) each(yield func(n int) bool) {
	for _, r := range s {
		for n := r.from; r.open || n < r.to; n += r.step {
			if !yield(n) {
				return
			}
		}
	}
}

// visitsOf reads what Iter is given: visits, ranges of them, All.
func visitsOf(list []any) (visitSet, error) {
	if len(list) == 0 {
		return nil, misuse("NN3105", "Iter was given no visits: name some, or use All")
	}
	var out visitSet
	for _, x := range list {
		r, err := visitRangeOf(x)
		if err != nil {
			return nil, err
		}
		if len(out) > 0 {
			if last, ok := out.last(); !ok || r.from <= last {
				return nil, misuse("NN3105", "visit %d comes after later ones: a run does not go back, so name visits in ascending order", r.from)
			}
		}
		out = append(out, r)
	}
	return out, nil
}

func visitRangeOf(x any) (visitRange, error) {
	var r visitRange
	switch x := x.(type) {
	case int:
		r = visitRange{from: x, to: x + 1, step: 1}
	case Index:
		switch x.kind {
		case allIndex:
			return visitRange{step: 1, open: true}, nil
		case rangeIndex:
			r = visitRange{from: x.lo, to: x.hi, step: x.step, open: !x.hasHi}
		default:
			return r, misuse("NN3105", "Iter takes visits, nn.Range and its kin, and nn.All")
		}
	default:
		return r, misuse("NN3105", "Iter takes visits, nn.Range and its kin, and nn.All, not a %T", x)
	}
	switch {
	case r.from < 0 || !r.open && r.to < 0:
		return r, misuse("NN3105", "visit %d: visits count from 0", min(r.from, r.to))
	case r.step < 1:
		return r, misuse("NN3105", "a range of visits with step %d: a run only goes forward", r.step)
	case !r.open && r.from >= r.to:
		return r, misuse("NN3105", "the range of visits from %d to before %d is empty", r.from, r.to)
	}
	return r, nil
}

// visitLoop is a loop over visits under way.
type visitLoop struct {
	outer *visitLoop
	calls int // most calls in one forward of the modules that its body has touched
}

// Iter goes through visits of the model: visit n of a module that each forward
// calls once is decoding step n; of one that it calls k times, call n%k of step
// n/k. Generated accessors have it as a method.
func Iter(e *Envoy, visits ...any) iter.Seq[int] {
	v := e.of().tree.v
	set, err := visitsOf(visits)
	if err != nil {
		panic(err)
	}
	return func(yield func(int) bool) { v.loop(set, yield) }
}

// loop calls yield for each visit of a set, when its step begins.
func (v *invoke) loop(set visitSet, yield func(int) bool) {
	v.explicit()
	most := v.run.in.calls
	last, bounded := set.last()
	if bounded && last/most >= v.run.steps {
		panic(v.pastEnd(last, ""))
	}
	outer, l := v.visit, &visitLoop{outer: v.loops}
	v.loops = l
	set.each(func(n int) bool {
		calls := most // before the body has run nobody knows whose visits they are
		if l.calls > 0 && !bounded {
			calls = l.calls
		}
		if n/calls >= v.run.steps || !v.turn(n/calls) {
			return false
		}
		v.visit = n
		return yield(n)
	})
	v.visit, v.loops = outer, l.outer
}

// Next moves the visit that points mean by n, by 1 without it. Generated
// accessors have it as a method.
func Next(e *Envoy, n ...int) {
	v := e.of().tree.v
	v.explicit()
	by := 1
	if len(n) > 1 {
		panic(misuse("NN3105", "Next takes one number of visits, not %d", len(n)))
	}
	if len(n) == 1 {
		by = n[0]
	}
	if by < 0 {
		panic(misuse("NN3105", "Next(%d): a run does not go back", by))
	}
	v.visit += by
	most := v.run.in.calls
	if v.visit/most >= v.run.steps {
		panic(v.pastEnd(v.visit, ""))
	}
	if !v.turn(v.visit / most) {
		panic(misuse("NN3104", "visit %d was not reached: the generation ended before it", v.visit))
	}
}

// explicit notes that the trace says itself which visits it means.
func (v *invoke) explicit() {
	if err := v.usable(); err != nil {
		panic(err)
	}
	if v.run.began > 0 {
		panic(misuse("NN3105", "Iter, All or Next was used at step %d and not at step 0: a trace that names visits does so in any case", v.run.began))
	}
	v.t.explicit = true
}

// turn waits until a step begins; false: the run ended without it.
func (v *invoke) turn(step int) bool {
	v.request(schedule.Request[Tensor]{Kind: schedule.Turn, At: schedule.At{Step: step, Moment: -1}, Pos: userLine()})
	return !v.answer.Over
}

// callOf gives the step of the present visit of a module that each forward calls
// some times, and which call of the step it is.
func (v *invoke) callOf(path string, calls int) (step, call int) {
	calls = max(calls, 1)
	for l := v.loops; l != nil; l = l.outer {
		l.calls = max(l.calls, calls)
	}
	step, call = v.step+v.visit/calls, v.visit%calls
	if v.run != nil && step >= v.run.steps {
		panic(v.pastEnd(v.visit, path))
	}
	return step, call
}

// pastEnd is the error of a visit that the run does not come to; path "" is any
// module's.
func (v *invoke) pastEnd(visit int, path string) *Error {
	what, calls := "", v.run.in.calls
	if path != "" {
		what, calls = " of "+path, v.run.in.modules[pathOf(path)].Visits
	}
	e := misuse("NN3105", "visit %d%s is past the end: the last one is %d", visit, what, v.run.steps*max(calls, 1)-1)
	switch {
	case v.t.loop == nil:
		e.Hint = "a run calls the model once: Generate runs it for each token"
	default:
		e.Hint = "MaxNewTokens says how many steps there are"
	}
	return e
}

// pathOf is the path of a module that messages call by its name.
func pathOf(name string) string {
	if name == "model" {
		return ""
	}
	return name
}
