package ast

import (
	"go/ast"
	"go/constant"
	"go/token"
)

// The parts of a function over decoding steps are found here: runs of statements
// between the loops over visits, and what they share.

// visitCall reports whether an expression is a call of the root's Iter, All or Next.
func (f *frame) visitCall(e ast.Expr, names ...string) *ast.CallExpr {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return nil
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	path, name := named(f.src.info.TypeOf(sel.X))
	if path != f.ev.acc.path || name != "Model" {
		return nil
	}
	for _, n := range names {
		if sel.Sel.Name == n {
			return call
		}
	}
	return nil
}

// calls finds the calls of such methods in a node.
func (f *frame) calls(n ast.Node, names ...string) []*ast.CallExpr {
	var out []*ast.CallExpr
	ast.Inspect(n, func(n ast.Node) bool {
		if e, ok := n.(*ast.CallExpr); ok && f.visitCall(e, names...) != nil {
			out = append(out, e)
		}
		return true
	})
	return out
}

// namesVisits reports whether the trace function says itself which visits it means.
func (ev *evaluator) namesVisits() bool {
	return ev.acc.generates() && (len(ev.main.calls(ev.tf.decl.Body, "Iter", "All", "Next")) > 0 || len(ev.main.helpers(ev.tf.decl.Body)) > 0)
}

// part is a run of statements of one phase: a loop over visits, or statements
// between such loops.
type part struct {
	stmts  []ast.Stmt
	loop   *ast.RangeStmt
	label  string
	next   int64         // by how much Next moves on ahead of it
	at     token.Pos     // of that call
	cond   *ast.IfStmt   // a condition around loops over visits
	helper *ast.CallExpr // of a function that has loops over visits
	over   bool          // from the run's result on: when the last step is over
}

// parts takes a list of statements apart.
func (f *frame) parts(list []ast.Stmt) []part {
	var out []part
	open := false
	for _, s := range list {
		inner, label := s, ""
		if l, ok := s.(*ast.LabeledStmt); ok {
			inner, label = l.Stmt, l.Label.Name
		}
		r, isLoop := inner.(*ast.RangeStmt)
		isLoop = isLoop && f.visitCall(r.X, "Iter", "All") != nil
		if over := len(out) > 0 && out[len(out)-1].over; over || !isLoop && len(f.calls(s, "Result")) > 0 {
			if !over {
				out = append(out, part{over: true})
			}
			f.behindResult(s)
			out[len(out)-1].stmts = append(out[len(out)-1].stmts, s)
			continue
		}
		if isLoop {
			out, open = append(out, part{loop: r, label: label}), false
			continue
		}
		if e := f.helperIn(s); e != nil {
			out, open = append(out, part{helper: e}), false
			if _, alone := s.(*ast.ExprStmt); alone {
				continue
			}
		}
		next := f.calls(s, "Next")
		if len(next) > 0 {
			n, ok := f.nextBy(s, next)
			if !ok {
				continue
			}
			out, open = append(out, part{next: n, at: next[0].Pos()}), true
		}
		if c, ok := s.(*ast.IfStmt); ok && len(next) == 0 && len(f.calls(c, "Iter", "All"))+len(f.helpers(c)) > 0 {
			out, open = append(out, part{cond: c}), false
			continue
		}
		if loops := f.calls(s, "Iter", "All"); len(loops) > 0 {
			f.fail(loops[0].Pos(), "NN1321", "write the loop over visits as a statement of the trace function or of the invoke itself, or in another such loop; put conditions into it",
				"a loop over decoding steps stands inside of another statement")
			continue
		}
		if !open {
			out, open = append(out, part{}), true
		}
		out[len(out)-1].stmts = append(out[len(out)-1].stmts, s)
	}
	return out
}

// nextBy is how far the one call of Next in a statement goes.
func (f *frame) nextBy(s ast.Stmt, calls []*ast.CallExpr) (int64, bool) {
	e := calls[0]
	switch s.(type) {
	case *ast.ExprStmt, *ast.AssignStmt, *ast.DeclStmt, *ast.ReturnStmt:
	default:
		f.fail(e.Pos(), "NN1321", "call it in a statement of its own", "Next stands inside of another statement")
		return 0, false
	}
	if len(calls) > 1 {
		f.fail(calls[1].Pos(), "NN1321", "write two statements", "one statement goes on twice")
		return 0, false
	}
	by := int64(1)
	if len(e.Args) > 0 {
		v := f.src.info.Types[e.Args[0]].Value
		if v == nil {
			f.fail(e.Args[0].Pos(), "NN1402", "use a constant, or a loop over Iter with bounds that are parameters", "how far Next goes must be known when code is generated")
			return 0, false
		}
		by, _ = constant.Int64Val(constant.ToInt(v))
	}
	if by < 0 || len(e.Args) > 1 {
		f.fail(e.Pos(), "NN1320", "", "Next takes one number of visits, and not a negative one: a run does not go back")
		return 0, false
	}
	return by, true
}

// nodes are the parts' statements, for looking at what they use.
func nodesOf(parts []part) [][]ast.Node {
	var out [][]ast.Node
	for _, p := range parts {
		var nodes []ast.Node
		if p.loop != nil {
			nodes = append(nodes, p.loop)
		}
		if p.helper != nil {
			nodes = append(nodes, p.helper)
		}
		if p.cond != nil {
			nodes = append(nodes, p.cond)
		}
		for _, s := range p.stmts {
			nodes = append(nodes, s)
		}
		out = append(out, nodes)
	}
	return out
}
