package ast

import "maps"

// order is what the statements so far ask of those that follow: the highest
// levels that have effects, and that write or read a variable.
type order struct {
	effects       int
	told          map[int]int // by invoke: the highest level of all, where deferred calls see it
	writes, reads map[*resVar]int
}

func newOrder() *order {
	return &order{told: map[int]int{}, writes: map[*resVar]int{}, reads: map[*resVar]int{}}
}

func (o *order) clone() *order {
	return &order{effects: o.effects, told: maps.Clone(o.told), writes: maps.Clone(o.writes), reads: maps.Clone(o.reads)}
}

// join takes in what another way through the program asks.
func (o *order) join(w *order) {
	o.effects = max(o.effects, w.effects)
	for in, n := range w.told {
		o.told[in] = max(o.told[in], n)
	}
	for v, n := range w.writes {
		raise(o.writes, v, n)
	}
	for v, n := range w.reads {
		raise(o.reads, v, n)
	}
}

func raise(m map[*resVar]int, v *resVar, level int) {
	if old, ok := m[v]; !ok || old < level {
		m[v] = level
	}
}

// take notes what one unit asks.
func (o *order) take(u *unit) {
	if u.facts.effects {
		o.effects = max(o.effects, u.level)
	}
	o.touch(u)
}

// touch notes the variables of a unit.
func (o *order) touch(u *unit) {
	for v := range u.facts.reads {
		raise(o.reads, v, u.level)
	}
	for v := range u.facts.writes {
		raise(o.writes, v, u.level)
	}
}
