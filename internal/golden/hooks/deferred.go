package hooks

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
)

// Counted tells when each of its runs is over.
//
//nngen:trace
func Counted(m *gpt2.Model, log *Log, scale float32) {
	defer log.Add("over")
	b := m.Transformer.H[0]
	h := b.Output()
	n := h.Norm().Item()
	log.Add("norm %.3f", n)
	b.SetOutput(h.Scale(scale / n))
}

// Prepared defers before the run alone.
//
//nngen:trace
func Prepared(m *gpt2.Model, log *Log, scale float32) {
	defer func() { log.Add("scale %g", scale) }()
	b := m.Transformer.H[0]
	b.SetOutput(b.Output().Scale(scale))
	scale = 0
}

// Risky recovers from what it does in mid-run.
//
//nngen:trace
func Risky(m *gpt2.Model, log *Log, limit float32) {
	defer func() {
		if e := recover(); e != nil {
			log.Add("recovered: %v", e)
		}
	}()
	b := m.Transformer.H[0]
	h := b.Output()
	n := h.Norm().Item()
	if n > limit {
		panic("too large")
	}
	b.SetOutput(h.Scale(limit / n))
}

// Nils hands Go nil of several types.
//
//nngen:trace
func Nils(m *gpt2.Model, log *Log, limit float32) (byName map[string][]float32, list []int) {
	x := m.Transformer.H[0].Output()
	defer func() {
		byName = map[string][]float32{"x": x.Float32s()}
		log.Add("%v", list)
	}()
	byName = nil
	var p *int
	var f func() int
	log.Add("%v %T %T %T", list, byName, p, f)
	if x.Norm().Item() > limit {
		list = append(list, 1)
	} else {
		list = nil
	}
	return byName, list
}
