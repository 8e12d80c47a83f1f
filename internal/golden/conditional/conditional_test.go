package conditional_test

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/conditional/probes"
	nn "github.com/nngen-go/nngen/runtime"
	_ "github.com/nngen-go/nngen/runtime/ort"
)

func open(t testing.TB) *opticks.Session {
	root, err := golden.Root()
	require.NoError(t, err)
	sess, err := opticks.Open(filepath.Join(root, "examples", "demo", "opticks", "opticks.onnx"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	return sess
}

// inputs are rows of ids, seq of them each.
func inputs(rows, seq int) opticks.Inputs {
	ids := make([]int64, rows*seq)
	for i := range ids {
		ids[i] = int64(7+13*i) % 90
	}
	return opticks.Inputs{InputIDs: nn.From(ids, rows, seq)}
}

// pair is a trace as it stands and its compiled form, opened once.
type pair struct {
	t        *testing.T
	sess     *opticks.Session
	trace    reflect.Value
	compiled reflect.Value
}

func newPair(t *testing.T, sess *opticks.Session, trace, compile any) *pair {
	out := reflect.ValueOf(compile).Call([]reflect.Value{reflect.ValueOf(sess)})
	require.Nil(t, out[1].Interface())
	t.Cleanup(func() { out[0].MethodByName("Close").Call(nil) })
	return &pair{t, sess, reflect.ValueOf(trace), out[0]}
}

func values(args []any) []reflect.Value {
	var out []reflect.Value
	for _, a := range args {
		out = append(out, reflect.ValueOf(a))
	}
	return out
}

// run gives what both ways give, as text that is equal only for equal bits.
func (p *pair) run(in opticks.Inputs, args ...any) (compiled, interpreted []string, errC, errI error) {
	res := p.compiled.MethodByName("Run").Call(append(values([]any{context.Background(), in}), values(args)...))
	errC, _ = res[len(res)-1].Interface().(error)
	if errC == nil {
		compiled = texts(res[:len(res)-1])
	}
	errI = p.sess.Interpret(context.Background(), in, func(m *opticks.Model) error {
		res := p.trace.Call(append(values([]any{m}), values(args)...))
		if n := len(res); n > 0 {
			if err, ok := res[n-1].Interface().(error); ok {
				return err
			}
		}
		interpreted = texts(res)
		return nil
	})
	return compiled, interpreted, errC, errI
}

// same requires that both ways agree, and gives what they gave.
func (p *pair) same(in opticks.Inputs, args ...any) []string {
	p.t.Helper()
	c, i, errC, errI := p.run(in, args...)
	require.NoError(p.t, errI, "interpreted %v", args)
	require.NoError(p.t, errC, "compiled %v", args)
	require.Equal(p.t, i, c, "arguments %v", args)
	return c
}

func texts(vals []reflect.Value) []string {
	var out []string
	for _, v := range vals {
		if t, ok := v.Interface().(nn.Tensor); ok && !t.IsZero() {
			out = append(out, fmt.Sprint(t.DType(), t.Shape(), fmt.Sprintf("%x", t.Bytes())))
			continue
		} else if ok {
			out = append(out, "none")
			continue
		}
		out = append(out, fmt.Sprint(v.Interface()))
	}
	return out
}

func TestWhen(t *testing.T) {
	sess := open(t)
	in := inputs(2, 7)
	type args = []any
	cases := []struct {
		name           string
		trace, compile any
		args           []args
	}{
		{"Flag", probes.Flag, probes.CompileFlag, []args{{true, float32(3)}, {false, float32(3)}, {true, float32(0)}}},
		{"Either", probes.Either, probes.CompileEither, []args{{true, float32(3)}, {false, float32(3)}}},
		{"Nested", probes.Nested, probes.CompileNested, []args{{true, true, 2}, {true, false, 2}, {true, false, 5}, {true, true, 1}, {false, true, 2}, {true, false, 1}}},
		{"Position", probes.Position, probes.CompilePosition, []args{{true, 2, float32(4)}, {true, -1, float32(4)}, {false, 99, float32(4)}, {false, 2, float32(4)}}},
		{"Mode", probes.Mode, probes.CompileMode, []args{{"scale", float32(2)}, {"grow", float32(3)}, {"zero", float32(2)}, {"", float32(2)}, {"other", float32(2)}}},
		{"Early", probes.Early, probes.CompileEarly, []args{{true, 0, float32(2)}, {false, 5, float32(2)}, {false, 1, float32(2)}}},
		{"Peek", probes.Peek, probes.CompilePeek, []args{{true, 3}, {true, -2}, {false, 50}}},
		{"Limit", probes.Limit, probes.CompileLimit, []args{{float32(1)}, {float32(40)}, {float32(1e9)}}},
		{"Until", probes.Until, probes.CompileUntil, []args{{float32(1), true}, {float32(40), true}, {float32(40), false}, {float32(60), true}, {float32(1e9), false}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := newPair(t, sess, c.trace, c.compile)
			seen := map[string]bool{}
			for _, a := range c.args {
				seen[fmt.Sprint(p.same(in, a...))] = true
			}
			require.Greater(t, len(seen), 1, "no condition changed anything")
		})
	}
}
