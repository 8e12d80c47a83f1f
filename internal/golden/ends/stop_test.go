package ends_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/ends"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestStop holds stops and results, compiled and interpreted, against nnsight's.
func TestStop(t *testing.T) {
	sess := openLlama(t)
	golden.Run(t, "tracing", sess, []golden.Case{
		{Name: "stop", Trace: ends.Stop, Compile: ends.CompileStop, Results: "h0"},
		{Name: "stop_invokes", Trace: ends.StopInvokes, Compile: ends.CompileStopInvokes, Results: "a b"},
	})
	golden.Run(t, "ends", sess, []golden.Case{
		{Name: "stop_write", Trace: ends.StopWrite, Compile: ends.CompileStopWrite, Results: "h0"},
		{Name: "stop_first", Trace: ends.StopFirst, Compile: ends.CompileStopFirst, Results: "a b"},
		{Name: "stop_norm_off", Trace: ends.StopNorm, Compile: ends.CompileStopNorm, Args: "arg.limit", Results: "h0 logits"},
		{Name: "result", Trace: ends.Results, Compile: ends.CompileResults, Results: "result0 result1"},
	})
}

// TestStopTaken holds runs that stop under a condition to what was collected.
func TestStopTaken(t *testing.T) {
	sess := openLlama(t)
	f, err := golden.Open("ends")
	require.NoError(t, err)
	want, err := f.Array("stop_norm_on/h0")
	require.NoError(t, err)
	for _, c := range []golden.Case{
		{Name: "stop_norm_on", Trace: ends.StopNorm, Compile: ends.CompileStopNorm, Args: "arg.limit"},
	} {
		call := golden.Call{File: f, Sess: sess, Case: c}
		for name, run := range map[string]func() ([]any, error){"compiled": call.Compiled, "interpreted": call.Interpreted} {
			results, err := run()
			require.NoError(t, err, name)
			require.NoError(t, want.Compare(results[0].(nn.Tensor)), name)
			require.True(t, results[1].(nn.Tensor).IsZero(), "%s: what comes after the stop is not there", name)
		}
	}
	in := prompt(t, "ends", "stop_norm_on/")
	when, err := ends.CompileStopWhen(sess)
	require.NoError(t, err)
	defer when.Close()
	for _, flag := range []bool{true, false} {
		h, logits, err := when.Run(t.Context(), in, flag)
		require.NoError(t, err)
		require.NoError(t, want.Compare(h))
		require.Equal(t, flag, logits.IsZero())
	}
}

// TestStopGeneration holds that a stop ends a generation, with the tokens before it.
func TestStopGeneration(t *testing.T) {
	sess := openLlama(t)
	in := prompt(t, "ends", "stop_norm_on/")
	plain, err := sess.Generate(t.Context(), in, nn.MaxNewTokens(3))
	require.NoError(t, err)
	when, err := ends.CompileUntil(sess)
	require.NoError(t, err)
	defer when.Close()
	norm, err := ends.CompileUntilNorm(sess)
	require.NoError(t, err)
	defer norm.Close()
	always, err := ends.CompileStop(sess)
	require.NoError(t, err)
	defer always.Close()
	for _, c := range []struct {
		name string
		stop bool
		run  func() ([][]int64, error)
	}{
		{"never", false, func() ([][]int64, error) { return when.Generate(t.Context(), in, false, nn.MaxNewTokens(3)) }},
		{"at once", true, func() ([][]int64, error) { return when.Generate(t.Context(), in, true, nn.MaxNewTokens(3)) }},
		{"always", true, func() ([][]int64, error) { return always.Generate(t.Context(), in, nn.MaxNewTokens(3)) }},
		{"low limit", true, func() ([][]int64, error) { return norm.Generate(t.Context(), in, 0, nn.MaxNewTokens(3)) }},
		{"high limit", false, func() ([][]int64, error) { return norm.Generate(t.Context(), in, 1e6, nn.MaxNewTokens(3)) }},
		{"interpreted", true, func() ([][]int64, error) {
			return sess.InterpretGenerate(t.Context(), in, func(m *llama.Model) error { ends.Stop(m); return nil }, nn.MaxNewTokens(3))
		}},
	} {
		ids, err := c.run()
		require.NoError(t, err, c.name)
		if c.stop {
			require.Len(t, ids[0], 6, c.name)
		} else {
			require.Equal(t, plain, ids, c.name)
		}
	}
	var ids nn.Tensor
	got, err := sess.InterpretGenerate(t.Context(), in, func(m *llama.Model) error {
		for step := range m.All() {
			h := m.Model.Layers[0].Output()
			if step == 2 {
				m.Stop()
			}
			h.Release()
		}
		return nil
	}, nn.MaxNewTokens(5))
	require.NoError(t, err)
	require.Len(t, got[0], 8, "two tokens were made before the stop")
	got, err = sess.InterpretGenerate(t.Context(), in, func(m *llama.Model) error {
		for range m.All() {
			m.Model.Layers[0].Output()
		}
		ids = m.Result()
		return nil
	}, nn.MaxNewTokens(3))
	require.NoError(t, err)
	require.Equal(t, plain, got)
	require.Equal(t, append(append([]int64{}, plain[0]...), plain[1]...), ids.Ints(), "the result of a generation is its ids")
}

// TestStopCancelled holds that what was collected before a stop is kept when the
// context ends after it.
func TestStopCancelled(t *testing.T) {
	sess := openLlama(t)
	in := prompt(t, "ends", "stop_norm_on/")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var h nn.Tensor
	require.NoError(t, sess.Interpret(ctx, in, func(m *llama.Model) error {
		h = m.Model.Layers[0].Output()
		m.Stop()
		cancel()
		return nil
	}))
	require.False(t, h.IsZero())
}

// TestStopMisuse holds interpreted runs to the errors of stops.
func TestStopMisuse(t *testing.T) {
	sess := openLlama(t)
	in := prompt(t, "ends", "stop_norm_on/")
	err := sess.Interpret(t.Context(), in, func(m *llama.Model) error {
		m.Model.Layers[0].Output()
		m.Stop()
		m.LMHead.Output()
		return nil
	})
	require.Equal(t, "NN3104", codeOf(t, err))
	require.ErrorContains(t, err, "lm_head.output was not reached")
	require.ErrorContains(t, err, "the run is stopped here")
	err = sess.Interpret(t.Context(), in, func(m *llama.Model) error {
		m.Stop()
		m.Model.EmbedTokens.Output()
		return nil
	})
	require.Equal(t, "NN3104", codeOf(t, err))
	err = sess.InterpretTrace(t.Context(), func(tr *llama.Trace) error {
		tr.Invoke(in, func(m *llama.Model) { m.Model.Layers[0].Output(); tr.Stop() })
		tr.Invoke(in, func(m *llama.Model) { m.LMHead.Output() })
		tr.Run()
		return nil
	})
	require.Equal(t, "NN3104", codeOf(t, err), "the other invoke is told")
	err = sess.InterpretTrace(t.Context(), func(tr *llama.Trace) error { tr.Stop(); return nil })
	require.Equal(t, "NN3152", codeOf(t, err))
	err = sess.Interpret(t.Context(), in, func(m *llama.Model) error {
		m.Result()
		m.Model.Layers[0].Output()
		return nil
	})
	require.Equal(t, "NN3101", codeOf(t, err))
}
