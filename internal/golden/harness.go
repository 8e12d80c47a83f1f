package golden

import (
	"context"
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
	// Attached are the parameters that are attachments, in their order: Compile takes them.
	Attached []any
	Results  string // goldens of the results, space-separated
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
			call := Call{File: f, Sess: sess, Case: c}
			for name, run := range map[string]func() ([]any, error){"compiled": call.Compiled, "interpreted": call.Interpreted} {
				t.Run(name, func(t *testing.T) {
					results, err := run()
					require.NoError(t, err)
					require.NoError(t, call.Check(results))
				})
			}
		})
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
			call := Call{File: f, Sess: sess, Case: Case{Name: c.golden, Args: c.args}}
			greedy(t, call, c.generate().MethodByName("Generate"))
		})
	}
}

func compile(t *testing.T, fn any, sess reflect.Value) reflect.Value {
	out := reflect.ValueOf(fn).Call([]reflect.Value{sess})
	require.NoError(t, asError(out[1]))
	t.Cleanup(func() { out[0].MethodByName("Close").Call(nil) })
	return out[0]
}

func greedy(t *testing.T, c Call, generate reflect.Value) {
	want, err := c.File.Array(c.Case.Name + "/ids")
	require.NoError(t, err)
	steps := want.Shape[1]
	args := []reflect.Value{reflect.ValueOf(context.Background()), c.inputs(generate.Type().In(1), "in.")}
	for i, name := range strings.Fields(c.Case.Args) {
		arg, err := c.arg(generate.Type().In(2+i), name)
		require.NoError(t, err)
		args = append(args, arg)
	}
	args = append(args, reflect.ValueOf(nn.MaxNewTokens(steps)), reflect.ValueOf(nn.Greedy()))
	res := generate.Call(args)
	require.NoError(t, asError(res[1]))
	for row, ids := range res[0].Interface().([][]int64) {
		require.Equal(t, want.Ints[row*steps:(row+1)*steps], ids[len(ids)-steps:], "row %d", row)
	}
}
