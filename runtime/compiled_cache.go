package nn

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/caching"
	"github.com/nngen-go/nngen/internal/plan"
)

// CachePlan and CacheEntry are what a plan says of a cache, as generated code
// writes them.
type (
	CachePlan  = plan.Cache
	CacheEntry = plan.CacheEntry
)

// CacheOf makes the i-th cache of a compiled trace, for a run to fill. old is
// what the caller has from an earlier run of the same trace: its storage is used
// again where sizes agree. Generated code calls it.
func CacheOf[T any](c *Compiled, i int, old *T) *T {
	if old != nil {
		if have := any(old).(AnyCache).data(); have != nil && have.compiled == c && have.number == i && have.recorder.Records == nil {
			return old
		}
	}
	k := c.plan.Caches[i]
	data := &cached{s: c.s, compiled: c, number: i, done: true, slots: make([]Tensor, k.Count)}
	data.set = cacheSettings{device: k.Device, noOutputs: k.Hidden}
	if k.Some {
		data.set.paths = []string{}
	}
	for _, e := range k.Entries {
		data.records = append(data.records, recordOf(e, 0))
	}
	out := new(T)
	bindCache(out, data)
	return out
}

// recordOf is an entry whose tensors begin at a place.
func recordOf(e CacheEntry, first int) *caching.Record {
	moved := func(list []int) []int {
		out := make([]int, len(list))
		for i, n := range list {
			out[i] = first + n
		}
		return out
	}
	return &caching.Record{Module: e.Module, Outputs: moved(e.Outputs), Inputs: moved(e.Inputs), Output: e.Output, Input: e.Input}
}

// Caching gives RunInto its destinations: into are those of the results, in
// order, and caches hold the rest. A cache that is nil is not wanted.
func Caching(c *Compiled, into []*Tensor, caches ...AnyCache) []*Tensor {
	out := make([]*Tensor, len(c.plan.Taps))
	for i := range out {
		if c.plan.CacheAt(i) == nil && len(into) > 0 {
			out[i], into = into[0], into[1:]
		}
	}
	for _, x := range caches {
		data := x.data()
		k := c.plan.Caches[data.number]
		for i := range k.Count {
			out[k.First+i] = &data.slots[i]
		}
	}
	return out
}

// KeepCaches makes a decode loop fill caches of its trace: each step adds its
// entries. Generated code passes it.
func KeepCaches(caches ...AnyCache) GenerateOption {
	return func(g *generation) {
		for _, x := range caches {
			g.caches = append(g.caches, x.data())
		}
	}
}

// keeping is the part of a decode loop that fills caches.
type keeping struct {
	caches []*cached
	list   []int // numbers of the caches in the plan
	first  []int // of each, among what a step gives for them
	count  int
	taken  func(taps []Tensor) error
}

// number adds a cache of the plan.
func (k *keeping) number(c *Compiled, i int) {
	k.list, k.first = append(k.list, i), append(k.first, k.count)
	k.count += c.plan.Caches[i].Count
}

// give hands a step's tensors to whom they are for.
func (k *keeping) give(c *Compiled, out []Tensor) error {
	if k.taken != nil {
		return k.taken(out)
	}
	k.take(c, out)
	return nil
}

// keepingOf gives what a decode loop's steps fetch for caches, which begin anew.
func (c *Compiled) keepingOf(opts []GenerateOption) (*keeping, error) {
	g, err := newGeneration(opts)
	if err != nil {
		return nil, err
	}
	k := &keeping{taken: g.taken}
	for i := range c.plan.Caches {
		if g.every {
			k.number(c, i)
		}
	}
	for _, data := range g.caches {
		if err := data.begin(c); err != nil {
			return nil, err
		}
		k.number(c, data.number)
		k.caches = append(k.caches, data)
	}
	return k, nil
}

// begin empties a cache of a trace for a run over decoding steps.
func (d *cached) begin(c *Compiled) error {
	if d.compiled != c {
		return misuse("NN3182", "the cache belongs to another trace than %s", c.plan.Name)
	}
	for _, t := range d.slots {
		t.Release()
	}
	d.slots, d.records = nil, nil
	d.recorder.Records = []*caching.Record{} // not to be written into by RunInto
	return nil
}

// add takes what a step gave for the cache, which is k in its plan.
func (d *cached) add(k CachePlan, tensors []Tensor) {
	first := len(d.slots)
	d.slots = append(d.slots, tensors...)
	for _, e := range k.Entries {
		d.records = append(d.records, recordOf(e, first))
	}
}

// take adds a step's tensors.
func (k *keeping) take(c *Compiled, out []Tensor) {
	for i, data := range k.caches {
		p := c.plan.Caches[data.number]
		data.add(p, out[k.first[i]:k.first[i]+p.Count])
	}
}

// program gives the session of a decode loop that fetches what caches want.
func (k *keeping) program(c *Compiled) (*program, error) {
	key := fmt.Sprint(k.list)
	return c.keepers.get(key, func() (*program, error) {
		outputs, err := c.generated()
		if err != nil {
			return nil, err
		}
		var taps []Tap
		for _, number := range k.list {
			list, err := c.cacheTaps(number)
			if err != nil {
				return nil, err
			}
			taps = append(taps, list...)
		}
		p, err := c.build(append(taps, c.stopTaps()...), outputs)
		if err != nil {
			return nil, err
		}
		n := 0
		for _, number := range k.list {
			plan := c.plan.Caches[number]
			for range plan.Count {
				if !plan.Device {
					delete(p.device, tapName(n))
				}
				n++
			}
		}
		return p, nil
	})
}

// kept says which outputs of a decode loop's step stay where they are computed:
// what the next step goes on with, and caches that want it.
func (p *program) kept() map[string]bool {
	keep := caches(p.outputs)
	for name := range keep {
		keep[name] = p.device[name]
	}
	return keep
}

// CacheBytes gives the memory that each cache of the trace needs for a run with
// these inputs and parameters, before it is run.
func (c *Compiled) CacheBytes(ins []InvokeInputs, args []Tensor) ([]int64, error) {
	b, err := c.s.info.join(ins)
	if err != nil {
		return nil, err
	}
	defer b.release()
	types, err := c.checkRun(b, args)
	if err != nil {
		return nil, err
	}
	out := make([]int64, len(c.plan.Caches))
	for i, k := range c.plan.Caches {
		for tap := k.First; tap < k.First+k.Count; tap++ {
			n, ok := sizeOf(types.taps[tap])
			if !ok {
				return nil, misuse("NN3145", "the size of %s cannot be told before the run: %s", c.plan.Taps[tap].Name, types.taps[tap])
			}
			out[i] += n
		}
	}
	return out, nil
}

// sizeOf is the memory of a tensor whose sizes are all known.
func sizeOf(t Type) (int64, bool) {
	n := int64(t.DType.Size())
	for _, d := range t.Shape {
		k, ok := d.Const()
		if !ok {
			return 0, false
		}
		n *= k
	}
	return n, t.Shape.RankKnown()
}
