package plan

import "fmt"

// Cache is what a trace keeps of many modules: taps First to First+Count-1, in
// entries in the order of the run.
type Cache struct {
	Name    string       `json:"name,omitempty"`
	First   int          `json:"first"`
	Count   int          `json:"count"`
	Device  bool         `json:"device,omitempty"` // its tensors stay where they are computed
	Some    bool         `json:"some,omitempty"`   // modules were named: not all were asked for
	Hidden  bool         `json:"hidden,omitempty"` // outputs were not asked for
	Entries []CacheEntry `json:"entries,omitempty"`
	Line    int          `json:"line,omitempty"`
}

// CacheEntry is one call of a module. Outputs and Inputs number the cache's
// taps from 0; Output and Input are the places in them of what Output() and
// Input() mean, -1 for none.
type CacheEntry struct {
	Module  string `json:"module"`
	Outputs []int  `json:"outputs,omitempty"`
	Inputs  []int  `json:"inputs,omitempty"`
	Output  int    `json:"output"`
	Input   int    `json:"input"`
}

// CacheAt gives the cache that a tap belongs to, nil for results.
func (p *Plan) CacheAt(tap int) *Cache {
	for i := range p.Caches {
		if c := &p.Caches[i]; tap >= c.First && tap < c.First+c.Count {
			return c
		}
	}
	return nil
}

// cache checks what the types do not say.
func (c *former) cache(k Cache, taps int) {
	if k.First < 0 || k.Count < 0 || k.First > taps || k.Count > taps-k.First {
		c.fail("cache %q has taps %d to %d of %d", k.Name, k.First, k.First+k.Count, taps)
		return
	}
	for _, e := range k.Entries {
		for _, i := range append(append([]int(nil), e.Outputs...), e.Inputs...) {
			if i < 0 || i >= k.Count {
				c.fail("cache %q: the entry of %s names tensor %d of %d", k.Name, e.Module, i, k.Count)
			}
		}
		for _, at := range []struct{ i, n int }{{e.Output, len(e.Outputs)}, {e.Input, len(e.Inputs)}} {
			if at.i < -1 || at.i >= at.n {
				c.fail("cache %q: the entry of %s means tensor %d of %d", k.Name, e.Module, at.i, at.n)
			}
		}
	}
}

// String says what a cache holds, for people.
func (c *Cache) String() string {
	return fmt.Sprintf("%d entries, %d tensors", len(c.Entries), c.Count)
}
