package hooks

import (
	"errors"
	"fmt"

	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// The programs of this file are those that compilers of suspending functions
// get wrong: what suspends stands in an operand, in a loop with variables of its
// own, under a defer.

// LookBoth asks for a second value only if the first one says so.
//
//nngen:trace
func LookBoth(m *gpt2.Model, log *Log, limit float32) (logits nn.Tensor) {
	hot := func(i int) bool {
		n := m.Transformer.H[i].MLP.Output().Norm().Item()
		log.Add("look %d: %.3f", i, n)
		return n > limit
	}
	k := float32(1)
	if hot(0) && hot(1) {
		k = 0.5
	}
	last := m.Transformer.LnF
	last.SetOutput(last.Output().Scale(k))
	return m.LMHead.Output()
}

// LookEither is LookBoth with the other operator.
//
//nngen:trace
func LookEither(m *gpt2.Model, log *Log, limit float32) (logits nn.Tensor) {
	hot := func(i int) bool {
		n := m.Transformer.H[i].MLP.Output().Norm().Item()
		log.Add("look %d: %.3f", i, n)
		return n > limit
	}
	k := float32(1)
	if hot(0) || hot(1) {
		k = 0.5
	}
	last := m.Transformer.LnF
	last.SetOutput(last.Output().Scale(k))
	return m.LMHead.Output()
}

// Difference takes two values in one expression, left before right.
//
//nngen:trace
func Difference(m *gpt2.Model, log *Log) (logits nn.Tensor, d float32) {
	norm := func(i int) float32 {
		n := m.Transformer.H[i].Output().Norm().Item()
		log.Add("norm %d", i)
		return n
	}
	d = norm(0) - norm(1)
	last := m.Transformer.LnF
	last.SetOutput(last.Output().Scale(1 / d))
	return m.LMHead.Output(), d
}

// Fresh declares a variable in each iteration: it starts at zero in each.
//
//nngen:trace
func Fresh(m *gpt2.Model, log *Log) (logits nn.Tensor) {
	for _, b := range m.Transformer.H {
		var n int
		h := b.Output()
		x := h.Norm().Item()
		n++
		log.Add("%d", n)
		b.SetOutput(h.Scale(float32(n) / x))
	}
	return m.LMHead.Output()
}

// Closures keeps functions over the variables of each iteration.
//
//nngen:trace
func Closures(m *gpt2.Model, log *Log) (logits nn.Tensor, got []int) {
	var fs []func() int
	for i, b := range m.Transformer.H {
		j := i * 10
		h := b.Output()
		n := h.Norm().Item()
		fs = append(fs, func() int { j++; return i + j + int(n) })
		b.SetOutput(h.Scale(0.5 / n))
		log.Add("%d", fs[i]())
	}
	for _, f := range fs {
		got = append(got, f())
	}
	return m.LMHead.Output(), got
}

// Recovered recovers from a panic in mid-run.
//
//nngen:trace
func Recovered(m *gpt2.Model, log *Log, at int) (logits nn.Tensor, err error) {
	defer func() {
		if r := recover(); r != nil {
			log.Add("recovered: %v", r)
			err = fmt.Errorf("recovered: %v", r)
		}
	}()
	b := m.Transformer.H[0]
	h := b.Output()
	means := h.Mean(0, 1).Float32s()
	log.Add("means")
	k := means[at]
	log.Add("mean %.3f", k)
	b.SetOutput(h.AddScalar(k))
	return m.LMHead.Output(), nil
}

// Overruled has a deferred call that sets the result.
//
//nngen:trace
func Overruled(m *gpt2.Model) (r int) {
	defer func() { r += 42 }()
	b := m.Transformer.H[0]
	h := b.Output()
	n := h.Norm().Item()
	b.SetOutput(h.Scale(1 / n))
	return int(m.LMHead.Output().ArgMax(-1).At(0, -1).Int())
}

// Cases switches on what it sees in mid-run.
//
//nngen:trace
func Cases(m *gpt2.Model, log *Log, step float32) (logits nn.Tensor) {
	b := m.Transformer.H[0]
	h := b.Output()
	k := float32(0.25)
	switch n := int(h.Norm().Item() / step); n {
	case 1, 2:
		log.Add("few")
		k = 2
	case 3:
		log.Add("three")
	default:
		log.Add("many: %d", n)
		k = float32(n)
	}
	b.SetOutput(h.Scale(k))
	return m.LMHead.Output()
}

// Any has a parameter of an interface type without methods.
//
//nngen:trace
func Any(m *gpt2.Model, tag any, log *Log) (logits nn.Tensor, note any) {
	b := m.Transformer.H[0]
	h := b.Output()
	n := h.Norm().Item()
	log.Add("%v: %.3f", tag, n)
	note = fmt.Sprint(tag, " was seen")
	b.SetOutput(h.Scale(2 / n))
	return m.LMHead.Output(), note
}

// ErrDeep is what Deep fails with.
var ErrDeep = errors.New("deep")

// Deep defers several calls: in their order, with the arguments of their time,
// changing what is returned and panicking themselves.
//
//nngen:trace
func Deep(m *gpt2.Model, log *Log, how int) (hot int, err error) {
	hot = 1
	defer log.Add("last, hot was %d", hot)
	defer handle(log, &err)
	for i := range how {
		defer func(n int) { log.Add("loop %d %d", n, hot) }(i)
	}
	b := m.Transformer.H[0]
	h := b.Output()
	n := h.Norm().Item()
	hot = 2
	defer func() {
		if how == 3 {
			panic("in a deferred call")
		}
	}()
	if how == 1 {
		panic(ErrDeep)
	}
	b.SetOutput(h.Scale(1 / n))
	if how == 2 {
		return 7, ErrDeep
	}
	hot = 3
	m.LMHead.Output().Norm().Item()
	return 4, nil
}

func handle(log *Log, err *error) {
	if r := recover(); r != nil {
		log.Add("handle %v", r)
		*err = fmt.Errorf("handled: %v", r)
		return
	}
	log.Add("nothing to handle: %v", *err)
}
