package visits_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/optimum/llama"
	"github.com/nngen-go/nngen/internal/golden/visits"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/serve"
)

// served opens the model of a session by its address.
func served(t *testing.T, s *llama.Session, o serve.Options) *llama.Session {
	far, err := llama.Open(golden.Served(t, s.Session, o))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, far.Close()) })
	return far
}

// plainly gives results that hold tensors as what can be compared.
func plainly(v any) any {
	if x, ok := v.(nn.Tensor); ok {
		return fmt.Sprint(x.DType(), x.Shape(), x.Bytes())
	}
	if c, ok := v.(*llama.Cache); ok {
		var out []any
		for path, e := range c.CacheView.All() {
			out = append(out, path, plainly(e.Outputs), plainly(e.Inputs))
		}
		return out
	}
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Slice && r.Kind() != reflect.Array {
		return v
	}
	var out []any
	for i := range r.Len() {
		out = append(out, plainly(r.Index(i).Interface()))
	}
	return out
}

// remotely holds a trace over decoding steps where the model is another
// process's to what it gives in this one, generation by generation and in a run.
func remotely(t *testing.T, name string, near, far *llama.Session, compile any, args ...any) {
	t.Run(name, func(t *testing.T) {
		var results [2][]any
		for i, s := range []*llama.Session{near, far} {
			made := reflect.ValueOf(compile).Call([]reflect.Value{reflect.ValueOf(s)})
			require.Nil(t, made[1].Interface())
			generate := made[0].MethodByName("Generate")
			for _, opts := range [][]nn.GenerateOption{
				{nn.MaxNewTokens(steps)},
				{nn.MaxNewTokens(steps + 2), nn.Temperature(2), nn.Seed(3)},
				{nn.MaxNewTokens(steps), nn.OnToken(func(step int, _ []int64) bool { return step < 3 })},
			} {
				in := []reflect.Value{reflect.ValueOf(ctx)}
				for _, a := range args {
					in = append(in, reflect.ValueOf(a))
				}
				for _, o := range opts {
					in = append(in, reflect.ValueOf(o))
				}
				out := generate.Call(in)
				require.Nil(t, out[len(out)-1].Interface())
				for _, one := range out {
					results[i] = append(results[i], plainly(one.Interface()))
				}
			}
			in := []reflect.Value{reflect.ValueOf(ctx)}
			for _, a := range args {
				in = append(in, reflect.ValueOf(a))
			}
			out := made[0].MethodByName("Run").Call(in)
			failed := !out[len(out)-1].IsNil()
			results[i] = append(results[i], failed)
			for _, one := range out[:len(out)-1] {
				if !failed {
					results[i] = append(results[i], plainly(one.Interface()))
				}
			}
			made[0].MethodByName("Close").Call(nil)
		}
		require.Equal(t, results[0], results[1])
	})
}

// TestRemote runs traces over decoding steps on a model behind a socket: the Go
// around the steps stays here.
func TestRemote(t *testing.T) {
	f, s := open(t)
	far := served(t, s, serve.Options{})
	in, v := given(t, f, "all/in."), array(t, f, "all/arg.v").Tensor()
	for name, compile := range map[string]any{
		"range": visits.CompileIterRange, "list": visits.CompileIterList, "one": visits.CompileIterOne, "from": visits.CompileIterFrom,
		"all": visits.CompileIterAll, "none": visits.CompileNoIter, "twice": visits.CompileIterTwice, "nested": visits.CompileNested,
		"left": visits.CompileLeft, "next": visits.CompileOneByOne, "stop": visits.CompileStopAt, "kept": visits.CompileKept,
	} {
		remotely(t, name, s, far, compile, in, v)
	}
	remotely(t, "bounds", s, far, visits.CompileIterBounds, in, v, 1, 3)
	remotely(t, "layers", s, far, visits.CompileLayers, in, 0)
	remotely(t, "stop by a parameter", s, far, visits.CompileStopWhen, in, v, 2)
	remotely(t, "result", s, far, visits.CompileStopResult, in, 9)
	one, two := given(t, f, "iter_invokes/in0."), given(t, f, "iter_invokes/in1.")
	remotely(t, "invokes", s, far, visits.CompileIterInvokes, one, two, v)
	remotely(t, "ids", s, far, visits.CompileIDs, one, two, v)
	remotely(t, "kept by invokes", s, far, visits.CompileKeptByInvokes, one, two, v)
	short := llama.Inputs{InputIDs: one.InputIDs.At(nn.All, nn.RangeFrom(2))}
	remotely(t, "padded", s, far, visits.CompileIterInvokes, short, two, v)
	remotely(t, "barrier", s, far, visits.CompileBarrierGenerate, given(t, f, "barrier_generate/in0."), given(t, f, "barrier_generate/in1."))
}

