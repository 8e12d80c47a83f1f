package nn

import "context"

// InterpretGenerate interprets f at every step of a decode loop over one invoke.
func InterpretGenerate[M any](ctx context.Context, s *Session, in InvokeInputs, f func(m *M) error, opts ...GenerateOption) ([][]int64, error) {
	outputs, err := s.info.generates()
	if err != nil {
		return nil, err
	}
	return s.generate(ctx, in, opts, func(ctx context.Context, in InvokeInputs) ([]Tensor, error) {
		return interpretOnce(ctx, s, in, f, outputs)
	})
}
