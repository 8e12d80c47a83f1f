package oracletest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/nngen-go/nngen/ast"
	"github.com/nngen-go/nngen/gen"
	"github.com/nngen-go/nngen/internal/diag"
	"github.com/nngen-go/nngen/internal/oracletest/runner"
)

// unit is a function to be compared, as text.
type unit struct {
	name, label  string // of its function in the batch, and of its file in the corpus
	net          string
	source, twin string // the function is called Probe
	late, cond   bool   // reads late; Go that only a run decides is around points
	decode       bool
	steps        bool // it names decoding steps
	args         []string
	sets         []runner.Set
	prog         *program // nil for those of the corpus
}

// outcome is what a unit came to.
type outcome struct {
	u       *unit
	line    int // where its function begins
	diags   diag.List
	broken  string   // generated code that does not compile
	has     []string // what its plan has, for the table
	results []runner.Result
	crash   string
}

func unitOf(p *program, name string) *unit {
	u := &unit{name: name, net: p.net, source: p.source(), late: p.late(), args: p.args(), sets: p.sets, decode: p.decode, prog: p}
	u.cond = some(p.steps, func(s *step) bool { return s.cond })
	if u.late {
		if t := p.twin(); t != nil {
			u.twin = t.source()
		}
	}
	return u
}

// head begins every file of a batch.
const head = `package main

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/golden/torchscript/%s"
	"github.com/nngen-go/nngen/internal/oracletest/runner"
	nn "github.com/nngen-go/nngen/runtime"
)

var _ = fmt.Sprint
var _ nn.Tensor
var _ %[1]s.Inputs
var _ runner.Steering

`

// batch is some units in a folder that is a program.
type batch struct {
	root, dir string
	nets      map[string]*net
	out       []*outcome
	files     map[string][]*outcome // the units of each file
	compiled  map[string]bool       // by name
}

// runBatch compiles, builds and runs units; outcomes are in their order.
func runBatch(root string, nets map[string]*net, units []*unit, keep string) ([]*outcome, error) {
	b, err := newBatch(root, nets, units)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(b.dir)
	if keep != "" {
		defer func() {
			if err := os.CopyFS(filepath.Join(keep, filepath.Base(b.dir)), os.DirFS(b.dir)); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}()
	}
	for _, f := range []func() error{b.write, b.compile, b.main, b.run} {
		if err := f(); err != nil {
			return nil, err
		}
	}
	return b.out, nil
}

// newBatch makes an empty folder for units.
func newBatch(root string, nets map[string]*net, units []*unit) (*batch, error) {
	dir, err := os.MkdirTemp(filepath.Join(root, "internal", "oracletest", "testdata"), "run-")
	if err != nil {
		return nil, err
	}
	b := &batch{root: root, dir: dir, nets: nets, files: map[string][]*outcome{}, compiled: map[string]bool{}}
	for _, u := range units {
		b.out = append(b.out, &outcome{u: u})
	}
	return b, nil
}

