package nn_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	nn "github.com/nngen-go/nngen/runtime"
)

// attnOps is a struct of operations as the generator writes it; Missing is one
// that other modules of the type would have.
type attnOps struct {
	Softmax, MatMul1, Split, Missing nn.Operation
}

// TestOperationsLate: a run that touches an operation in its middle gives what it
// would have given with hooks there from the start. The model begins again, the
// code does not; writes of all kinds are put back: of all rows, of one invoke's,
// at outputs and at inputs.
func TestOperationsLate(t *testing.T) {
	f, err := golden.Open("gpt2")
	require.NoError(t, err)
	s := open(t, "gpt2", "torchscript", nn.Optimize(nn.OptimizeNone))
	runs := 0
	logits := func(early, late bool) (out [2][]float32) {
		touch := func(m *gptModel, layer int) {
			op := nn.Source[attnOps](&m.Transformer.H[layer].Attn.Envoy).Softmax
			op.SetOutput(op.Output())
		}
		require.NoError(t, nn.InterpretTrace(ctx, s, func(tr *nn.Trace) error {
			for i, prefix := range []string{"two_invokes/in0.", "two_invokes/in1."} {
				nn.Invoke(tr, inputs(t, f, s, prefix), func(m *gptModel) {
					runs++
					h := m.Transformer.H
					if early {
						touch(m, 0)
					}
					if i == 1 {
						h[0].MLP.SetInput(h[0].MLP.Input().Neg())
						h[0].SetOutput(h[0].Output().Scale(1.5))
					}
					if late && i == 0 {
						touch(m, 1)
					}
					out[i] = m.LMHead.Output().Float32s()
				})
			}
			nn.Invoke(tr, nil, func(m *gptModel) {
				m.Transformer.WTE.SetOutput(m.Transformer.WTE.Output().Scale(2))
			})
			tr.Run()
			return nil
		}))
		return out
	}
	plain := logits(false, false)
	require.Equal(t, plain, logits(true, false), "touched at once")
	runs = 0
	require.Equal(t, plain, logits(false, true), "touched in mid-run")
	require.Equal(t, 2, runs, "the code of each invoke runs once")
	require.NotEqual(t, plain[0], plain[1][:len(plain[0])])
}

// TestOperationMisuse: what does not exist is said when it is used.
func TestOperationMisuse(t *testing.T) {
	f, err := golden.Open("gpt2")
	require.NoError(t, err)
	s := open(t, "gpt2", "torchscript")
	in := inputs(t, f, s, "raw/in.")
	for want, use := range map[string]func(ops *attnOps, e *nn.Envoy){
		`transformer.h.0.attn has no operation "Missing"; it has Split, Reshape0,`: func(ops *attnOps, _ *nn.Envoy) { ops.Missing.Output() },
		"source.Split has 3 outputs: choose one with OutputAt":                     func(ops *attnOps, _ *nn.Envoy) { ops.Split.Output() },
		"source.Softmax has no output 1: there are 1":                              func(ops *attnOps, _ *nn.Envoy) { ops.Softmax.OutputAt(1) },
		"this operation belongs to no run":                                         func(*attnOps, *nn.Envoy) { nn.Operation{}.Output() },
		`has no operation "Softmx"`: func(_ *attnOps, e *nn.Envoy) {
			_, err := e.Operation("Softmx")
			panic(err)
		},
		"source.Softmax.output was already passed": func(ops *attnOps, _ *nn.Envoy) {
			ops.MatMul1.Output()
			ops.Softmax.Output()
		},
	} {
		err := nn.Interpret(ctx, s, in, func(m *gptModel) error {
			use(nn.Source[attnOps](&m.Transformer.H[0].Attn.Envoy), &m.Transformer.H[0].Attn.Envoy)
			return nil
		})
		require.ErrorContains(t, err, want)
		if strings.Contains(want, "has no ") {
			require.ErrorContains(t, err, "[NN3162]")
		}
	}
	require.NoError(t, nn.Interpret(ctx, s, in, func(m *gptModel) error {
		list := m.Transformer.H[0].Attn.Operations()
		require.Equal(t, "Split", list[0].Name())
		require.Equal(t, "transformer.h.0.attn.source.Split", list[0].Path())
		require.Len(t, list[0].Outputs(), 3)
		ops := nn.Source[attnOps](&m.Transformer.H[0].Attn.Envoy)
		require.Len(t, ops.MatMul1.Inputs(), 2)
		return nil
	}))
}
