package ast

import (
	"errors"
	"go/ast"
	"go/token"
	"go/types"

	"github.com/nngen-go/nngen/internal/caching"
	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/internal/tensor"
)

type (
	// cacheVal is a cache, or the part of it at and below a module.
	cacheVal struct {
		of   *cacheOf
		path string
		typ  types.Type
	}

	// cacheOptVal is an option of a cache.
	cacheOptVal struct {
		name  string
		paths []string
		at    []token.Pos // of each path
		dtype tensor.DType
	}
)

func (*cacheVal) kind() string    { return "a cache" }
func (*cacheOptVal) kind() string { return "an option of a cache" }

// cacheOf is one cache of the trace.
type cacheOf struct {
	opts     caching.Options
	dtype    tensor.DType // Invalid: as it is
	device   bool
	groups   []*caching.Group
	recorder caching.Recorder
	slots    []*sym
	rows     int
	pos      token.Pos
	number   int // in the plan, -1 if nobody gets it
	name     string
}

// cacheOptions are the functions of package nn that make options of caches.
var cacheOptions = map[string]bool{"Modules": true, "CacheDType": true, "KeepOnDevice": true, "WithInputs": true, "WithoutOutputs": true}

// cacheOption evaluates a call of one of them.
func (f *frame) cacheOption(e *ast.CallExpr, name string, args []value) value {
	o := &cacheOptVal{name: name}
	switch name {
	case "CacheDType":
		n, ok := intOf(args[0])
		if !ok {
			return f.fail(e.Args[0].Pos(), "NN1402", "use a constant, nn.Float16", "what a cache casts to must be known when code is generated")
		}
		o.dtype = tensor.DType(n)
	case "Modules":
		for i, a := range args {
			if !f.cachedModule(o, a, e.Args[min(i, len(e.Args)-1)].Pos()) {
				return invalid{}
			}
		}
	}
	return o
}

// cachedModule takes a module of nn.Modules, or a list of them.
func (f *frame) cachedModule(o *cacheOptVal, v value, pos token.Pos) bool {
	switch v := v.(type) {
	case *envoyVal:
		o.paths, o.at = append(o.paths, v.path), append(o.at, pos)
		return true
	case *constVal:
		if s, ok := stringOf(v); ok {
			o.paths, o.at = append(o.paths, s), append(o.at, pos)
			return true
		}
	case *sliceVal:
		for i := range v.len {
			if !f.cachedModule(o, v.element(i), pos) {
				return false
			}
		}
		return true
	case invalid:
		return false
	}
	f.fail(pos, "NN1511", "name them by accessors, or by constant paths and aliases", "what a cache keeps must be known when code is generated")
	return false
}

// newCache evaluates Cache of an invoke's model, or of the trace.
func (f *frame) newCache(e *ast.CallExpr, args []value, rows int) value {
	c := &cacheOf{opts: caching.Options{All: true, Outputs: true}, rows: rows, pos: e.Pos(), number: -1}
	var at []token.Pos
	for i, a := range args {
		if s, ok := a.(*sliceVal); ok && e.Ellipsis.IsValid() {
			for k := range s.len {
				at = append(at, c.take(s.element(k))...)
			}
			continue
		}
		if _, ok := a.(*cacheOptVal); !ok {
			return f.fail(e.Args[i].Pos(), "NN1511", "write the option here", "the options of a cache must be known when code is generated")
		}
		at = append(at, c.take(a)...)
	}
	if !c.opts.Outputs && !c.opts.Inputs {
		return f.fail(e.Pos(), "NN1511", "add nn.WithInputs()", "a cache WithoutOutputs keeps nothing")
	}
	paths, wrong, none := f.ev.moduleNames().Resolve(c.opts.Modules)
	if none != nil {
		return f.fail(at[wrong], "NN1308", "nngen tree prints the paths and aliases", "%s", none.Message)
	}
	c.opts.Modules = paths
	var err error
	if c.groups, err = caching.Groups(f.ev.acc.spec, c.opts); err != nil {
		return f.fail(e.Pos(), "NN1511", "", "%v", err)
	}
	f.ev.caches = append(f.ev.caches, c)
	t := f.typeOf(e)
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	return &cacheVal{of: c, typ: t}
}