// write writes the user's files: one for each unit, and one with its twin.
func (b *batch) write() error {
	for _, o := range b.out {
		h := fmt.Sprintf(head, o.u.net)
		o.line = strings.Count(h, "\n")
		file := filepath.Join(b.dir, strings.ToLower(o.u.name)+".go")
		b.files[file] = append(b.files[file], o)
		if err := os.WriteFile(file, []byte(h+inBatch(o.u.source, o.u.name, o.u.net)), 0o644); err != nil {
			return err
		}
		if o.u.twin == "" {
			continue
		}
		text := inBatch(strings.ReplaceAll(o.u.twin, "//nngen:", "// "), o.u.name+"Twin", o.u.net)
		if err := os.WriteFile(filepath.Join(b.dir, strings.ToLower(o.u.name)+"twin.go"), []byte(h+text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// traces runs the compiler.
func (b *batch) traces() (*ast.Program, []*ast.Trace, error) {
	given := map[string]ast.AccessorPackage{}
	for _, n := range b.nets {
		given["github.com/nngen-go/nngen/internal/golden/torchscript/"+n.name] = ast.AccessorPackage{
			Dir: n.dir, Spec: n.spec, SpecFile: filepath.Join(n.dir, n.name+".nnspec.yaml"), Source: []byte(n.source),
		}
	}
	rel, err := filepath.Rel(b.root, b.dir)
	if err != nil {
		return nil, nil, err
	}
	prog, diags := ast.Load(b.root, []string{"./" + filepath.ToSlash(rel)}, given)
	if len(diags) > 0 {
		return nil, nil, fmt.Errorf("the functions are not right Go: %v", diags)
	}
	traces, diags := ast.Compile(prog)
	for _, o := range b.out {
		o.diags = nil
	}
	for _, d := range diags {
		owner := b.files[d.Pos.Filename]
		if len(owner) == 0 {
			return nil, nil, fmt.Errorf("a diagnostic at a place of nobody: %v", d)
		}
		owner[0].diags = append(owner[0].diags, d)
	}
	return prog, traces, nil
}

// compile runs the compiler and writes the generated files.
func (b *batch) compile() error {
	prog, traces, err := b.traces()
	if err != nil {
		return err
	}
	files := map[string][]byte{}
	for _, t := range traces {
		src, err := gen.Traces(t.File, []*ast.Trace{t})
		if err != nil {
			b.files[t.File][0].broken = err.Error()
			continue
		}
		files[gen.OutputName(t.File)] = src
	}
	b.check(prog, files)
	for _, t := range traces {
		if src := files[gen.OutputName(t.File)]; src != nil {
			b.compiled[b.files[t.File][0].u.name] = true
			b.files[t.File][0].has = features(t)
			if err := os.WriteFile(gen.OutputName(t.File), src, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// features names what is in a trace's plan besides operators.
func features(t *ast.Trace) []string {
	text, err := json.Marshal(t.Plan)
	if err != nil {
		return []string{err.Error()}
	}
	out := []string{"compiled"}
	for _, f := range []struct{ what, mark string }{
		{"hook", `"op":"Hook"`},
		{"if", `"op":"If"`},
		{"choice", `"choice"`},
		{"write", `"writes"`},
		{"call", `"op":"Call"`},
		{"operation", ".source."},
		{"weights", `"weights"`},
	} {
		if bytes.Contains(text, []byte(f.mark)) {
			out = append(out, f.what)
		}
	}
	if len(t.Plan.Mediators) > 1 {
		out = append(out, "several invokes")
	}
	return out
}

// check type-checks generated files, all at once, and one by one only if that
// fails; those that fail are taken out.
func (b *batch) check(prog *ast.Program, files map[string][]byte) {
	if prog.CheckGenerated(files) == nil {
		return
	}
	for name, src := range files {
		if err := prog.CheckGenerated(map[string][]byte{name: src}); err != nil {
			b.files[strings.TrimSuffix(name, "_nngen.go")+".go"][0].broken = err.Error()
			delete(files, name)
		}
	}
}

// main writes the program's main function.
func (b *batch) main() error {
	var s strings.Builder
	s.WriteString("package main\n\nimport \"github.com/nngen-go/nngen/internal/oracletest/runner\"\n\n")
	fmt.Fprintf(&s, "func main() {\n\trunner.Main(%q, []runner.Case{\n", b.root)
	for _, o := range b.out {
		compile, twin := "nil", "nil"
		if b.compiled[o.u.name] {
			compile = "Compile" + o.u.name
		}
		if o.u.twin != "" {
			twin = o.u.name + "Twin"
		}
		fmt.Fprintf(&s, "\t\t{Net: %q, Trace: %s, Compile: %s, Twin: %s, Args: %#v, Decode: %v, Steps: %v, Sets: %#v},\n",
			o.u.net, o.u.name, compile, twin, o.u.args, o.u.decode, o.u.steps, o.u.sets)
	}
	s.WriteString("\t})\n}\n")
	return os.WriteFile(filepath.Join(b.dir, "main.go"), []byte(s.String()), 0o644)
}

// codes lists the codes of diagnostics, sorted, each once.
func (o *outcome) codes() []string {
	set := map[string]bool{}
	for _, d := range o.diags {
		set[d.Code] = true
	}
	var out []string
	for c := range set {
		out = append(out, c)
	}
	sort.Strings(out)
	return out
}
