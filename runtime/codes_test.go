package nn_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	nn "github.com/nngen-go/nngen/runtime"
)

// TestCodes holds each code of misuse that no other test asks for to the misuse
// that it is about. A panic with the error counts: methods without an error
// result have no other way.
func TestCodes(t *testing.T) {
	s := open(t, "gpt2", "torchscript")
	wide := open(t, "twolinear", "torchscript")
	ids := func() nn.InvokeInputs { return nn.InvokeInputs{"input_ids": nn.From([]int{1, 2, 3}, 1, 3)} }
	one := func(f func(m *gptModel)) error {
		return nn.Interpret(ctx, s, ids(), func(m *gptModel) error { f(m); return nil })
	}
	trace := func(f func(t *nn.Trace)) error {
		return nn.InterpretTrace(ctx, s, func(t *nn.Trace) error { f(t); return nil })
	}
	end := nn.Mediator{{Event: nn.End, Rows: nn.AllRows}}
	plan := func(p *nn.Plan, ins []nn.InvokeInputs, args ...nn.Tensor) error {
		c, err := s.Compile(p)
		require.NoError(t, err)
		defer c.Close()
		_, err = c.Run(ctx, ins, args)
		return err
	}
	vector := nn.Type{DType: nn.Float32, Shape: nn.Shape{"48"}}
	for _, tc := range []struct {
		code string
		run  func() error
	}{
		{"NN3111", func() error { nn.From([]float32{1, 2, 3}, 2, 2); return nil }},
		{"NN3115", func() error { nn.From([]float32{1, 2, 3}).At("first"); return nil }},
		{"NN3120", func() error { return trace(func(t *nn.Trace) { nn.Invoke(t, nil, func(m *gptModel) {}); t.Run() }) }},
		{"NN3122", func() error {
			return nn.Interpret(ctx, s, nn.InvokeInputs{"ids": nn.From([]int{1}, 1, 1)}, func(m *gptModel) error { return nil })
		}},
		{"NN3131", func() error {
			return plan(&nn.Plan{Name: "P", Invokes: []string{"in"}, Mediators: []nn.Mediator{end}, Params: []nn.Param{{Name: "v", Type: vector}}}, []nn.InvokeInputs{ids()}, nn.From([]float32{1}))
		}},
		{"NN3140", func() error {
			c, err := s.Compile(&nn.Plan{Name: "P", Invokes: []string{"a", "b"}, Mediators: []nn.Mediator{end, end}})
			require.NoError(t, err)
			defer c.Close()
			_, err = c.Generate(ctx, ids(), nil)
			return err
		}},
		{"NN3141", func() error {
			_, err := wide.Generate(ctx, nn.InvokeInputs{})
			return err
		}},
		{"NN3150", func() error {
			return trace(func(t *nn.Trace) {
				for range 2 {
					nn.Invoke(t, ids(), func(m *gptModel) {
						wpe, err := m.Get("transformer.wpe")
						if err != nil {
							panic(err)
						}
						wpe.SetOutput(wpe.Output())
					})
				}
				t.Run()
			})
		}},
		{"NN3151", func() error { return trace(func(t *nn.Trace) { nn.Invoke(t, ids(), func(m *gptModel) {}) }) }},
		{"NN3153", func() error { new(nn.Envoy).Output(); return nil }},
		{"NN3154", func() error {
			return one(func(m *gptModel) { m.Transformer.H[0].Call(nn.From([]float32{1, 2}, 1, 2)) })
		}},
		{"NN3155", func() error { return one(func(m *gptModel) { m.LMHead.Weight("bias") }) }},
		{"NN3156", func() error {
			return nn.Interpret(ctx, s, ids(), func(m *gptModel) error { _, err := m.Get("transformer.h.9"); return err })
		}},
		{"NN3190", func() error { _, err := nn.Open(s.Info(), "ftp://127.0.0.1:1/gpt2"); return err }},
	} {
		err := caught(tc.run)
		var e *nn.Error
		require.ErrorAs(t, err, &e, tc.code)
		require.Equal(t, tc.code, e.Code, "%v", err)
		require.Regexp(t, `codes_test\.go|^$`, e.Pos.Filename, tc.code)
	}
}

// caught makes an error of a panic with one.
func caught(f func() error) (err error) {
	defer func() {
		if e, ok := recover().(error); ok {
			err = errors.Join(err, e)
		}
	}()
	return f()
}
