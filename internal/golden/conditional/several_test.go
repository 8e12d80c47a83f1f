package conditional_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/internal/golden/conditional/probes"
	nn "github.com/nngen-go/nngen/runtime"
)

// together requires that a trace of several invokes gives the same both ways.
func (p *pair) together(args ...any) string {
	p.t.Helper()
	res := p.compiled.MethodByName("Run").Call(values(append([]any{context.Background()}, args...)))
	last := len(res) - 1
	require.Nil(p.t, res[last].Interface(), "compiled %v", args)
	var want []reflect.Value
	require.NoError(p.t, p.sess.InterpretTrace(context.Background(), func(tr *opticks.Trace) error {
		want = p.trace.Call(values(append([]any{tr}, args...)))
		return nil
	}), "interpreted %v", args)
	got := listed(res[:last])
	require.Equal(p.t, listed(want), got, "arguments %v", args)
	return fmt.Sprint(got)
}

// listed is texts, with the elements of slices of tensors.
func listed(vals []reflect.Value) []string {
	var out []string
	for _, v := range vals {
		if list, ok := v.Interface().([]nn.Tensor); ok {
			for _, x := range list {
				out = append(out, texts([]reflect.Value{reflect.ValueOf(x)})...)
			}
			continue
		}
		out = append(out, texts([]reflect.Value{v})...)
	}
	return out
}

// TestConditionsOfSeveral runs traces whose invokes use points under conditions:
// compiled, everything comes in the order of the interpreter.
func TestConditionsOfSeveral(t *testing.T) {
	sess := open(t)
	a, b := inputs(1, 6), opticks.Inputs{InputIDs: nn.From([]int64{9, 8, 7, 6, 5, 4}, 1, 6)}
	sometimes := newPair(t, sess, probes.Sometimes, probes.CompileSometimes)
	ahead := newPair(t, sess, probes.ReadAhead, probes.CompileReadAhead)
	both := newPair(t, sess, probes.LimitBoth, probes.CompileLimitBoth)
	either := newPair(t, sess, probes.EitherWay, probes.CompileEitherWay)
	turn := newPair(t, sess, probes.InTurn, probes.CompileInTurn)
	seen := map[string]bool{}
	for _, on := range []bool{true, false} {
		seen[sometimes.together(a, b, on)] = true
		seen[either.together(a, on, float32(0.5))] = true
		for layer := range 4 {
			seen[turn.together(a, b, on, layer)] = true
		}
	}
	for _, limit := range []float32{-1, 1e9} {
		seen[ahead.together(a, limit, float32(3))] = true
	}
	for _, limit := range []float32{0, 30, 60, 120, 1e9} {
		both.together(a, b, limit)
	}
	require.NotEqual(t, both.together(a, b, float32(0)), both.together(a, b, float32(1e9)))
	require.Len(t, seen, 2+2+4+2, "each way gives another result")
}
