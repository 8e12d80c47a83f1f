package nn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	nn "github.com/nngen-go/nngen/runtime"
)

// firstTokens gives the first n tokens of the first row.
func firstTokens(t nn.Tensor, n int) nn.Tensor { return nn.From(t.Ints()[:n], 1, n) }

// position gives a [1, seq, width] tensor at one position of its first row, counted from the end if negative.
func position(t *testing.T, x nn.Tensor, at int) []float32 {
	shape := x.Shape()
	require.Len(t, shape, 3)
	if at < 0 {
		at += shape[1]
	}
	return x.Float32s()[at*shape[2] : (at+1)*shape[2]]
}

// Prompts of different lengths in one batch give what each gives alone, in both
// ways to run: the shorter are padded on the left.
func TestPromptsOfDifferentLengths(t *testing.T) {
	for _, exporter := range []string{"torchscript", "dynamo"} {
		t.Run(exporter, func(t *testing.T) {
			f, s := goldens(t, "llama"), open(t, "llama", exporter)
			ids := array(t, f, "greedy/in.input_ids").Tensor()
			lengths := []int{6, 3, 1}
			var ins []nn.InvokeInputs
			var alone [3][]float32
			for i, n := range lengths {
				ins = append(ins, nn.InvokeInputs{"input_ids": firstTokens(ids, n)})
				out, err := s.RunRaw(ctx, ins[i], "logits")
				require.NoError(t, err)
				alone[i] = position(t, out[0], -1)
			}
			require.NotEqual(t, alone[0], alone[1])

			var got [3]nn.Tensor
			require.NoError(t, nn.InterpretTrace(ctx, s, func(tr *nn.Trace) error {
				for i, in := range ins {
					nn.Invoke(tr, in, func(m *llamaModel) { got[i] = m.LMHead.Output() })
				}
				tr.Run()
				return nil
			}))
			taps := runLogitsPlan(t, s, ins)
			defer taps.Release()
			for i := range lengths {
				require.Equal(t, []int{1, 6}, got[i].Shape()[:2], "the batch is as long as its longest prompt")
				require.InDeltaSlice(t, alone[i], position(t, got[i], -1), 1e-5, "interpreted, invoke %d", i)
				require.InDeltaSlice(t, alone[i], position(t, taps.Tensor(i), -1), 1e-5, "compiled, invoke %d", i)
			}
		})
	}
}

// runLogitsPlan gives the logits of each invoke's rows.
func runLogitsPlan(t *testing.T, s *nn.Session, ins []nn.InvokeInputs) *nn.Taps {
	p := &nn.Plan{Name: "Logits"}
	for i := range ins {
		name := []string{"a", "b", "c"}[i]
		p.Invokes = append(p.Invokes, name)
		p.Nodes = append(p.Nodes, nn.Node{
			Op: "NarrowRows", In: []nn.Ref{nn.ModelTensor("logits"), nn.Arg("nngen.rows")}, Out: []string{name},
			Attrs: map[string]any{"invoke": int64(i), "axis": int64(0), "scale": int64(1)},
		})
		p.Taps = append(p.Taps, nn.Tap{Name: name, Value: nn.Val(name)})
		p.Mediators = append(p.Mediators, nn.Mediator{{Event: nn.End, Rows: i}})
	}
	c, err := s.Compile(p)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	taps, err := c.Run(ctx, ins, nil)
	require.NoError(t, err)
	return taps
}

// A mask and positions that the user gives are continued, not replaced.
func TestPaddingKeepsTheGivenMask(t *testing.T) {
	f, s := goldens(t, "llama"), open(t, "llama", "torchscript")
	ids := array(t, f, "greedy/in.input_ids").Tensor()
	short := nn.InvokeInputs{
		"input_ids": firstTokens(ids, 4), "attention_mask": nn.From([]int64{0, 1, 1, 1}, 1, 4), "position_ids": nn.From([]int64{1, 0, 1, 2}, 1, 4),
	}
	out, err := s.RunRaw(ctx, short, "logits")
	require.NoError(t, err)
	taps := runLogitsPlan(t, s, []nn.InvokeInputs{{"input_ids": firstTokens(ids, 6)}, short})
	defer taps.Release()
	require.InDeltaSlice(t, position(t, out[0], -1), position(t, taps.Tensor(1), -1), 1e-5)
}

// An encoder without positions is padded on the right, when its user says so.
func TestPadRight(t *testing.T) {
	f := goldens(t, "bert")
	ids := array(t, f, "set_attention/in.input_ids").Tensor()
	ins := []nn.InvokeInputs{{"input_ids": firstTokens(ids, 6)}, {"input_ids": firstTokens(ids, 3)}}
	read := func(s *nn.Session) (got [2]nn.Tensor, err error) {
		return got, nn.InterpretTrace(ctx, s, func(tr *nn.Trace) error {
			for i, in := range ins {
				nn.Invoke(tr, in, func(m *anyModel) { got[i] = m.at(t, "encoder.layer.1").Output() })
			}
			tr.Run()
			return nil
		})
	}
	_, err := read(open(t, "bert", "torchscript"))
	require.ErrorContains(t, err, "nn.PadRight")
	require.ErrorContains(t, err, "NN3121")

	s := open(t, "bert", "torchscript", nn.PadRight(0))
	got, err := read(s)
	require.NoError(t, err)
	for i, n := range []int{6, 3} {
		var alone nn.Tensor
		require.NoError(t, nn.Interpret(ctx, s, ins[i], func(m *anyModel) error {
			alone = m.at(t, "encoder.layer.1").Output()
			return nil
		}))
		for at := range n {
			require.InDeltaSlice(t, position(t, alone, at), position(t, got[i], at), 1e-5, "invoke %d position %d", i, at)
		}
	}
}

// A model that cannot be told of padding refuses it.
func TestPaddingRefused(t *testing.T) {
	f, s := goldens(t, "gpt2"), open(t, "gpt2", "torchscript")
	ids := array(t, f, "greedy/in.input_ids").Tensor()
	err := nn.InterpretTrace(ctx, s, func(tr *nn.Trace) error {
		nn.Invoke(tr, nn.InvokeInputs{"input_ids": firstTokens(ids, 6)}, func(m *gptModel) { _ = m.Output() })
		nn.Invoke(tr, nn.InvokeInputs{"input_ids": firstTokens(ids, 5)}, func(m *gptModel) { _ = m.Output() })
		tr.Run()
		return nil
	})
	require.ErrorContains(t, err, "no mask input")
}
