package golden

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/ast"
	"github.com/nngen-go/nngen/gen"
	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/modelspec"
	nn "github.com/nngen-go/nngen/runtime"
)

// compileAll compiles Go text for fixtures as nngen generate would, without
// writing a file; net is the accessor package.
func compileAll(t *testing.T, source map[*Fixture]string) map[*Fixture]map[string]*ast.Trace {
	root, err := Root()
	require.NoError(t, err)
	const base = "internal/golden/fixture/"
	given := map[string]ast.AccessorPackage{"example.com/in-memory": {Attached: map[string][]byte{}}}
	var patterns []string
	owner := map[string]*Fixture{}
	for f, text := range source {
		name := strings.ReplaceAll(f.Name(), "/", "_")
		acc, err := gen.Accessors(f.Spec, "net", "net.nnspec.yaml")
		require.NoError(t, err)
		net := "github.com/nngen-go/nngen/" + base + name
		given[net] = ast.AccessorPackage{Dir: filepath.Join(root, base, name), Spec: f.Spec, SpecFile: f.Path, Source: acc}
		file := filepath.Join(root, base, name, "calls", "calls.go")
		given["example.com/in-memory"].Attached[file] = []byte("package calls\n\nimport (\n\tnet \"" + net + "\"\n\tnn \"github.com/nngen-go/nngen/runtime\"\n)\n\n" + text)
		patterns = append(patterns, "./"+base+name+"/calls")
		owner[file] = f
	}
	prog, diags := ast.Load(root, patterns, given)
	require.Empty(t, diags)
	list, diags := ast.Compile(prog)
	require.Empty(t, diags)
	out := map[*Fixture]map[string]*ast.Trace{}
	for _, tr := range list {
		f := owner[tr.File]
		if out[f] == nil {
			out[f] = map[string]*ast.Trace{}
		}
		out[f][tr.Func] = tr
	}
	return out
}

// callable are the modules with a known input and output.
func callable(f *Fixture) []*modelspec.Module {
	var out []*modelspec.Module
	for _, m := range f.Spec.Modules {
		if m.Absent == "" && one(m.Inputs, modelspec.RoleInput) && one(m.Outputs, modelspec.RoleOutput) {
			out = append(out, m)
		}
	}
	return out
}

func one(list []*modelspec.Point, role modelspec.Role) bool {
	for _, p := range list {
		if p.Role == role && p.Absent == "" && p.Visit == 0 {
			return true
		}
	}
	return false
}

// TestCallEveryModule calls every module of every fixture on its own input: that
// gives its own output, compiled and interpreted.
func TestCallEveryModule(t *testing.T) {
	source := map[*Fixture]string{}
	for _, f := range Fixtures(t) {
		source[f] = callAll(f, callable(f))
	}
	compiled := compileAll(t, source)
	for f := range source {
		t.Run(f.Name(), func(t *testing.T) {
			calls := callable(f)
			require.Greater(t, len(calls), 3)
			sess := f.Open(t, Options()...)
			taps := runTrace(t, sess, compiled[f]["T"], f.Inputs(t))
			live, err := callInterpreted(f, calls, sess, f.Inputs(t))
			require.NoError(t, err)
			for i, m := range calls {
				own, called := taps[2*i], taps[2*i+1]
				require.NoError(t, closeTensors(called, own), "%s compiled", m.Path)
				require.NoError(t, closeTensors(live[m][1], live[m][0]), "%s interpreted", m.Path)
				require.NoError(t, closeTensors(called, live[m][1]), "%s compiled and interpreted", m.Path)
			}
		})
	}
}

// runTrace runs a trace of one invoke and gives its results.
func runTrace(t *testing.T, s *nn.Session, tr *ast.Trace, in nn.InvokeInputs) []nn.Tensor {
	c, err := s.Compile(tr.Plan)
	require.NoError(t, err)
	defer c.Close()
	taps, err := c.Run(ctx, []nn.InvokeInputs{in}, nil)
	require.NoError(t, err)
	var out []nn.Tensor
	for _, r := range tr.Results {
		out = append(out, taps.Tensor(r.Tap))
	}
	return out
}