// TestRemoteSteps: what one step left another takes, ends are what they are here,
// and errors of Go around the steps are told as they are.
func TestRemoteSteps(t *testing.T) {
	f, s := open(t)
	far := served(t, s, serve.Options{})
	in, v := given(t, f, "all/in."), array(t, f, "all/arg.v").Tensor()

	_, err := visits.CompileLimited(far)
	require.ErrorContains(t, err, "NN3170", "Go in mid-run is no data")

	stopped, err := visits.CompileStopResult(far)
	require.NoError(t, err)
	defer stopped.Close()
	_, logits, _, err := stopped.Generate(ctx, in, 1, nn.MaxNewTokens(steps))
	require.ErrorContains(t, err, "model.result was not reached")
	require.Len(t, logits, 2)
	_, _, err = stopped.Run(ctx, in, 0)
	require.ErrorContains(t, err, "model.result was not reached")

	bounds, err := visits.CompileIterBounds(far)
	require.NoError(t, err)
	defer bounds.Close()
	_, _, err = bounds.Generate(ctx, in, v, -1, 2, nn.MaxNewTokens(steps))
	require.ErrorContains(t, err, "visit -1: visits count from 0")
	_, _, err = bounds.Generate(ctx, in, v, 3, 6, nn.MaxNewTokens(steps))
	require.ErrorContains(t, err, "visit 5 is past the end: the last one is 4")

	all, err := visits.CompileIterAll(far)
	require.NoError(t, err)
	defer all.Close()
	stopping, cancel := context.WithCancel(ctx)
	defer cancel()
	ids, h1, err := all.Generate(stopping, in, v, nn.MaxNewTokens(steps), nn.OnToken(func(step int, _ []int64) bool {
		if step == 2 {
			cancel()
		}
		return true
	}))
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, h1, 3)
	require.Len(t, ids[0], 6+3)
	h1, err = all.Run(ctx, in, v)
	require.NoError(t, err)
	require.NoError(t, array(t, f, "all/h1_0").Compare(h1[0]))
	_, _, err = all.Generate(ctx, in, nn.From(make([]float32, 7)), nn.MaxNewTokens(steps))
	require.ErrorContains(t, err, "NN3114")
	one, err := visits.CompileIterOne(far)
	require.NoError(t, err)
	defer one.Close()
	_, err = one.Run(ctx, in, v)
	require.ErrorContains(t, err, "visit 2 is past the end: the last one is 0")
}

// TestRemoteForgotten: a server that keeps few plans is sent them again, also
// where arguments come step by step.
func TestRemoteForgotten(t *testing.T) {
	f, s := open(t)
	far := served(t, s, serve.Options{Plans: 1})
	in, v := given(t, f, "all/in."), array(t, f, "all/arg.v").Tensor()
	all, err := visits.CompileIterAll(far)
	require.NoError(t, err)
	some, err := visits.CompileIterRange(far)
	require.NoError(t, err)
	for range 2 {
		_, h, err := all.Generate(ctx, in, v, nn.MaxNewTokens(steps))
		require.NoError(t, err)
		require.Len(t, h, steps)
		_, h, err = some.Generate(ctx, in, v, nn.MaxNewTokens(steps))
		require.NoError(t, err)
		require.Len(t, h, 2)
	}
}
