package hooks

import (
	"errors"

	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// Closing defers calls in the trace function, in its invokes and in what they call.
//
//nngen:trace
func Closing(t *gpt2.Trace, in1, in2 gpt2.Inputs, log *Log, limit float32) (x nn.Tensor, sum float32, text string) {
	defer func() { text += " over"; log.Pass("trace") }()
	log.Pass("begun")
	t.Invoke(in1, func(m *gpt2.Model) {
		defer log.Pass("first")
		defer func() { text += "1"; log.Add("first: %s %.3f", text, sum) }()
		log.Pass("ahead of 1")
		sum += damped(m.Transformer.H[0], log, limit)
		log.Pass("behind 1")
		sum += m.Transformer.H[1].Output().Norm().Item()
	})
	t.Invoke(in2, func(m *gpt2.Model) {
		defer func() { text += "2"; log.Pass("second") }()
		log.Pass("ahead of 2")
		h := m.Transformer.H[0].Output()
		n := h.Norm().Item()
		if n < limit {
			log.Add("small")
			return
		}
		defer log.Add("deferred with %.3f", n)
		log.Pass("2 is large")
		m.Transformer.H[1].SetOutput(h.Scale(limit / n))
		x = m.LMHead.Output()
		sum += x.Norm().Item()
		log.Pass("2 is read")
	})
	t.Run()
	log.Pass("behind the run")
	return x, sum, text + "."
}

// damped writes a block's output, scaled by its norm, and tells when it is over.
func damped(b *gpt2.Block, log *Log, limit float32) (n float32) {
	defer func() { n++; log.Pass("damped") }()
	h := b.Output()
	n = h.Norm().Item()
	log.Pass("norm of 1")
	b.SetOutput(h.Scale(limit / n))
	return n
}

// Reported recovers, in the trace function, from whatever its invokes end with.
//
//nngen:trace
func Reported(t *gpt2.Trace, in1, in2 gpt2.Inputs, log *Log, limit float32) (n float32, err error) {
	defer func() {
		r := recover()
		if e, ok := r.(error); ok {
			log.Add("the run failed: %t", errors.Unwrap(e) != nil)
			err = e
		} else if r != nil {
			log.Add("recovered: %v", r)
			n = -1
		}
	}()
	log.Pass("begun")
	t.Invoke(in1, func(m *gpt2.Model) {
		b := m.Transformer.H[0]
		h := b.Output()
		n = h.Norm().Item()
		log.Pass("first")
		b.SetOutput(h.Scale(limit / n))
	})
	t.Invoke(in2, func(m *gpt2.Model) {
		defer log.Pass("second is over")
		n += m.Transformer.H[1].Output().Norm().Item()
		log.Pass("second")
	})
	t.Run()
	log.Pass("behind the run")
	return n, nil
}

// Quieted defers a function that it does not know.
//
//nngen:trace
func Quieted(t *gpt2.Trace, in1, in2 gpt2.Inputs, log *Log, quiet func()) (n float32) {
	t.Invoke(in1, func(m *gpt2.Model) {
		defer quiet()
		h := m.Transformer.H[0].Output()
		n = h.Norm().Item()
		log.Pass("first")
		m.Transformer.H[0].SetOutput(h.Scale(1 / n))
	})
	t.Invoke(in2, func(m *gpt2.Model) {
		n += m.Transformer.H[1].Output().Norm().Item()
		log.Pass("second")
	})
	t.Run()
	return n
}
