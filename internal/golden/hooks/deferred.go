package hooks

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
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

// scaled scales a block's output by its norm, and tells what it did when it is over.
func scaled(b *gpt2.Block, log *Log, limit float32) (n float32, text string) {
	defer func() { text += "!" }()
	defer log.Add("begun with %g", limit)
	h := b.Output()
	n = h.Norm().Item()
	if n < limit {
		return n, "small"
	}
	for i := range 2 {
		defer func() { log.Add("deferred %d: %s", i, text) }()
	}
	b.SetOutput(h.Scale(limit / n))
	if limit == 0 {
		panic("no limit")
	}
	return n, "scaled"
}

// Helped calls functions that touch points and defer.
//
//nngen:trace
func Helped(m *gpt2.Model, log *Log, limit float32) (logits nn.Tensor, sum float32) {
	for i, b := range m.Transformer.H[:2] {
		n, text := scaled(b, log, limit*float32(i+1))
		log.Add("block %d: %s", i, text)
		sum += n
	}
	last := func(k float32) float32 {
		defer log.Add("closure")
		f := m.Transformer.LnF
		f.SetOutput(f.Output().Scale(k))
		return m.LMHead.Output().Norm().Item()
	}
	sum += last(sum)
	log.Add("over")
	return m.LMHead.Output(), sum
}
