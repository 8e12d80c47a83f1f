package oracletest

import (
	"slices"
	"strings"
)

// construct writes a step of the present invoke, or a few; nothing if there is
// no place for it.
type construct struct {
	name   string
	flavor string // a program has the constructs of its flavours; "" is always there
	weight int
	write  func(w *writer)
}

// allConstructs is a function because constructs write blocks of constructs.
func allConstructs() []construct {
	return []construct{
		{"read", "", 240, (*writer).read},
		{"operation", "", 240, (*writer).operation},
		{"write", "", 160, (*writer).write},
		{"loop", "", 60, (*writer).loop},
		{"helper", "", 60, (*writer).helper},
		{"call", "", 40, (*writer).call},
		{"host", "", 60, (*writer).host},
		{"share", "", 50, (*writer).share},
		{"result", "", 30, (*writer).result},
		{"all", "", 10, (*writer).all},
		{"rare", "", 25, (*writer).rare},

		{"item", "hook", 120, (*writer).item},
		{"slice", "hook", 40, (*writer).slice},
		{"feed", "hook", 110, (*writer).feed},
		{"if", "hook", 70, (*writer).branch},
		{"switch", "hook", 30, (*writer).choice},
		{"limit", "hook", 40, (*writer).limit},
		{"closure", "hook", 40, (*writer).closure},
		{"assign", "hook", 50, (*writer).assign},
		{"share number", "hook", 40, (*writer).shareNumber},

		{"leave", "leave", 60, (*writer).leave},
		{"defer", "leave", 40, (*writer).deferred},
		{"deferring helper", "leave", 30, (*writer).deferringHelper},
		{"panic", "leave", 15, (*writer).panics},
		{"recover", "leave", 40, (*writer).recovering},
		{"fail", "leave", 30, (*writer).fail},
		{"item", "leave", 80, (*writer).item},

		{"if", "cond", 80, (*writer).branch},
		{"switch", "cond", 30, (*writer).choice},
		{"assign", "cond", 60, (*writer).assign},
		{"skip", "cond", 50, (*writer).skip},
		{"stop", "cond", 15, (*writer).stop},

		{"chosen read", "choose", 60, (*writer).chosenRead},
		{"chosen write", "choose", 60, (*writer).chosenWrite},
		{"chosen range", "choose", 30, (*writer).chosenRange},
	}
}

// flavors says how many programs in a hundred have a flavour.
var flavors = []struct {
	name  string
	often int
}{
	{"hook", 45}, {"leave", 12}, {"cond", 20}, {"choose", 12}, {"source", 12}, {"attach", 6},
}

// drawFlavors decides what the program has.
func (w *writer) drawFlavors() {
	w.has = map[string]bool{"": true}
	always := strings.Split(*with, ",")
	for _, f := range flavors {
		w.has[f.name] = w.r.IntN(100) < f.often || slices.Contains(always, f.name)
	}
	w.constructs = slices.DeleteFunc(allConstructs(), func(c construct) bool { return !w.has[c.flavor] })
	for _, c := range w.constructs {
		w.weights += c.weight
	}
}

// step adds one step of the present invoke.
func (w *writer) step() {
	n := w.r.IntN(w.weights)
	i := slices.IndexFunc(w.constructs, func(c construct) bool {
		n -= c.weight
		return n < 0
	})
	w.constructs[i].write(w)
}

// block writes what stands inside a block: steps whose variables end with it.
// Points that it passes stay passed, whichever way a run goes.
func (w *writer) block() []step {
	var out []step
	sink, vals, hosts := w.sink, len(w.vals), len(w.hosts)
	w.sink = &out
	w.depth++
	for range 1 + w.r.IntN(3) {
		w.step()
	}
	for i, v := range w.vals[vals:] {
		if !v.shared && !v.used && w.one(3) {
			w.giveResult(w.vals[vals+i])
		}
	}
	w.depth--
	w.sink, w.vals, w.hosts = sink, slices.Clone(w.vals[:vals]), slices.Clone(w.hosts[:hosts])
	return out
}
