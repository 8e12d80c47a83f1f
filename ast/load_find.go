package ast

import (
	"go/ast"
	"go/build/constraint"
	"go/types"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nngen-go/nngen/internal/diag"
	"github.com/nngen-go/nngen/internal/tensor"
)

// directive is what the //nngen: lines above a function say.
type directive struct {
	nohooks bool
	edit    bool                   // //nngen:edit: data that is put under traces
	params  map[string]tensor.Type // //nngen:param v float32 [768]
}

const directivePrefix = "//nngen:"

func isDirective(comment string) bool {
	word, _, _ := strings.Cut(strings.TrimPrefix(comment, directivePrefix), " ")
	return strings.HasPrefix(comment, directivePrefix) && (word == "trace" || word == "edit")
}

// findDirectives collects the trace functions of a package in source order and
// reports directives that stand elsewhere or cannot be read.
func (l *loader) findDirectives(s *source) {
	if !s.root {
		return
	}
	for _, f := range s.files {
		used := map[*ast.Comment]bool{}
		for _, d := range f.Decls {
			fd, ok := d.(*ast.FuncDecl)
			if !ok || fd.Doc == nil {
				continue
			}
			if tf := l.readDirectives(s, f, fd, used); tf != nil {
				l.prog.funcs = append(l.prog.funcs, tf)
			}
		}
		for _, g := range f.Comments {
			for _, c := range g.List {
				if isDirective(c.Text) && !used[c] {
					l.diags.Add("NN1105", l.prog.Fset.Position(c.Pos()), "this %s is not above a function", c.Text).
						Hint = "put it on the last line of the doc comment of the function to compile"
				}
			}
		}
	}
}

func (l *loader) readDirectives(s *source, f *ast.File, fd *ast.FuncDecl, used map[*ast.Comment]bool) *traceFunc {
	tf := &traceFunc{src: s, file: f, decl: fd, directive: directive{params: map[string]tensor.Type{}}}
	found, before := false, len(l.diags)
	for _, c := range fd.Doc.List {
		text, ok := strings.CutPrefix(c.Text, directivePrefix)
		if !ok {
			continue
		}
		used[c] = true
		text, _, _ = strings.Cut(text, " //") // what a reader may add
		fields := strings.Fields(text)
		switch {
		case len(fields) > 0 && fields[0] == "trace":
			found = true
			l.traceOptions(tf, c, fields[1:])
		case len(fields) > 0 && fields[0] == "edit":
			found, tf.directive.edit, tf.directive.nohooks = true, true, true
			if len(fields) > 1 {
				l.diags.Add("NN1105", l.prog.Fset.Position(c.Pos()), "//nngen:edit takes no option, not %q", fields[1])
			}
		case len(fields) > 0 && fields[0] == "param":
			l.paramDirective(tf, c, strings.TrimSpace(strings.TrimPrefix(text, "param")))
		default:
			l.diags.Add("NN1105", l.prog.Fset.Position(c.Pos()), "directive %q is not known", c.Text).
				Hint = "write //nngen:trace, //nngen:trace nohooks, //nngen:edit or //nngen:param NAME DTYPE [SHAPE]"
		}
	}
	if !found {
		return nil
	}
	if c := buildConstraint(f); c != nil {
		d := l.diags.Add("NN1105", l.prog.Fset.Position(fd.Pos()), "%s is marked in a file with a build constraint, which its generated file would not have", fd.Name.Name)
		d.Hint = "move it to a file that is always built"
		d.Related = []diag.Related{{Pos: l.prog.Fset.Position(c.Pos()), Message: "the constraint"}}
	}
	tf.broken = len(l.diags) > before
	return tf
}

// buildConstraint finds the //go:build line of a file.
func buildConstraint(f *ast.File) *ast.Comment {
	for _, g := range f.Comments {
		for _, c := range g.List {
			if c.Pos() < f.Package && constraint.IsGoBuild(c.Text) {
				return c
			}
		}
	}
	return nil
}

func (l *loader) traceOptions(tf *traceFunc, c *ast.Comment, options []string) {
	for _, o := range options {
		if o != "nohooks" {
			l.diags.Add("NN1105", l.prog.Fset.Position(c.Pos()), "option %q of //nngen:trace is not known", o).
				Hint = "the one option is nohooks"
			continue
		}
		tf.directive.nohooks = true
	}
}

// paramDirective reads "v float32 [768]" and "v float32 [batch, 768]".
func (l *loader) paramDirective(tf *traceFunc, c *ast.Comment, text string) {
	bad := func(format string, args ...any) {
		l.diags.Add("NN1105", l.prog.Fset.Position(c.Pos()), "//nngen:param: "+format, args...).
			Hint = "write for example //nngen:param v float32 [768]"
	}
	fields := strings.Fields(text)
	if len(fields) < 3 {
		bad("a name, a dtype and a shape are needed")
		return
	}
	name := fields[0]
	dtype, err := tensor.ParseDType(fields[1])
	if err != nil {
		bad("%v", err)
		return
	}
	rest := strings.TrimSpace(text[strings.Index(text, fields[1])+len(fields[1]):])
	if !strings.HasPrefix(rest, "[") || !strings.HasSuffix(rest, "]") {
		bad("the shape %q is not in brackets", rest)
		return
	}
	shape := tensor.Shape{}
	for _, part := range strings.Split(rest[1:len(rest)-1], ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		d, err := tensor.ParseDim(part)
		if err != nil {
			bad("dimension %q: %v", part, err)
			return
		}
		shape = append(shape, d)
	}
	if !hasParam(tf.decl, name) {
		bad("%s has no parameter %s", tf.decl.Name.Name, name)
		return
	}
	tf.directive.params[name] = tensor.Type{DType: dtype, Shape: shape}
}

func hasParam(fd *ast.FuncDecl, name string) bool {
	for _, f := range fd.Type.Params.List {
		for _, n := range f.Names {
			if n.Name == name {
				return true
			}
		}
	}
	return false
}

// docText is the doc comment without directives.
func docText(fd *ast.FuncDecl) string {
	if fd.Doc == nil {
		return ""
	}
	return strings.TrimSpace(fd.Doc.Text()) // Text drops //nngen: lines as directives
}

// exported gives name with an upper-case first letter.
func exported(name string) string {
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(r)) + name[n:]
}

// global is a package-level variable as the evaluator may see it.
type global struct {
	init ast.Expr // its constant initialiser
	pure bool     // unexported, never assigned or addressed after it
}

// findGlobals tells which package variables are constants in fact: unexported,
// with an initialiser, never assigned, incremented or addressed.
func findGlobals(s *source) map[types.Object]*global {
	out := map[types.Object]*global{}
	for _, f := range s.files {
		for _, d := range f.Decls {
			gd, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range gd.Specs {
				if vs, ok := spec.(*ast.ValueSpec); ok && len(vs.Values) == len(vs.Names) {
					for i, n := range vs.Names {
						if obj, ok := s.info.Defs[n].(*types.Var); ok {
							out[obj] = &global{init: vs.Values[i], pure: !obj.Exported()}
						}
					}
				}
			}
		}
	}
	for _, f := range s.files {
		ast.Inspect(f, func(n ast.Node) bool {
			for _, e := range changed(n) {
				if g := out[rootObject(s.info, e)]; g != nil {
					g.pure = false
				}
			}
			return true
		})
	}
	return out
}
