package golden

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	nn "github.com/nngen-go/nngen/runtime"
)

// Case is one trace function with the golden that it has to reproduce.
type Case struct {
	Name    string // of the golden case
	Trace   any    // the trace function itself, to be interpreted
	Compile any    // its generated CompileX
	Args    string // goldens of the parameters after the inputs, space-separated
	Results string // goldens of the results, space-separated
}

// Options are the session options for golden runs: basic optimisation, because
// two differently spliced graphs are fused differently above it.
func Options() []nn.Option {
	return []nn.Option{nn.Optimize(nn.OptimizeBasic), nn.Threads(1)}
}

// NeedsWebGPU skips a test that is not run by make test-webgpu, which sets up a
// driver. The provider must be there then: a run without it fails.
func NeedsWebGPU(t *testing.T) {
	if os.Getenv("NNGEN_TEST_WEBGPU") == "" {
		t.Skip("run by make test-webgpu")
	}
}

// Pick gives the cases of the given names: shaders take seconds to build, so
// that a device does not run them all.
func Pick(t *testing.T, cases []Case, names ...string) []Case {
	var out []Case
	for _, c := range cases {
		if slices.Contains(names, c.Name) {
			out = append(out, c)
		}
	}
	require.Len(t, out, len(names), "a picked case does not exist")
	return out
}

// Model is the path of a fixture, "gpt2", "dynamo" for testdata/models/gpt2/dynamo.onnx.
func Model(t testing.TB, net, exporter string) string {
	root, err := Root()
	require.NoError(t, err)
	return filepath.Join(root, "testdata", "models", net, exporter+".onnx")
}

// Run holds every case compiled and interpreted against its golden. sess is the
// accessor package's *Session.
func Run(t *testing.T, net string, sess any, cases []Case) {
	f, err := Open(net)
	require.NoError(t, err)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			r := runner{t: t, file: f, sess: reflect.ValueOf(sess), c: c}
			t.Run("compiled", func(t *testing.T) { r.t = t; r.check(r.compiled()) })
			t.Run("interpreted", func(t *testing.T) { r.t = t; r.check(r.interpreted()) })
		})
	}
}

// runner carries out one case by reflection: the typed forms differ from case
// to case, what has to hold does not.
type runner struct {
	t    *testing.T
	file *File
	sess reflect.Value
	c    Case
}

func (r *runner) check(results []reflect.Value) {
	names := strings.Fields(r.c.Results)
	require.Len(r.t, results, len(names), "results of the trace")
	for i, name := range names {
		want, err := r.file.Array(r.c.Name + "/" + name)
		require.NoError(r.t, err)
		got, ok := results[i].Interface().(nn.Tensor)
		require.True(r.t, ok, "%s is no tensor", name)
		require.False(r.t, got.IsZero(), "%s was never set", name)
		require.NoError(r.t, want.Compare(got), name)
	}
	for _, v := range results { // two reads of one value may be one tensor
		v.Interface().(nn.Tensor).Release()
	}
}

// compiled runs the generated code.
func (r *runner) compiled() []reflect.Value {
	out := reflect.ValueOf(r.c.Compile).Call([]reflect.Value{r.sess})
	r.noError(out[1])
	defer out[0].MethodByName("Close").Call(nil)
	run := out[0].MethodByName("Run")
	args := []reflect.Value{reflect.ValueOf(context.Background())}
	trace := reflect.TypeOf(r.c.Trace)
	if !r.several() {
		args = append(args, r.inputs(run.Type().In(1), "in."))
	}
	args = append(args, r.args(trace)...)
	res := run.Call(args)
	r.noError(res[len(res)-1])
	return res[:len(res)-1]
}

// interpreted runs the user's function as it stands.
func (r *runner) interpreted() []reflect.Value {
	fn := reflect.ValueOf(r.c.Trace)
	method := "Interpret"
	if r.several() {
		method = "InterpretTrace"
	}
	interpret := r.sess.MethodByName(method)
	args := []reflect.Value{reflect.ValueOf(context.Background())}
	if !r.several() {
		args = append(args, r.inputs(interpret.Type().In(1), "in."))
	}
	var results []reflect.Value
	body := interpret.Type().In(interpret.Type().NumIn() - 1)
	args = append(args, reflect.MakeFunc(body, func(in []reflect.Value) []reflect.Value {
		results = fn.Call(append(in, r.args(fn.Type())...))
		return []reflect.Value{reflect.Zero(body.Out(0))}
	}))
	r.noError(interpret.Call(args)[0])
	return results
}

