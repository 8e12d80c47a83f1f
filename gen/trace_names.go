package gen

import (
	"go/scanner"
	"go/token"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nngen-go/nngen/ast"
)

// declNames are the package-level names that a trace function brings. They are
// exported if the function is.
type declNames struct {
	compile, compiled, result, mediator, plan, frame, frames string
}

func namesOf(fn string) declNames {
	lower, upper := lowerFirst(fn), upperFirst(fn)
	n := declNames{
		compile: "compile" + upper, compiled: "compiled" + upper, result: lower + "Result",
		mediator: lower + "Mediator", plan: lower + "Plan", frame: lower + "Frame", frames: lower + "Frames",
	}
	if token.IsExported(fn) {
		n.compile, n.compiled, n.result = "Compile"+upper, "Compiled"+upper, upper+"Result"
	}
	return n
}

func (n declNames) all() []string {
	return []string{n.compile, n.compiled, n.result, n.mediator, n.mediator + "s", n.plan, n.frame, n.frames}
}

// DeclaredNames are the package-level names that generating code for a trace
// function of this name declares.
func DeclaredNames(fn string) []string { return namesOf(fn).all() }

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// scope knows the identifiers that a trace's own text uses, so that the names
// of the generator's variables can stay out of their way.
type scope struct{ used map[string]bool }

func scopeOf(t *ast.Trace) scope {
	s := scope{map[string]bool{}}
	for _, p := range slices.Concat(t.Attached, t.Params) {
		s.used[p.Name] = true
		s.see(p.Type)
	}
	for _, r := range t.Results {
		s.used[r.Name] = true
		s.see(r.Type)
		s.see(r.Expr)
	}
	s.used[t.ErrorName] = true
	s.see(t.Err)
	for _, st := range append(append([]ast.Stmt(nil), t.Before...), t.After...) {
		s.see(st.Code)
	}
	if t.Frame != nil {
		s.used[t.Frame.Recv] = true
		for _, v := range t.Frame.Fields {
			s.see(v.Type)
		}
	}
	for _, l := range t.Locals {
		s.see(l.Type)
	}
	for _, p := range t.ParamExprs {
		s.see(p.Expr)
	}
	for _, i := range t.Invokes {
		s.see(i.Inputs)
	}
	delete(s.used, "")
	return s
}

// stepScope is the scope of the steps, which are a function of their own.
func stepScope(t *ast.Trace) scope {
	s := scope{map[string]bool{}}
	for _, b := range t.Steps {
		for _, st := range b.Stmts {
			s.see(st.Code)
		}
	}
	return s
}

// see collects the identifiers of a piece of code, package names left out.
func (s scope) see(c ast.Code) {
	for _, f := range c {
		if f.Import != "" {
			continue
		}
		var sc scanner.Scanner
		src := []byte(f.Text)
		sc.Init(token.NewFileSet().AddFile("", -1, len(src)), src, func(token.Position, string) {}, 0)
		for _, tok, lit := sc.Scan(); tok != token.EOF; _, tok, lit = sc.Scan() {
			if tok == token.IDENT {
				s.used[lit] = true
			}
		}
	}
}

// name gives a variable of the generator its name: the plain one unless the
// user's text has it. Users cannot have names that start with "nn_".
func (s scope) name(plain string) string {
	if s.used[plain] {
		return "nn_" + plain
	}
	return plain
}

// uses reports whether a name occurs in the trace's own text.
func (s scope) uses(name string) bool { return s.used[name] }

// identifier makes an identifier of any text.
func identifier(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '_' || unicode.IsLetter(r):
			b.WriteRune(r)
		case unicode.IsDigit(r):
			if b.Len() == 0 {
				b.WriteByte('p')
			}
			b.WriteRune(r)
		}
	}
	if b.Len() == 0 || token.IsKeyword(b.String()) || b.String() == "_" {
		return "p" + b.String()
	}
	return b.String()
}