// callAll is a trace function that calls all of the modules, each as soon as its output is there.
func callAll(f *Fixture, list []*modelspec.Module) string {
	var results, gets, body []string
	number := map[*modelspec.Module]int{}
	for i, m := range list {
		results = append(results, fmt.Sprintf("own%d, called%d", i, i))
		gets = append(gets, fmt.Sprintf("x%d, _ := m.Get(%q)", i, m.Path))
		number[m] = i
	}
	inTime(f, func(m *modelspec.Module, side modelspec.Side) {
		i, ok := number[m]
		switch {
		case ok && side == modelspec.SideInput:
			body = append(body, fmt.Sprintf("in%d := x%d.Input()", i, i))
		case ok:
			body = append(body, fmt.Sprintf("own%d = x%d.Output()", i, i), fmt.Sprintf("called%d = x%d.Call(in%d)", i, i, i))
		}
	})
	return "//nngen:trace\nfunc T(m *net.Model) (" + strings.Join(results, ", ") + " nn.Tensor) {\n\t" +
		strings.Join(append(gets, body...), "\n\t") + "\n\treturn " + strings.Join(results, ", ") + "\n}\n"
}

// inTime visits inputs and outputs of modules in the order of the run.
func inTime(f *Fixture, visit func(m *modelspec.Module, side modelspec.Side)) {
	for _, at := range f.Spec.Timeline() {
		role := modelspec.RoleInput
		if at.Side == modelspec.SideOutput {
			role = modelspec.RoleOutput
		}
		if at.Point.Role == role && at.Point.Visit == 0 {
			visit(at.Module, at.Side)
		}
	}
}

func callInterpreted(f *Fixture, list []*modelspec.Module, s *nn.Session, in nn.InvokeInputs) (map[*modelspec.Module][2]nn.Tensor, error) {
	out := map[*modelspec.Module][2]nn.Tensor{}
	err := nn.Interpret(ctx, s, in, func(root *Points) error {
		given := map[*modelspec.Module]nn.Tensor{}
		inTime(f, func(m *modelspec.Module, side modelspec.Side) {
			if !slices.Contains(list, m) {
				return
			}
			x, err := root.Get(m.Path)
			if err != nil {
				panic(err)
			}
			if side == modelspec.SideInput {
				given[m] = x.Input()
				return
			}
			own := x.Output()
			out[m] = [2]nn.Tensor{own, x.Call(given[m])}
		})
		return nil
	})
	return out, err
}

func closeTensors(got, want nn.Tensor) error {
	if fmt.Sprint(got.Shape()) != fmt.Sprint(want.Shape()) || got.DType() != want.DType() {
		return fmt.Errorf("%s %v, want %s %v", got.DType(), got.Shape(), want.DType(), want.Shape())
	}
	switch {
	case got.DType().IsFloat():
		return Close(got.Float32s(), want.Float32s(), Abs, Rel)
	case got.DType().IsInt():
		return compareInts(got.Ints(), want.Ints())
	}
	if fmt.Sprint(got.Bools()) != fmt.Sprint(want.Bools()) {
		return fmt.Errorf("%v, want %v", got, want)
	}
	return nil
}

// TestCallOnAnotherLength calls modules on the first two tokens of their input. What
// comes out is the first two of their output wherever tokens do not see later
// ones; a module that takes more of the run, sized like the run, says so. Both
// ways to run agree.
func TestCallOnAnotherLength(t *testing.T) {
	source, modules := map[*Fixture]string{}, map[*Fixture][]*modelspec.Module{}
	for _, f := range Fixtures(t) {
		if f.Net != "gpt2" && f.Net != "llama" || f.Exporter == "dynamo" {
			continue
		}
		var src strings.Builder
		for _, m := range callable(f) {
			in := inputOf(m)
			if len(in.Type.Shape) != 3 || in.Type.Shape[1] != "seq" || outputOf(m).Type.Shape[1] != "seq" {
				continue
			}
			fmt.Fprintf(&src, "//nngen:trace\nfunc T%d(m *net.Model) (own, called nn.Tensor) {\n\tx, _ := m.Get(%q)\n\tin := x.Input().At(nn.All, nn.RangeTo(2))\n"+
				"\town = x.Output().At(nn.All, nn.RangeTo(2))\n\treturn own, x.Call(in)\n}\n\n", len(modules[f]), m.Path)
			modules[f] = append(modules[f], m)
		}
		source[f] = src.String()
	}
	compiled := compileAll(t, source)
	refused := 0
	for f := range source {
		sess := f.Open(t, Options()...)
		for i, m := range modules[f] {
			c, err := sess.Compile(compiled[f][fmt.Sprintf("T%d", i)].Plan)
			require.NoError(t, err)
			taps, err := c.Run(ctx, []nn.InvokeInputs{f.Inputs(t)}, nil)
			var own, called nn.Tensor
			liveErr := nn.Interpret(ctx, sess, f.Inputs(t), func(root *Points) error {
				x, err := root.Get(m.Path)
				require.NoError(t, err)
				in := x.Input().At(nn.All, nn.RangeTo(2))
				own = x.Output().At(nn.All, nn.RangeTo(2))
				called = x.Call(in)
				return nil
			})
			if err != nil {
				refused++
				require.ErrorContains(t, err, "call it on a value of the run's own sizes", "%s %s", f.Name(), m.Path)
				require.ErrorContains(t, liveErr, "call it on a value of the run's own sizes", "%s %s", f.Name(), m.Path)
				continue
			}
			require.NoError(t, liveErr, "%s %s", f.Name(), m.Path)
			require.NoError(t, closeTensors(taps.Tensor(1), taps.Tensor(0)), "%s %s compiled", f.Name(), m.Path)
			require.NoError(t, closeTensors(called, own), "%s %s interpreted", f.Name(), m.Path)
			require.NoError(t, c.Close())
		}
	}
	require.Equal(t, 4, refused, "llama's layers and their attention take rows of the run: positions")
}

