package badinput

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/cli"
	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/ort"
)

var ctx = context.Background()

// childVariable makes this test program be something else: nngen, or one that
// opens models, so that what kills a process fails a test and does not end it.
const childVariable = "NNGEN_BADINPUT_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childVariable) {
	case "nngen":
		os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
	case "models":
		os.Exit(tryModels(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// child is this program as another one, in a folder.
func child(t *testing.T, as, dir string, args ...string) *exec.Cmd {
	program, err := os.Executable()
	require.NoError(t, err)
	c := exec.Command(program, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), childVariable+"="+as)
	if os.Getenv("NNGEN_ONNXRUNTIME") == "" { // dir is outside of the project
		lib, err := findLibrary()
		require.NoError(t, err)
		c.Env = append(c.Env, "NNGEN_ONNXRUNTIME="+lib)
	}
	return c
}

// nngen runs the tool in a folder and gives its exit code and what it printed.
func nngen(t *testing.T, dir string, args ...string) (code int, out string) {
	t.Helper()
	return finish(t, child(t, "nngen", dir, args...))
}

func finish(t *testing.T, c *exec.Cmd) (code int, out string) {
	t.Helper()
	var text bytes.Buffer
	c.Stdout, c.Stderr = &text, &text
	err := c.Run()
	exit, failed := err.(*exec.ExitError)
	require.True(t, err == nil || failed, "%v", err)
	if failed {
		code = exit.ExitCode()
	}
	require.NotEqual(t, -1, code, "killed by a signal: %s", text.String())
	clear(t, text.String())
	return code, text.String()
}

// clear holds that a message is one: no panic, no trace of the stack.
func clear(t *testing.T, message string) {
	t.Helper()
	for _, bad := range []string{"panic", "goroutine ", "runtime error", "SIGSEGV", "%!"} {
		require.NotContains(t, message, bad)
	}
}

// write marshals a model into a folder.
func write(t *testing.T, dir, name string, m *onnx.Model) string {
	t.Helper()
	data, err := onnx.Marshal(m)
	require.NoError(t, err)
	path := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

func newModel(g *onnx.Graph, opsets ...onnx.Opset) *onnx.Model {
	return &onnx.Model{IR: 8, Opsets: append([]onnx.Opset{{Version: 17}}, opsets...), Graph: g}
}

func sized(dims ...any) []onnx.Dim {
	out := []onnx.Dim{}
	for _, d := range dims {
		switch d := d.(type) {
		case int:
			out = append(out, onnx.Dim{Size: int64(d)})
		case string:
			out = append(out, onnx.Dim{Size: -1, Param: d})
		}
	}
	return out
}

func value(name string, d tensor.DType, dims ...any) *onnx.ValueInfo {
	return onnx.NewValue(name, d, sized(dims...)...)
}

// weight is a constant whose elements are small and differ.
func weight(t *testing.T, name string, d tensor.DType, dims ...int64) *onnx.Tensor {
	t.Helper()
	n := int64(1)
	for _, x := range dims {
		n *= x
	}
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(i*7%11)/11 - 0.4
		if !d.IsFloat() {
			v[i] = float32(i * 7 % 11)
		}
	}
	w, err := onnx.NewTensor(name, d, dims, v)
	require.NoError(t, err)
	return w
}

func fixture(t testing.TB, net, exporter string) *golden.Fixture {
	return golden.NewFixture(t, golden.Model(t, net, exporter))
}

// quiet stands for a test where there is none, in a child.
type quiet struct{ testing.TB }

func (quiet) Helper()                   {}
func (quiet) Errorf(f string, a ...any) { fmt.Printf(f+"\n", a...) }
func (quiet) FailNow()                  { os.Exit(3) }
func (quiet) Name() string              { return "child" }

func findLibrary() (string, error) {
	lib, err := ort.Find()
	return lib.Path, err
}

// tryModels opens each file as if it were the fixture that args[0] names, runs it
// plain, compiled and interpreted, and tells how that ended.
func tryModels(args []string) int {
	net, exporter, _ := strings.Cut(args[0], "/")
	f := golden.NewFixture(quiet{}, golden.Model(quiet{}, net, exporter))
	in := f.Inputs(quiet{})
	for _, path := range args[1:] {
		fmt.Printf("begin %s\n", path)
		err := tryModel(f, path, in)
		fmt.Printf("end %s %s\n", path, strings.ReplaceAll(fmt.Sprint(err), "\n", " "))
	}
	return 0
}

func tryModel(f *golden.Fixture, path string, in nn.InvokeInputs) error {
	s, err := nn.Open(f.Info(), path)
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.RunRaw(ctx, in); err != nil {
		return err
	}
	c, err := s.Compile(tap(f))
	if err != nil {
		return err
	}
	if _, err := c.Run(ctx, []nn.InvokeInputs{in}, nil); err != nil {
		return err
	}
	return nn.Interpret(ctx, s, in, func(m *golden.Points) error { m.Output(); return nil })
}

// tap is a plan that reads the model's first output.
func tap(f *golden.Fixture) *nn.Plan {
	return &nn.Plan{
		Name: "Tap", Model: f.Spec.Fingerprint, Invokes: []string{"m"}, Tensors: f.Types(),
		Taps:      []nn.Tap{{Name: "out", Value: nn.ModelTensor(f.Spec.Outputs[0].Name)}},
		Mediators: []nn.Mediator{{{Event: nn.End, Rows: nn.AllRows}}},
	}
}
