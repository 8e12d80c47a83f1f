package nn

import (
	"context"

	"github.com/nngen-go/nngen/runtime/backend"
)

// feed lends tensors to a run; the function gives them back.
func (s *Session) feed(in map[string]Tensor) (map[string]backend.Value, func(), error) {
	values := make(map[string]backend.Value, len(in))
	lent := make([]*handle, 0, len(in))
	giveBack := func() {
		for _, h := range lent {
			h.giveBack()
		}
	}
	for name, t := range in {
		v, err := t.h.borrow(s.back)
		if err != nil {
			giveBack()
			return nil, nil, misuse("", "input %q: %v", name, err)
		}
		lent = append(lent, t.h)
		values[name] = v
	}
	return values, giveBack, nil
}

// run computes outputs of a back-end session from tensors.
func (s *Session) run(ctx context.Context, b backend.Session, in map[string]Tensor, outputs []string, o backend.RunOptions) ([]Tensor, error) {
	values, giveBack, err := s.feed(in)
	if err != nil {
		return nil, err
	}
	defer giveBack()
	results, err := b.Run(ctx, values, outputs, o)
	if err != nil {
		return nil, err
	}
	out := make([]Tensor, len(results))
	for i, v := range results {
		if i < len(o.Into) && o.Into[i] != nil {
			continue // the caller's own
		}
		out[i] = valueTensor(s.back, v)
	}
	return out, nil
}

// RunRaw runs the model as it is and gives the named outputs, all of them if
// none is named. Inputs that have a default (masks, positions, empty caches) may be left out.
func (s *Session) RunRaw(ctx context.Context, in InvokeInputs, outputs ...string) ([]Tensor, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	if s.remote != nil {
		return s.runWhole(ctx, in, outputs)
	}
	b, err := s.info.join([]InvokeInputs{in})
	if err != nil {
		return nil, err
	}
	defer b.release()
	raw, err := s.raw()
	if err != nil {
		return nil, err
	}
	if len(outputs) == 0 {
		for _, o := range raw.Outputs() {
			outputs = append(outputs, o.Name)
		}
	}
	return s.run(ctx, raw, b.inputs, outputs, backend.RunOptions{})
}
