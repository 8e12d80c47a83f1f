package nn

import (
	"context"
	"slices"

	"github.com/nngen-go/nngen/modelspec"
)

// decoding is a decode loop over the joined rows of one or several invokes.
type decoding struct {
	s    *Session
	g    *generation
	d    *decoder
	rows []int64 // bounds of each invoke's rows
	made *batch  // the invokes' inputs, joined

	later *Session // held open for the steps after the first
}

// outputs are those of the model that step i gives.
func (l *decoding) outputs(i int) []string { return l.d.phase(i).outputs }

// newDecoding joins the invokes' inputs, once, and prepares the loop.
func (s *Session) newDecoding(ins []InvokeInputs, opts []GenerateOption) (*decoding, error) {
	if err := s.local("Generate of the plain model"); err != nil {
		return nil, err
	}
	g, err := newGeneration(opts)
	if err != nil {
		return nil, err
	}
	l := &decoding{s: s, g: g}
	if later, err := s.next(); later != nil && err == nil {
		if err := later.enter(); err != nil {
			return nil, err
		}
		l.later = later
	}
	if len(ins) == 1 {
		l.d, err = newDecoder(s, ins[0])
	} else {
		err = l.join(ins)
	}
	if err != nil {
		l.release()
		return nil, err
	}
	l.d.sampler = newSampler(g.GenerateSettings, len(l.d.rows))
	return l, nil
}

// join makes the first step's inputs of all invokes those of one prompt. Masks
// and positions are among them, so that filling stays masked in every step; rows
// give the prompts without it.
func (l *decoding) join(ins []InvokeInputs) error {
	info := &l.s.info
	ids, err := info.madeInput()
	if err != nil {
		return err
	}
	b, err := info.join(ins)
	if err != nil {
		return err
	}
	l.made = b
	one := InvokeInputs{}
	for _, want := range info.Inputs {
		if t, ok := b.inputs[want.Name]; ok && want.Role != modelspec.RolePast && want.Class != classUseCache {
			one[want.Name] = t
		}
	}
	if l.d, err = newDecoder(l.s, one); err != nil {
		return err
	}
	l.rows = b.rows
	at := 0
	for _, in := range ins {
		prompt := in[ids.Name]
		if prompt.h == nil {
			continue
		}
		width := int(prompt.h.shape[1])
		for range prompt.h.shape[0] {
			if n := len(l.d.rows[at]); n > width {
				if info.padding.side == padRight {
					return misuse("NN3140", "prompts of different lengths are filled on the right here (nn.PadRight), where a generation goes on: give prompts of one length")
				}
				l.d.rows[at] = slices.Clone(l.d.rows[at][n-width:])
			}
			at++
		}
	}
	return nil
}

// stepper runs the model on the inputs of step i and gives the outputs that the
// step's phase names.
type stepper func(i int, b *batch) ([]Tensor, error)

// run is the loop. Where the context ends it, the tokens until then come with the
// context's error.
func (l *decoding) run(ctx context.Context, step stepper) ([][]int64, error) {
	d := l.d
	defer l.release()
	for i := 0; i < l.g.MaxNewTokens && !d.finished(); i++ {
		if err := ctx.Err(); err != nil {
			return d.rows, err
		}
		out, err := l.step(i, step)
		if err != nil && ctx.Err() != nil {
			return d.rows, err
		}
		if err != nil {
			return nil, err
		}
		if len(out) == 0 { // the run was stopped
			break
		}
		next, err := d.take(out)
		if err != nil {
			return nil, err
		}
		told := d.append(next, l.g.StopTokens)
		if l.g.onToken != nil && !l.g.onToken(i, told) {
			break
		}
	}
	return d.rows, nil
}

// step runs one step on inputs that are released with it.
func (l *decoding) step(i int, step stepper) ([]Tensor, error) {
	b, err := l.s.at(i).info.join([]InvokeInputs{l.d.inputs()})
	if err != nil {
		return nil, err
	}
	defer b.release()
	b.step = i
	if l.rows != nil {
		b.rows = l.rows
	}
	return step(i, b)
}

func (l *decoding) release() {
	if l.d != nil {
		l.d.release()
	}
	if l.made != nil {
		l.made.release()
	}
	if l.later != nil {
		l.later.leave()
	}
}
