package hooks_test

import (
	"context"
	"reflect"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/hooks"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

func open(t testing.TB) *gpt2.Session {
	sess, err := gpt2.Open(golden.Model(t, "gpt2", "torchscript"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	return sess
}

func prompt(ids ...int64) gpt2.Inputs {
	return gpt2.Inputs{InputIDs: nn.From(ids, 1, len(ids))}
}

var text = prompt(5, 9, 33, 2)

// outcome is what a trace gave: its results, tensors as their elements, and its error.
type outcome struct {
	results []any
	err     error
}

// folders are those of files in an error's text: compiled code knows files by their names.
var folders = regexp.MustCompile(`/[^ :]*/`)

// run runs a trace both ways, with arguments made anew for each, and holds the
// results and errors against each other. It gives what the compiled one gave.
func run(t *testing.T, sess *gpt2.Session, trace, compile any, args func() []any) outcome {
	t.Helper()
	c := compiled(t, sess, compile)
	got := outcomeOf(c.MethodByName("Run").Call(values(append([]any{context.Background(), text}, args()...))), true)
	want := interpreted(sess, text, trace, args())
	if want.err != nil || got.err != nil {
		require.Error(t, want.err, "compiled: %v", got.err)
		require.Error(t, got.err, "interpreted: %v", want.err)
		require.Equal(t, folders.ReplaceAllString(want.err.Error(), ""), folders.ReplaceAllString(got.err.Error(), ""))
		return got
	}
	require.Equal(t, len(want.results), len(got.results))
	for i := range want.results {
		require.Equal(t, want.results[i], got.results[i], "result %d", i)
	}
	return got
}

func compiled(t testing.TB, sess *gpt2.Session, compile any) reflect.Value {
	t.Helper()
	out := reflect.ValueOf(compile).Call(values([]any{sess}))
	err, _ := out[1].Interface().(error)
	require.NoError(t, err)
	t.Cleanup(func() { out[0].MethodByName("Close").Call(nil) })
	return out[0]
}

func interpreted(sess *gpt2.Session, in gpt2.Inputs, trace any, args []any) (o outcome) {
	fn := reflect.ValueOf(trace)
	hasErr := fn.Type().NumOut() > 0 && fn.Type().Out(fn.Type().NumOut()-1) == reflect.TypeFor[error]()
	err := sess.Interpret(context.Background(), in, func(m *gpt2.Model) error {
		o = outcomeOf(fn.Call(values(append([]any{m}, args...))), hasErr)
		return o.err
	})
	o.err = err
	return o
}

func values(args []any) []reflect.Value {
	out := make([]reflect.Value, len(args))
	for i, a := range args {
		out[i] = reflect.ValueOf(a)
	}
	return out
}

func outcomeOf(list []reflect.Value, hasErr bool) (o outcome) {
	if hasErr {
		o.err, _ = list[len(list)-1].Interface().(error)
		list = list[:len(list)-1]
	}
	for _, v := range list {
		o.results = append(o.results, plain(v.Interface()))
	}
	return o
}

// plain makes tensors comparable.
func plain(v any) any {
	x, ok := v.(nn.Tensor)
	switch {
	case !ok:
		return v
	case x.IsZero():
		return "no tensor"
	case x.DType() == nn.Float32:
		return x.Float32s()
	}
	return x.Bytes()
}

func none() []any { return nil }

func with(args ...any) func() []any { return func() []any { return args } }

func TestNormed(t *testing.T) {
	sess := open(t)
	one := run(t, sess, hooks.Normed, hooks.CompileNormed, with(float32(1)))
	two := run(t, sess, hooks.Normed, hooks.CompileNormed, with(float32(40)))
	require.NotEqual(t, one.results[0], two.results[0], "the scale does nothing")
}

// TestLogged: effects come in the order of the program, and all of them.
func TestLogged(t *testing.T) {
	sess := open(t)
	var logs []*hooks.Log
	run(t, sess, hooks.Logged, hooks.CompileLogged, func() []any {
		logs = append(logs, &hooks.Log{})
		return []any{logs[len(logs)-1]}
	})
	require.Len(t, logs, 2)
	require.Len(t, logs[0].Lines, 5)
	require.Equal(t, logs[1], logs[0])
}

func TestMade(t *testing.T) {
	run(t, open(t), hooks.Made, hooks.CompileMade, none)
}

// TestSized: what only mid-run tells of a size is checked there, as interpreted.
func TestSized(t *testing.T) {
	sess := open(t)
	for _, size := range []int{1, 48} {
		require.NoError(t, run(t, sess, hooks.Sized, hooks.CompileSized, with(size)).err)
	}
	c := compiled(t, sess, hooks.CompileSized)
	got := outcomeOf(c.MethodByName("Run").Call(values([]any{context.Background(), text, 5})), true)
	require.ErrorContains(t, got.err, "hooks.go")
	require.Error(t, interpreted(sess, text, hooks.Sized, []any{5}).err)
}
