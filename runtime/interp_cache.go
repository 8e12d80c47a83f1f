package nn

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/nngen-go/nngen/internal/caching"
	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/modelspec"
)

// stepCaches are the caches of an interpreted decode loop: each call of Cache in
// a step goes on with the cache that the same call made in the first one.
type stepCaches struct {
	list []any
	next int
}

// NewCache makes a cache of the rows of an invoke. Generated accessors call it
// with their type of caches.
func NewCache[T any](e *Envoy, opts ...CacheOption) *T {
	v := e.of().tree.v
	if err := v.usable(); err != nil {
		panic(err)
	}
	if v.run.sched.Begun() {
		panic(misuse("NN3182", "a cache is asked for after the run has begun: make it before any module is read or written, and ahead of barriers"))
	}
	out, data := cacheFor[T](v.t, opts)
	if err := v.run.fill(data, v.rows); err != nil {
		panic(err)
	}
	if !slices.Contains(v.t.made, data) {
		v.t.made = append(v.t.made, data)
	}
	return out
}

// TraceCache makes a cache of the whole batch of a trace.
func TraceCache[T any](t *Trace, opts ...CacheOption) *T {
	switch {
	case t.running != nil:
		panic(misuse("NN3182", "the trace's cache is asked for inside an invoke: make it before t.Run(), or one of the invoke's rows with its own model"))
	case t.ran:
		panic(misuse("NN3182", "a cache is asked for after t.Run(): make it before"))
	}
	out, data := cacheFor[T](t, opts)
	t.caches = append(t.caches, data)
	t.made = append(t.made, data)
	return out
}

// cacheFor makes a cache, or finds the one of the steps before.
func cacheFor[T any](t *Trace, opts []CacheOption) (*T, *cached) {
	if g := &t.steps; t.loop != nil && t.running != nil {
		if g.next++; g.next <= len(g.list) {
			out, ok := g.list[g.next-1].(*T)
			if !ok {
				panic(misuse("NN3182", "the steps of a decode loop ask for caches in another order"))
			}
			data := any(out).(AnyCache).data()
			return out, data
		}
	}
	set, err := settingsOf(opts)
	if err != nil {
		panic(err)
	}
	data := &cached{s: t.s, set: set}
	out := new(T)
	bindCache(out, data)
	if t.loop != nil && t.running != nil {
		t.steps.list = append(t.steps.list, out)
	}
	return out, data
}

// fill watches every point that a cache keeps.
func (r *liveRun) fill(c *cached, rows int) error {
	groups, err := c.set.groups(r.in.specInfo)
	if err != nil {
		return err
	}
	c.rows = rows
	pos := userLine()
	for _, g := range groups {
		for i, p := range g.Points {
			r.sched.Watch(r.in.at[p], rows, func(v Tensor, err error) error {
				if err == nil {
					err = c.keep(g, i, v)
				}
				if own, ok := fromDiagnostic(err).(*Error); ok && !own.Pos.IsValid() {
					own.Pos = pos
					return own
				}
				return err
			})
		}
	}
	return nil
}

// keep takes in what a point was left with.
func (c *cached) keep(g *caching.Group, i int, v Tensor) error {
	if d := c.set.dtype; d != 0 && v.h.dtype != d {
		cast, err := castFor(v, d)
		if err != nil {
			return fmt.Errorf("the cache of %s: %w", modelspec.PathName(g.Module.Path), err)
		}
		v = cast
	}
	c.put(c.recorder.Add(g, i), v)
	c.records = c.recorder.Records
	return nil
}

// castFor is Cast with an error for a panic: no code of the user's stands around it.
func castFor(v Tensor, d DType) (out Tensor, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = recovered(p, -1)
		}
	}()
	return v.Cast(d), nil
}

// again begins a step of a decode loop: its entries follow those of the step before.
func (t *Trace) again() {
	t.steps.next = 0
	for _, c := range t.made {
		c.recorder.Again()
	}
}

// hold keeps a value that invokes are given until the run is over, where there
// are caches: they look at it last, and the code may have released it by then.
func (r *liveRun) hold(t Tensor) {
	if t.h != nil && r.sched.Watched() {
		t.h.pin()
		r.written = append(r.written, t.h)
	}
}

// watchAll begins the caches of the whole batch.
func (r *liveRun) watchAll() error {
	for _, c := range r.t.caches {
		if err := r.fill(c, schedule.AllRows); err != nil {
			return err
		}
	}
	return nil
}

// finished opens the caches of a run that went well.
func (t *Trace) finished() {
	for _, c := range t.made {
		c.done = true
	}
}

var (
	cacheType = reflect.TypeOf(Cache{})
	viewType  = reflect.TypeOf(CacheView{})
)

// bindCache fills a generated tree of views. Fields are found by their tags, as
// those of accessors are.
func bindCache(root any, data *cached) {
	bindViews(reflect.ValueOf(root).Elem(), "", data, map[string]reflect.Value{})
}

func bindViews(s reflect.Value, path string, data *cached, made map[string]reflect.Value) {
	for i := range s.NumField() {
		f, t := s.Field(i), s.Type().Field(i)
		switch t.Type {
		case cacheType:
			f.Set(reflect.ValueOf(Cache{CacheView{data, path}}))
			continue
		case viewType:
			f.Set(reflect.ValueOf(CacheView{data, path}))
			continue
		}
		tag, ok := t.Tag.Lookup("nn")
		if !ok {
			continue
		}
		at := modelspec.Join(path, tag)
		if f.Kind() == reflect.Pointer {
			bindView(f, at, data, made)
			continue
		}
		for k := range f.Len() {
			bindView(f.Index(k), modelspec.Element(at, k), data, made)
		}
	}
}

// bindView sets one field; aliases are the same struct.
func bindView(f reflect.Value, path string, data *cached, made map[string]reflect.Value) {
	if have, ok := made[path]; ok && have.Type() == f.Type() {
		f.Set(have)
		return
	}
	f.Set(reflect.New(f.Type().Elem()))
	made[path] = f
	bindViews(f.Elem(), path, data, made)
}
