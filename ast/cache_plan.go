package ast

import (
	"go/constant"

	"github.com/nngen-go/nngen/internal/caching"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
)

func constantString(c *constVal) string { return constant.StringVal(c.v) }

// keptCaches numbers the caches that results of the trace are; others cost nothing.
func (ev *evaluator) keptCaches() {
	n := 0
	for _, r := range ev.results {
		v, ok := r.val.(*cacheVal)
		if !ok || r.res != nil {
			continue
		}
		switch {
		case v.path != "":
			ev.report(v.of.pos, "NN1512", "a part of a cache is returned").Hint = "return the whole cache"
		case ev.hasDefer:
			ev.report(v.of.pos, "NN1512", "a trace that defers calls returns a cache").Hint = "defer in the caller"
		case v.of.number < 0:
			v.of.number, v.of.name = n, r.name
			n++
		}
	}
}

// cacheOfResult is the plan's number of the cache that a result is, -1 for none.
func cacheOfResult(c *cell) int {
	if v, ok := c.val.(*cacheVal); ok && c.res == nil {
		return v.of.number
	}
	return -1
}

// kept gives the caches that the plan has, in its order.
func (ev *evaluator) kept() []*cacheOf {
	var out []*cacheOf
	for _, c := range ev.caches {
		if c.number >= 0 {
			for len(out) <= c.number {
				out = append(out, nil)
			}
			out[c.number] = c
		}
	}
	return out
}

// planCaches writes the caches down: each has its own taps, one for each of its tensors.
func (ev *evaluator) planCaches(p *plan.Plan, e *emission, names *planNames) {
	for _, c := range ev.kept() {
		k := plan.Cache{Name: c.name, First: len(p.Taps), Device: c.device, Some: !c.opts.All, Hidden: !c.opts.Outputs, Line: ev.line(c.pos)}
		if k.Name == "" || k.Name == "nn_r" {
			k.Name = "cache"
		}
		taps := map[*sym]int{}
		for _, r := range c.recorder.Records {
			k.Entries = append(k.Entries, c.entry(r, func(s *sym) int {
				s = s.final()
				at, ok := taps[s]
				if !ok {
					at = len(taps)
					taps[s] = at
					t := e.tap(names.free(k.Name+"."+itoa(at), "cache"), s)
					t.Line = k.Line
					p.Taps = append(p.Taps, t)
				}
				return at
			}))
		}
		k.Count = len(taps)
		p.Caches = append(p.Caches, k)
	}
}

// entry is a record with the numbers of its tensors; what a run was stopped
// ahead of is left out.
func (c *cacheOf) entry(r *caching.Record, tap func(*sym) int) plan.CacheEntry {
	side := func(places []int, main int) (out []int, at int) {
		at = -1
		for i, n := range places {
			if n >= len(c.slots) || c.slots[n] == nil {
				continue
			}
			if i == main {
				at = len(out)
			}
			out = append(out, tap(c.slots[n]))
		}
		return out, at
	}
	e := plan.CacheEntry{Module: r.Module}
	e.Inputs, e.Input = side(r.Inputs, r.Input)
	e.Outputs, e.Output = side(r.Outputs, r.Output)
	return e
}

// cacheText says what a cache holds, and the memory that it needs in symbols of
// the model's sizes.
func (ev *evaluator) cacheText(c *cacheOf, k *plan.Cache) string {
	sum := tensor.N(0)
	seen := map[*sym]bool{}
	for _, s := range c.slots {
		if s == nil || seen[s.final()] {
			continue
		}
		s = s.final()
		seen[s] = true
		sum = sum.Add(s.typ.Shape.Count().Mul(tensor.N(int64(s.typ.DType.Size()))))
	}
	size := string(sum) + " bytes"
	if !sum.Known() {
		size = "of a size that a run tells"
	}
	return k.String() + ", " + size
}