func inputOf(m *modelspec.Module) *modelspec.Point { return pointOf(m.Inputs, modelspec.RoleInput) }

func outputOf(m *modelspec.Module) *modelspec.Point { return pointOf(m.Outputs, modelspec.RoleOutput) }

func pointOf(list []*modelspec.Point, role modelspec.Role) *modelspec.Point {
	for _, p := range list {
		if p.Role == role && p.Absent == "" && p.Visit == 0 {
			return p
		}
	}
	return nil
}

// TestCallSeesWhatWasWritten edits a tensor that a module takes besides its input.
// A call sees the edit as the module itself does: on its own input it still gives
// its own output; called ahead of the edit it does not see it.
func TestCallSeesWhatWasWritten(t *testing.T) {
	f := writableAngles(t)
	tr := compileAll(t, map[*Fixture]string{f: `//nngen:trace
func T(m *net.Model) (before, after, own, called nn.Tensor) {
	x, _ := m.Get("model.layers.1")
	e, _ := m.Get("model.embed_tokens")
	r, _ := m.Get("model.rotary_emb")
	h := e.Output()
	before = x.Call(h)
	r.SetOutput(r.Output().Scale(0.5))
	after = x.Call(h)
	in := x.Input()
	own = x.Output()
	return before, after, own, x.Call(in)
}
`})[f]["T"]
	sess := f.Open(t, Options()...)
	compiled := runTrace(t, sess, tr, f.Inputs(t))
	var live [4]nn.Tensor
	require.NoError(t, nn.Interpret(ctx, sess, f.Inputs(t), func(m *Points) error {
		x, _ := m.Get("model.layers.1")
		e, _ := m.Get("model.embed_tokens")
		r, _ := m.Get("model.rotary_emb")
		h := e.Output()
		live[0] = x.Call(h)
		r.SetOutput(r.Output().Scale(0.5))
		live[1] = x.Call(h)
		in := x.Input()
		live[2] = x.Output()
		live[3] = x.Call(in)
		return nil
	}))
	for i, what := range []string{"before", "after", "own", "called"} {
		require.NoError(t, closeTensors(compiled[i], live[i]), what)
	}
	require.NoError(t, closeTensors(compiled[3], compiled[2]), "the call is the module")
	require.Error(t, closeTensors(compiled[1], compiled[0]), "the edit moves the call")
}

// writableAngles is the llama fixture with a spec by which the rotary embedding's
// cosines, as the layers take them, are its output.
func writableAngles(t *testing.T) *Fixture {
	root, err := Root()
	require.NoError(t, err)
	f := NewFixture(t, filepath.Join(root, "testdata", "models", "llama", "torchscript.onnx"))
	var angle *modelspec.Point
	for _, m := range f.Spec.Modules {
		for _, p := range m.Inputs {
			if m.Path == "model.layers.1" && p.Role == "position" && angle == nil {
				angle = p
			}
		}
	}
	file, err := onnx.Open(f.Path)
	require.NoError(t, err)
	defer file.Close()
	node, ok := onnx.NewIndex(file.Model.Graph).Producer(angle.Tensor)
	require.True(t, ok)
	for _, m := range f.Spec.Modules {
		if m.Path == "model.rotary_emb" {
			m.Outputs = []*modelspec.Point{{Role: modelspec.RoleOutput, Tensor: angle.Tensor, Type: angle.Type, Node: node}}
		}
	}
	return f
}