// take carries out an option; it gives the positions of the modules that it names.
func (c *cacheOf) take(v value) []token.Pos {
	o, ok := v.(*cacheOptVal)
	if !ok {
		return nil
	}
	switch o.name {
	case "CacheDType":
		c.dtype = o.dtype
	case "KeepOnDevice":
		c.device = true
	case "WithInputs":
		c.opts.Inputs = true
	case "WithoutOutputs":
		c.opts.Outputs = false
	case "Modules":
		c.opts.All = false
		c.opts.Modules = append(c.opts.Modules, o.paths...)
	}
	return o.at
}

// invokeCache evaluates m.Cache(…).
func (f *frame) invokeCache(e *ast.CallExpr, args []value) value {
	if !f.stepCache(e.Pos()) {
		return invalid{}
	}
	if f.beyondPhase() != nil || f.underLoop() {
		return f.fail(e.Pos(), "NN1510", "make it ahead of conditions and loops", "a cache is asked for under a condition or in a loop that only a run knows")
	}
	if f.ev.sched.live.Begun() {
		return f.fail(e.Pos(), "NN1510", "make it before any module is read or written, and ahead of barriers", "a cache is asked for after the run has begun")
	}
	v := f.newCache(e, args, f.inv.rows)
	if c, ok := v.(*cacheVal); ok {
		f.ev.sched.watch(c.of)
	}
	return v
}

// traceCache evaluates t.Cache(…).
func (f *frame) traceCache(e *ast.CallExpr) value {
	s := f.ev.sched
	switch {
	case f.inv != nil:
		return f.fail(e.Pos(), "NN1510", "make it before Run, or ask the invoke's own model for one of its rows", "the cache of the whole trace is asked for inside an invoke")
	case s.ran:
		d := f.ev.report(e.Pos(), "NN1510", "this cache comes after Run, which runs the model once")
		d.Hint = "move it before Run"
		f.ev.relate(d, s.runPos, "the model runs here")
		return invalid{}
	}
	args := f.args(e)
	if args == nil {
		return invalid{}
	}
	return f.newCache(e, args, plan.AllRows)
}

// watch hands a cache what its points are left with.
func (s *runState) watch(c *cacheOf) {
	for _, g := range c.groups {
		for i, p := range g.Points {
			s.live.Watch(s.moment[p], c.rows, func(v *sym, err error) error {
				if err == nil {
					v, err = s.ev.castFor(c, v)
				}
				if err != nil {
					s.ev.cannotKeep(c, err)
					return nil
				}
				at := c.recorder.Add(g, i)
				for len(c.slots) <= at {
					c.slots = append(c.slots, nil)
				}
				c.slots[at] = v
				return nil
			})
		}
	}
}

// cannotKeep reports a point that a cache cannot have.
func (ev *evaluator) cannotKeep(c *cacheOf, err error) {
	if errors.Is(err, schedule.ErrSometimes) {
		ev.report(c.pos, "NN1511", "the cache cannot keep %v", err).Hint = "name other modules with nn.Modules"
		return
	}
	ev.report(c.pos, "NN1505", "the cache cannot keep all that it is asked for: %v", err).Hint = "name other modules with nn.Modules, or make the cache with the trace, of all rows"
}

// watchAll begins the caches of the whole batch.
func (s *runState) watchAll() {
	for _, c := range s.ev.caches {
		s.watch(c)
	}
}

// castFor is a value as a cache keeps it.
func (ev *evaluator) castFor(c *cacheOf, v *sym) (*sym, error) {
	if c.dtype == tensor.Invalid || v.typ.DType == c.dtype {
		return v, nil
	}
	op, _ := ops.Lookup("Cast")
	attrs := ops.Attrs{"dtype": c.dtype.String()}
	res, err := op.Infer([]tensor.Type{v.typ}, attrs)
	if err != nil {
		return nil, err
	}
	out := ev.graph.add("Cast", []*sym{v}, attrs, res, c.pos)[0]
	out.what = v.what
	return out, nil
}
