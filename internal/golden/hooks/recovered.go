package hooks

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// tried scales a block's output and tells, as an error, what it panicked with.
func tried(b *gpt2.Block, log *Log, limit float32) (n float32, err error) {
	defer log.Add("tried")
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %v after %.3f", r, n)
		}
	}()
	log.Pass("begun")
	h := b.Output()
	n = h.Norm().Item()
	log.Pass("measured")
	b.SetOutput(h.Scale(limit / n))
	log.Pass("written")
	last := b.Output().Mean().Item()
	log.Pass("again")
	b.SetOutput(b.Output().AddScalar(last))
	return n, nil
}

// Tried goes on after helpers that recover.
//
//nngen:trace
func Tried(m *gpt2.Model, log *Log, limit float32) (logits nn.Tensor, sum float32, text string) {
	for i, b := range m.Transformer.H[:2] {
		n, err := tried(b, log, limit)
		if err != nil {
			text += err.Error() + "\n"
			log.Fails = ""
		}
		log.Add("block %d: %.3f", i, n)
		sum += n
	}
	f := m.Transformer.LnF
	f.SetOutput(f.Output().Scale(sum))
	return m.LMHead.Output(), sum, text
}

// Saved has invokes that recover: the others go on.
//
//nngen:trace
func Saved(t *gpt2.Trace, in1, in2 gpt2.Inputs, log *Log, limit float32) (x, y nn.Tensor, sum float32, text string) {
	t.Invoke(in1, func(m *gpt2.Model) {
		defer func() {
			if r := recover(); r != nil {
				text += fmt.Sprintf("first: %v", r)
				sum = -sum
			}
		}()
		log.Pass("first begins")
		h := m.Transformer.H[0].Output()
		sum += h.Norm().Item()
		log.Pass("first is measured")
		m.Transformer.H[0].SetOutput(h.Scale(limit / sum))
		log.Pass("first is written")
		b := m.Transformer.H[1]
		b.SetOutput(b.Output().Neg())
		x = m.LMHead.Output()
		log.Pass("first ends")
	})
	t.Invoke(in2, func(m *gpt2.Model) {
		n, err := tried(m.Transformer.H[1], log, limit)
		y = m.LMHead.Output()
		if err != nil {
			text += err.Error()
			log.Pass("second failed")
		}
		sum += n
		log.Pass("second ends")
	})
	t.Run()
	log.Add("over: %s", text)
	return x, y, sum, text
}
