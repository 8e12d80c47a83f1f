package nn_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	nn "github.com/nngen-go/nngen/runtime"
)

// Runs inside of runs, on threads that the user has locked, twice over.
func TestRunsInsideOfRuns(t *testing.T) {
	s := open(t, "gpt2", "torchscript")
	ids := nn.InvokeInputs{"input_ids": nn.From([]int{1, 2, 3}, 1, 3)}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var outer, inner, raw nn.Tensor
	for range 2 {
		require.NoError(t, nn.Interpret(ctx, s, ids, func(m *gptModel) error {
			m.Transformer.H[0].Output()
			err := nn.Interpret(ctx, s, ids, func(m *gptModel) error {
				m.Transformer.H[1].SetOutput(m.Transformer.H[1].Output().Scale(2))
				inner = m.LMHead.Output()
				return nil
			})
			if err != nil {
				return err
			}
			out, err := s.RunRaw(ctx, ids)
			if err != nil {
				return err
			}
			raw = out[0]
			outer = m.LMHead.Output()
			return nil
		}))
	}
	require.Equal(t, raw.Float32s(), outer.Float32s())
	require.NotEqual(t, raw.Float32s(), inner.Float32s())
}

func TestRecordedSchedule(t *testing.T) {
	s := open(t, "gpt2", "torchscript")
	ids := nn.InvokeInputs{"input_ids": nn.From([]int{1, 2, 3}, 1, 3)}
	var got []nn.Mediator
	recorded := nn.RecordSchedule(ctx, func(m []nn.Mediator) { got = m })
	require.NoError(t, nn.Interpret(recorded, s, ids, func(m *gptModel) error {
		b := m.Transformer.H[0]
		b.SetOutput(b.Output().Scale(2))
		m.LMHead.Output()
		return nil
	}))
	require.Len(t, got, 1)
	var events []nn.Event
	for _, st := range got[0] {
		events = append(events, st.Event)
		require.Equal(t, nn.AllRows, st.Rows)
	}
	require.Equal(t, []nn.Event{nn.Value, nn.Swap, nn.Value, nn.End}, events)
	require.Equal(t, "transformer.h.0.output", got[0][0].At)
	require.Equal(t, got[0][0].Line, got[0][1].Line)
	require.Positive(t, got[0][0].Line)
}
