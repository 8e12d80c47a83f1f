package nn

import "github.com/nngen-go/nngen/internal/tensor"

// count adds a value to those of the run, where these are limited.
func (k *checker) count(n Node, t tensor.Type) error {
	limit := k.c.set.values
	if limit == 0 {
		return nil
	}
	size := int64(t.DType.Size())
	known := t.Shape.RankKnown()
	for _, d := range t.Shape {
		entries, ok := d.Const()
		known = known && ok
		if entries > 0 && size > limit/entries {
			size = limit + 1
			break
		}
		size *= entries
	}
	if !known {
		return misuse("NN3191", "the size of what %s gives cannot be told before the run, and the values of a run are limited to %d MB here", n.Op, limit>>20)
	}
	if k.bytes += size; k.bytes > limit {
		return misuse("NN3191", "the values of the trace need more than %d MB, which is the limit here (%s gives %s)", limit>>20, n.Op, t)
	}
	return nil
}

// edits adds the values of the edits under the trace to those of the run, where
// these are limited.
func (k *checker) edits(b *batch) error {
	if k.c.set.values == 0 {
		return nil
	}
	for _, e := range k.c.s.set.edits {
		one := &Compiled{s: k.c.s, plan: e.plan, set: k.c.set, weights: e.arrays}
		sub := newChecker(one, b)
		sub.bytes = k.bytes
		if _, err := one.checkWith(sub, e.args); err != nil {
			return err
		}
		k.bytes = sub.bytes
	}
	return nil
}

// fewNodes holds the trace and the edits under it to the limit of operations.
func (c *Compiled) fewNodes() error {
	if c.set.nodes == 0 {
		return nil
	}
	n := 0
	for _, p := range append([]*Plan{c.plan}, plansOf(c.s.set.edits)...) {
		n += countNodes(p.Nodes)
		for _, prm := range p.Params { // each range of steps is a few operations
			n += len(prm.Steps)
		}
	}
	if n > c.set.nodes {
		return misuse("NN3191", "the trace and the edits under it have %d operations, and the limit is %d here", n, c.set.nodes)
	}
	return nil
}

func countNodes(list []Node) int {
	n := len(list)
	for _, one := range list {
		if one.Then != nil {
			n += countNodes(one.Then.Nodes)
		}
		if one.Else != nil {
			n += countNodes(one.Else.Nodes)
		}
	}
	return n
}
