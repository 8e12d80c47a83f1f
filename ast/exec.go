package ast

import (
	"go/ast"
	"go/token"
)

// ctl says how a statement ended.
type ctl struct {
	kind  ctlKind
	label string
}

type ctlKind int

const (
	ctlNext     ctlKind = iota // the next statement follows
	ctlBreak                   // break, carried out now
	ctlContinue                // continue, carried out now
	ctlReturn                  // return, carried out now
	ctlExited                  // residual code jumps on every path: what follows is not reached
)

// block executes statements in order.
func (f *frame) block(list []ast.Stmt) ctl {
	for _, s := range list {
		if c := f.stmt(s); c.kind != ctlNext {
			return c
		}
	}
	return ctl{}
}

// stmt executes one statement.
func (f *frame) stmt(s ast.Stmt) ctl {
	f.ev.steps++
	if f.ev.steps > maxSteps {
		f.fail(s.Pos(), "NN1207", "loop over fewer values, or let the loop depend on a parameter", "evaluating %s takes more than %d statements", f.ev.tf.decl.Name.Name, maxSteps)
		panic(abort{})
	}
	switch s := s.(type) {
	case *ast.EmptyStmt:
	case *ast.ExprStmt:
		f.exprStmt(s)
	case *ast.AssignStmt:
		f.assign(s)
	case *ast.IncDecStmt:
		f.counts(s.X, nil, token.ADD, func() { f.incDec(s) })
	case *ast.DeclStmt:
		f.declStmt(s)
	case *ast.BlockStmt:
		return f.nested().block(s.List)
	case *ast.IfStmt:
		return f.ifStmt(s)
	case *ast.ForStmt:
		return f.forStmt(s, "")
	case *ast.RangeStmt:
		return f.rangeStmt(s, "")
	case *ast.SwitchStmt:
		return f.switchStmt(s, "")
	case *ast.LabeledStmt:
		return f.labeled(s)
	case *ast.BranchStmt:
		return f.branch(s)
	case *ast.ReturnStmt:
		return f.returnStmt(s)
	case *ast.DeferStmt:
		f.deferStmt(s)
	default:
		f.unsupported(s)
	}
	return ctl{}
}

// abort ends the evaluation of a coroutine; everything was reported before.
type abort struct{}

// unsupported names a statement that is outside the subset.
func (f *frame) unsupported(s ast.Stmt) {
	what, hint := "this statement", ""
	switch s.(type) {
	case *ast.GoStmt:
		what, hint = "go", "start goroutines in the caller, around Run"
	case *ast.SelectStmt, *ast.SendStmt:
		what, hint = "a channel operation", "pass values as parameters and results"
	case *ast.TypeSwitchStmt:
		what, hint = "a type switch", "use if with x.(T)"
	}
	f.fail(s.Pos(), "NN1202", hint, "%s is not in the subset of Go that nngen compiles", what)
}

func (f *frame) labeled(s *ast.LabeledStmt) ctl {
	switch inner := s.Stmt.(type) {
	case *ast.ForStmt:
		return f.forStmt(inner, s.Label.Name)
	case *ast.RangeStmt:
		return f.rangeStmt(inner, s.Label.Name)
	case *ast.SwitchStmt:
		return f.switchStmt(inner, s.Label.Name)
	}
	return f.stmt(s.Stmt)
}

// branch executes break and continue: now, or as a residual jump where it
// stands under a condition that only a run knows.
func (f *frame) branch(s *ast.BranchStmt) ctl {
	label := ""
	if s.Label != nil {
		label = s.Label.Name
	}
	if s.Tok != token.BREAK && s.Tok != token.CONTINUE {
		f.fail(s.Pos(), "NN1202", "use for, if and return", "%s is not in the subset of Go that nngen compiles", s.Tok)
		return ctl{}
	}
	lp := f.target(s.Tok, label)
	if lp == nil {
		f.fail(s.Pos(), "NN1202", "", "%s has no loop here", s.Tok)
		return ctl{}
	}
	if lp.host { // the loop itself is residual
		f.emit(&resStmt{kind: jumpStmt, pos: s.Pos(), op: s.Tok.String(), label: f.hostLabel(lp), effects: true})
		return ctl{kind: ctlExited}
	}
	to := lp.brk
	if s.Tok == token.CONTINUE {
		to = lp.cont
	}
	if p := lp.visits; p != nil {
		if s.Tok == token.BREAK { // later steps do not come back to it
			f.wrote(p.breaks, f.condBorn())
			f.emit(&resStmt{kind: assignStmt, op: "=", pos: s.Pos(), lhs: []target{{v: p.breaks}}, rhs: []code{txt("true")}})
		}
		if f.conditional(to.depth) == nil {
			return ctl{ctlContinue, lp.name}
		}
	}
	if f.conditional(to.depth) == nil {
		if s.Tok == token.CONTINUE {
			return ctl{ctlContinue, lp.name}
		}
		return ctl{ctlBreak, lp.name}
	}
	f.jump(to, s.Pos())
	return ctl{kind: ctlExited}
}

// jump leaves a group by residual code: what follows in the group is conditional.
func (f *frame) jump(to *rscope, pos token.Pos) {
	f.jumped(to, pos)
	p := f.predicate()
	f.exitsTo(to, p)
	to.label.used = true
	f.emit(&resStmt{kind: jumpStmt, pos: pos, op: "break", label: to.label, effects: true})
	f.leaves(to)
	for s := f.scope; s != nil && s != to; s = s.parent {
		if s.side != nil {
			s.side.exits = append(s.side.exits, to)
		}
	}
	if !to.cond {
		to.cond, to.pos, to.born = true, pos, f.condBorn()
	}
}

// loopCtx is a loop or switch that break and continue refer to.
type loopCtx struct {
	parent    *loopCtx
	name      string
	brk, cont *rscope // groups to leave
	isSwitch  bool
	host      bool // printed as a loop or switch
	label     *resLabel
	scope     *rscope // of a host loop's body
	visits    *phase  // of a loop over decoding steps
}

// target finds the loop that a branch statement means.
func (f *frame) target(tok token.Token, label string) *loopCtx {
	for lp := f.loops; lp != nil; lp = lp.parent {
		if label != "" && lp.name != label || tok == token.CONTINUE && lp.isSwitch {
			continue
		}
		return lp
	}
	return nil
}

// hostLabel gives the label that a jump of a residual loop needs, nil where
// only ifs stand between them.
func (f *frame) hostLabel(lp *loopCtx) *resLabel {
	for s := f.scope; s != nil && s != lp.scope; s = s.parent {
		if s.kind != scopeIf {
			lp.label.used = true
			return lp.label
		}
	}
	return nil
}
