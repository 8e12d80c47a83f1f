package gen

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/ast"
)

// OutputName is the file that the traces of a user's file are written to: it
// stands beside it.
func OutputName(file string) string { return strings.TrimSuffix(file, ".go") + "_nngen.go" }

// Traces gives the generated file for the traces of one of the user's files.
// They are written in the order of the source; the text of the user's own
// statements is kept, with //line directives around it.
func Traces(file string, ts []*ast.Trace) ([]byte, error) {
	if len(ts) == 0 {
		return nil, fmt.Errorf("internal error: %s has no traces", filepath.Base(file))
	}
	ts = slices.Clone(ts)
	slices.SortStableFunc(ts, func(a, b *ast.Trace) int { return a.Pos.Offset - b.Pos.Offset })
	base := filepath.Base(file)
	w := &traceFile{
		file:   jen.NewFilePathName(ts[0].Package.Path, ts[0].Package.Name),
		source: base,
	}
	w.file.HeaderComment(header)
	w.file.HeaderComment(sourcePrefix + clean(base))
	w.imports(ts)
	declared := map[string]string{}
	for _, t := range ts {
		n := namesOf(t.Func)
		ids := n.all()
		if t.Edit {
			ids = []string{editName(t.Func), n.mediator, n.plan}
		}
		for _, id := range ids {
			if other, ok := declared[id]; ok {
				return nil, fmt.Errorf("%s: %s and %s both become %s; rename one of them", t.Pos, other, t.Func, id)
			}
			declared[id] = t.Func
		}
		w.trace(splitTaps(t), n)
	}
	out, err := render(w.file, OutputName(base))
	if err != nil {
		return nil, err
	}
	return resetLines(out, OutputName(base)), nil
}

// splitTaps gives each result that is a tap a tap of its own: results belong to
// the caller, who may release one and keep the other.
func splitTaps(t *ast.Trace) *ast.Trace {
	out, p := *t, *t.Plan
	out.Plan, out.Results, p.Taps = &p, slices.Clone(t.Results), slices.Clone(t.Plan.Taps)
	taken := map[int]bool{}
	for i, r := range out.Results {
		if r.Tap < 0 {
			continue
		}
		if taken[r.Tap] {
			tap := p.Taps[r.Tap]
			tap.Name = r.Field
			p.Taps = append(p.Taps, tap)
			out.Results[i].Tap = len(p.Taps) - 1
		}
		taken[out.Results[i].Tap] = true
	}
	return &out
}

// traceFile is a file under construction.
type traceFile struct {
	file   *jen.File
	source string // base name of the user's file
}

// trace adds all that belongs to one trace function.
func (w *traceFile) trace(t *ast.Trace, n declNames) {
	f := &traceFunc{traceFile: w, t: t, n: n, scope: scopeOf(t)}
	w.file.Add(f.mediators()).Line()
	w.file.Add(f.planFunc()).Line()
	if t.Edit {
		f.edit()
		return
	}
	f.declarations()
	for _, d := range t.Types {
		w.file.Add(note("%s is a type that %s declares.", d.Name, t.Func))
		w.file.Type().Id(d.Name).Add(code(d.Def, returnError)).Line()
	}
	f.steps()
	if f.t.Visits != nil {
		f.visits()
	} else {
		f.run()
		f.runInto()
	}
	if f.t.Visits == nil && f.generates() {
		f.generate()
		f.generateInto()
	}
	f.closers()
}

// traceFunc is one trace function under construction.
type traceFunc struct {
	*traceFile
	t     *ast.Trace
	n     declNames
	scope scope
}

// imports fixes the name of every package that the file may refer to: the
// user's names for the user's imports, so that statements read as written.
func (w *traceFile) imports(ts []*ast.Trace) {
	taken := map[string]bool{}
	for _, t := range ts {
		for id := range scopeOf(t).used {
			taken[id] = true
		}
		for id := range stepScope(t).used {
			taken[id] = true
		}
	}
	named := map[string]bool{}
	add := func(path, name string) {
		if named[path] || path == ts[0].Package.Path {
			return
		}
		named[path] = true
		last := path[strings.LastIndex(path, "/")+1:]
		if name == "." || name == "" || name == "_" {
			name = identifier(last)
		}
		for taken[name] {
			name = "nn_" + name
		}
		taken[name] = true
		if name == last {
			w.file.ImportName(path, name)
		} else {
			w.file.ImportAlias(path, name)
		}
	}
	for _, t := range ts {
		for _, i := range t.Imports {
			add(i.Path, i.Name)
		}
		add(t.Model.Path, t.Model.Name)
	}
	add(runtimePath, "nn")
	add("context", "context")
	add("math", "math")
}

// code turns user code into tokens; failing says what "return the error that
// follows" is in the function that the code goes into.
func code(c ast.Code, failing string) *jen.Statement {
	s := jen.Null()
	for _, f := range c {
		switch {
		case f.Fail:
			s.Op(failing)
		case f.Import != "":
			s.Qual(f.Import, f.Text)
		default:
			s.Op(f.Text)
		}
	}
	return s
}

// returnError is how RunInto and the helpers of Generate leave early.
const (
	returnError    = "return "
	returnNilError = "return nil, "
)
