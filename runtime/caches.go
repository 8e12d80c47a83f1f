package nn

import (
	"iter"
	"slices"

	"github.com/nngen-go/nngen/internal/caching"
	"github.com/nngen-go/nngen/modelspec"
)

// Cache is what a run kept of its modules: what interventions have made of their
// outputs, and inputs where WithInputs asks for them. Generated packages have a
// type over it with a view for every module. It is filled when the run is over,
// and belongs to whoever asked for it; Release frees all of it at once.
type Cache struct{ CacheView }

// CacheView is the part of a cache at and below one module.
type CacheView struct {
	c    *cached
	path string
}

// Entry is what one call of a module took and gave. Inputs is empty unless the
// cache was made WithInputs, outputs are none if it was made WithoutOutputs.
type Entry struct {
	Output  Tensor   // what Output of the module means; the zero Tensor where the spec does not say
	Outputs []Tensor // all that left the module, as Outputs of the module gives it
	Inputs  []Tensor // all that entered it, as Inputs of the module gives it

	input int // of Inputs, -1 for none
}

// Input is what Input of the module means, or the first of the inputs where the
// spec does not say; the zero Tensor where inputs were not kept.
func (e Entry) Input() Tensor {
	if len(e.Inputs) == 0 {
		return Tensor{}
	}
	return e.Inputs[max(e.input, 0)]
}

// cached is the values of a cache, which all views of it share.
type cached struct {
	s       *Session
	set     cacheSettings
	slots   []Tensor
	records []*caching.Record // in the order of the run
	done    bool              // its run is over
	rows    int               // of an interpreted run: whose it keeps

	compiled *Compiled // whose run fills it, if one does; number is its place in the plan
	number   int
	recorder caching.Recorder // of an interpreted run, or of the steps of a decode loop
}

// AnyCache is what generated types of caches have in common.
type AnyCache interface{ data() *cached }

func (c *Cache) data() *cached { return c.c }

// Release frees every tensor of the cache.
func (c *Cache) Release() {
	for i, t := range c.c.slots {
		if c.c.compiled == nil && t.h != nil {
			t.h.unpin() // an interpreted run's values may be the user's too
			continue
		}
		t.Release()
		c.c.slots[i] = Tensor{}
	}
	if c.c.compiled == nil {
		c.c.slots, c.c.records = nil, nil
	}
}

// put keeps a value in its place. What an interpreted run made may be in the
// user's hands as well: it is pinned, so that a Release there does not end it.
func (c *cached) put(i int, t Tensor) {
	for len(c.slots) <= i {
		c.slots = append(c.slots, Tensor{})
	}
	t.h.pin()
	c.slots[i] = t
}

// ready refuses to look into a cache whose run goes on, or failed.
func (c *cached) ready() {
	if c == nil {
		panic(misuse("NN3145", "the cache belongs to no run: use the one that Cache or a compiled trace gives"))
	}
	if !c.done {
		panic(misuse("NN3145", "the cache is read before its run is over: return it and read it then"))
	}
}

// entry makes the entry of a record.
func (c *cached) entry(r *caching.Record) Entry {
	e := Entry{input: r.Input}
	for _, i := range r.Outputs {
		e.Outputs = appendSet(e.Outputs, c.slots, i)
	}
	for _, i := range r.Inputs {
		e.Inputs = appendSet(e.Inputs, c.slots, i)
	}
	if r.Output >= 0 && r.Outputs[r.Output] < len(c.slots) {
		e.Output = c.slots[r.Outputs[r.Output]]
	}
	return e
}

// appendSet leaves out what a run that was stopped did not come to.
func appendSet(list, slots []Tensor, i int) []Tensor {
	if i < len(slots) && slots[i].h != nil {
		return append(list, slots[i])
	}
	return list
}

// Path is the module's path, "" for the model itself.
func (v CacheView) Path() string { return v.path }

// Entries gives what was kept of the module, call by call.
func (v CacheView) Entries() []Entry {
	v.c.ready()
	var out []Entry
	for _, r := range v.c.records {
		if r.Module == v.path {
			out = append(out, v.c.entry(r))
		}
	}
	return out
}

// Entry gives the one entry of the module. A module of which nothing was kept
// (NN3147), or more than one call (NN3149), is an error.
func (v CacheView) Entry() (Entry, error) {
	list := v.Entries()
	name := modelspec.PathName(v.path)
	switch len(list) {
	case 1:
		return list[0], nil
	case 0:
		return Entry{}, v.c.neverCached(v.path)
	}
	return Entry{}, misuse("NN3149", "%s was called %d times, so that there are %d entries: take them from Entries()", name, len(list), len(list))
}

// one is Entry for methods that give a value alone.
func (v CacheView) one() Entry {
	e, err := v.Entry()
	if err != nil {
		panic(err)
	}
	return e
}

// Output is the module's output. Like methods of tensors it panics with an
// *Error where there is none, or more than one; Entry returns that.
func (v CacheView) Output() Tensor {
	e := v.one()
	if e.Output.h == nil {
		panic(v.noOutput())
	}
	return e.Output
}

// noOutput says why an entry has no output.
func (v CacheView) noOutput() *Error {
	name := modelspec.PathName(v.path)
	if v.c.set.noOutputs {
		return misuse("NN3147", "the output of %s is not in the cache, which was made WithoutOutputs", name)
	}
	return misuse("NN3147", "the spec does not say which tensor is the output of %s: take it from Outputs()", name)
}

// Outputs is all that left the module.
func (v CacheView) Outputs() []Tensor { return v.one().Outputs }

// Input is the module's input; the zero Tensor in a cache without inputs.
func (v CacheView) Input() Tensor { return v.one().Input() }

// Inputs is all that entered the module; none in a cache without inputs.
func (v CacheView) Inputs() []Tensor { return v.one().Inputs }

// All gives every entry at and below the module in the order of the run: a
// module's entry stands where it was entered if inputs are kept, else where it
// was left.
func (v CacheView) All() iter.Seq2[string, Entry] {
	v.c.ready()
	return func(yield func(string, Entry) bool) {
		for _, r := range v.c.records {
			if caching.Below(r.Module, v.path) && !yield(r.Module, v.c.entry(r)) {
				return
			}
		}
	}
}

// Keys gives the paths at and below the module of which something was kept, in
// the order of the run; with alias, by the names that aliases give them and the
// modules around them: "layers.0.self_attn".
func (v CacheView) Keys(alias bool) []string {
	v.c.ready()
	var paths []string
	for _, r := range v.c.records {
		if caching.Below(r.Module, v.path) && !slices.Contains(paths, r.Module) {
			paths = append(paths, r.Module)
		}
	}
	if !alias {
		return paths
	}
	names, err := v.c.names()
	if err != nil {
		panic(err)
	}
	for i, p := range paths {
		paths[i] = names.AliasPath(p)
	}
	return paths
}

// Len is the number of modules at and below this one of which something was kept.
func (v CacheView) Len() int { return len(v.Keys(false)) }

// Bytes is the memory of what was kept at and below the module. A tensor that
// stands in several entries is counted once.
func (v CacheView) Bytes() int64 {
	seen := map[*handle]bool{}
	var n int64
	for _, e := range v.All() {
		for _, t := range slices.Concat(e.Outputs, e.Inputs) {
			if !seen[t.h] {
				seen[t.h] = true
				n += t.h.bytes()
			}
		}
	}
	return n
}
