package ast

import (
	"go/ast"
	"go/scanner"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// leaves reports whether a step calls anything that may end its goroutine
// (runtime.Goexit, as t.FailNow does). What is not known not to may: methods,
// values of functions, and functions whose text calls such.
func (ev *evaluator) leaves(h *hook) bool {
	l := &leaver{ev: ev, seen: map[*types.Func]bool{}}
	found := false
	for _, s := range h.block.stmts {
		s.walk(func(c *resStmt) {
			found = found || c.calls
			c.walkOwn(func(x code) { found = found || l.code(x) })
		})
	}
	return found
}

// leaver looks through calls; seen are the functions that it looks at or has found harmless.
type leaver struct {
	ev   *evaluator
	seen map[*types.Func]bool
}

// code looks at residual text. Values that it refers to stand as names that
// nothing else has.
func (l *leaver) code(c code) bool {
	const tap, variable, foreign = "nn_tap", "nn_var", "nn_pkg"
	var text strings.Builder
	var refs []frag
	for _, fr := range c {
		switch {
		case fr.tap != nil, fr.at != "":
			text.WriteString(tap)
		case fr.v != nil:
			text.WriteString(variable)
		case fr.imp != "":
			text.WriteString(foreign)
			refs = append(refs, fr)
		case fr.block != nil:
			text.WriteString("{}")
			for _, s := range fr.block.stmts {
				found := false
				s.walk(func(c *resStmt) {
					found = found || c.calls
					c.walkOwn(func(x code) { found = found || l.code(x) })
				})
				if found {
					return true
				}
			}
		default:
			text.WriteString(fr.text)
		}
	}
	var s scanner.Scanner
	src := []byte(text.String())
	s.Init(token.NewFileSet().AddFile("", -1, len(src)), src, func(token.Position, string) {}, 0)
	before, last, name := token.ILLEGAL, token.ILLEGAL, ""
	var ref frag
	for {
		_, tok, lit := s.Scan()
		switch {
		case tok == token.EOF:
			return false
		case tok == token.GO:
			return true
		case tok == token.LPAREN && (last == token.RPAREN || last == token.RBRACK || last == token.RBRACE):
			return true
		case tok == token.LPAREN && last == token.IDENT:
			switch {
			case name == foreign && before != token.PERIOD:
				if !harmless(ref.imp, ref.text) {
					return true
				}
			case before == token.PERIOD:
				if !slices.Contains(taken, name) {
					return true
				}
			case l.function(name):
				return true
			}
		case tok == token.IDENT:
			if lit == foreign {
				ref, refs = refs[0], refs[1:]
			}
			before, name = last, lit
		}
		last = tok
	}
}

// harmless are functions of other packages that call nothing of the user's.
func harmless(path, name string) bool {
	switch path {
	case "math", "math/bits", "unicode", "strconv", RuntimePath:
		return true
	case "errors":
		return name == "New"
	case "strings":
		return !strings.Contains(name, "Func") && name != "Map"
	}
	return false
}

// function reports whether calling a name of the trace's package may leave.
func (l *leaver) function(name string) bool {
	o := types.Universe.Lookup(name)
	if own := l.ev.tf.src.types.Scope().Lookup(name); own != nil {
		o = own
	}
	switch o := o.(type) {
	case *types.Builtin, *types.TypeName:
		return false
	case *types.Func:
		return l.body(l.ev.tf.src, o)
	}
	return true
}

// body reports whether a declared function may leave.
func (l *leaver) body(src *source, o *types.Func) bool {
	if l.seen[o] {
		return false
	}
	l.seen[o] = true
	d := src.decls[o.Origin()]
	if d == nil || d.Body == nil {
		return true
	}
	found := false
	ast.Inspect(d.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = true
		case *ast.RangeStmt:
			_, calls := types.Unalias(orNil(src.info.TypeOf(n.X))).Underlying().(*types.Signature)
			found = found || calls
		case *ast.CallExpr:
			found = found || l.call(src, n)
		}
		return !found
	})
	return found
}

func (l *leaver) call(src *source, e *ast.CallExpr) bool {
	if src.info.Types[e.Fun].IsType() {
		return false
	}
	var id *ast.Ident
	switch fun := ast.Unparen(e.Fun).(type) {
	case *ast.Ident:
		id = fun
	case *ast.SelectorExpr:
		if sel := src.info.Selections[fun]; sel != nil {
			return !isTensor(sel.Recv())
		}
		id = fun.Sel
	default:
		return true
	}
	switch o := src.info.Uses[id].(type) {
	case *types.Builtin:
		return false
	case *types.Func:
		if o.Pkg() == src.types {
			return l.body(src, o)
		}
		return o.Pkg() == nil || !harmless(o.Pkg().Path(), o.Name())
	}
	return true
}