// several reports whether the trace function takes a *Trace and its inputs as parameters.
func (r *runner) several() bool {
	return reflect.TypeOf(r.c.Trace).In(0).Elem().Name() == "Trace"
}

// args gives the function's parameters after the first: inputs of the invokes, then goldens.
func (r *runner) args(fn reflect.Type) []reflect.Value {
	var out []reflect.Value
	names := strings.Fields(r.c.Args)
	invoke := 0
	for i := 1; i < fn.NumIn(); i++ {
		in := fn.In(i)
		if in.Name() == "Inputs" {
			out = append(out, r.inputs(in, fmt.Sprintf("in%d.", invoke)))
			invoke++
			continue
		}
		require.NotEmpty(r.t, names, "the case names too few goldens for the parameters")
		out = append(out, r.arg(in, names[0]))
		names = names[1:]
	}
	return out
}

func (r *runner) arg(t reflect.Type, name string) reflect.Value {
	a, err := r.file.Array(r.c.Name + "/" + name)
	require.NoError(r.t, err)
	switch t.Kind() {
	case reflect.Float32, reflect.Float64:
		return reflect.ValueOf(a.Floats[0]).Convert(t)
	case reflect.Int, reflect.Int64:
		return reflect.ValueOf(a.Ints[0]).Convert(t)
	}
	return reflect.ValueOf(a.Tensor())
}

// inputs fills an Inputs struct: its fields are tagged with the model's input names.
func (r *runner) inputs(t reflect.Type, prefix string) reflect.Value {
	v := reflect.New(t).Elem()
	for i := range t.NumField() {
		name := t.Field(i).Tag.Get("nn")
		if a, err := r.file.Array(r.c.Name + "/" + prefix + name); err == nil {
			v.Field(i).Set(reflect.ValueOf(a.Tensor()))
		}
	}
	return v
}

func (r *runner) noError(v reflect.Value) {
	if err, ok := v.Interface().(error); ok {
		require.NoError(r.t, err)
	}
}

// Greedy holds the new tokens of a decode loop against the reference: the plain
// model, a trace that changes nothing, and one that steers at each step.
func Greedy(t *testing.T, net string, sess, raw, steer any) {
	f, err := Open(net)
	require.NoError(t, err)
	s := reflect.ValueOf(sess)
	for _, c := range []struct {
		name, golden, args string
		generate           func() reflect.Value
	}{
		{"model", "greedy", "", func() reflect.Value { return s }},
		{"raw trace", "greedy", "", func() reflect.Value { return compile(t, raw, s) }},
		{"steered", "greedy_steer", "arg.v arg.alpha", func() reflect.Value { return compile(t, steer, s) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := runner{t: t, file: f, sess: s, c: Case{Name: c.golden, Args: c.args}}
			r.greedy(c.generate().MethodByName("Generate"))
		})
	}
}

func compile(t *testing.T, fn any, sess reflect.Value) reflect.Value {
	out := reflect.ValueOf(fn).Call([]reflect.Value{sess})
	if err, ok := out[1].Interface().(error); ok {
		require.NoError(t, err)
	}
	t.Cleanup(func() { out[0].MethodByName("Close").Call(nil) })
	return out[0]
}

func (r *runner) greedy(generate reflect.Value) {
	want, err := r.file.Array(r.c.Name + "/ids")
	require.NoError(r.t, err)
	steps := want.Shape[1]
	args := []reflect.Value{reflect.ValueOf(context.Background()), r.inputs(generate.Type().In(1), "in.")}
	for i, name := range strings.Fields(r.c.Args) {
		args = append(args, r.arg(generate.Type().In(2+i), name))
	}
	args = append(args, reflect.ValueOf(nn.MaxNewTokens(steps)), reflect.ValueOf(nn.Greedy()))
	res := generate.Call(args)
	r.noError(res[1])
	for row, ids := range res[0].Interface().([][]int64) {
		require.Equal(r.t, want.Ints[row*steps:(row+1)*steps], ids[len(ids)-steps:], "row %d", row)
	}
}
