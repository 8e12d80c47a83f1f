package ast

import (
	"go/ast"
	"go/token"
	"go/types"
)

// returnStmt returns now, or leaves a return to the residual code where it
// stands under a condition that only a run knows.
func (f *frame) returnStmt(s *ast.ReturnStmt) ctl {
	if f.phaseOf() != nil && (f.call.kind == mainCall || f.call.kind == invokeCall || f.call.steps) {
		f.fail(s.Pos(), "NN1321", "leave a loop with break; return at the end of the function",
			"the function returns in the middle of its steps: its other parts belong to steps to come")
		return ctl{kind: ctlReturn}
	}
	vals, ok := f.returned(s)
	if !ok {
		return ctl{kind: ctlReturn}
	}
	at := func(i int) ast.Expr {
		if i < len(s.Results) {
			return s.Results[i]
		}
		return &ast.Ident{NamePos: s.Pos(), Name: "return"}
	}
	switch f.call.kind {
	case hostCall:
		st := &resStmt{kind: returnStmt, pos: s.Pos(), effects: true, op: "return"}
		for i, v := range vals {
			st.rhs = append(st.rhs, f.codeOf(v, f.call.sig.Results().At(i).Type(), at(i)))
		}
		f.emit(st)
		return ctl{kind: ctlExited}
	case mainCall:
		return f.mainReturn(s, vals, at)
	}
	cond := f.conditional(f.call.scope.depth) != nil
	for i, v := range vals {
		f.setCell(f.call.results[i], v, at(i))
	}
	if !cond {
		return ctl{kind: ctlReturn}
	}
	f.left(s.Pos())
	f.jump(f.call.scope, s.Pos())
	return ctl{kind: ctlExited}
}

// returned evaluates the results of a return statement.
func (f *frame) returned(s *ast.ReturnStmt) ([]value, bool) {
	var vals []value
	switch {
	case len(s.Results) == 0 && f.call.named:
		for _, c := range f.call.results {
			vals = append(vals, f.resultValue(c))
		}
	case len(s.Results) == 1 && len(f.call.results) > 1:
		switch v := f.expr(s.Results[0]).(type) {
		case *tupleVal:
			vals = v.vals
		case *codeVal:
			vals = f.spreadTuple(s, v)
		default:
			return nil, false
		}
	default:
		for _, r := range s.Results {
			vals = append(vals, f.expr(r))
		}
		f.protectResults(vals, s)
	}
	return vals, len(vals) == len(f.call.results)
}

// protectResults fixes values that the assignments of other results would change.
func (f *frame) protectResults(vals []value, s *ast.ReturnStmt) {
	if !f.call.named || len(vals) < 2 || len(vals) != len(f.call.results) || f.call.kind == hostCall {
		return
	}
	for i, v := range vals {
		c, ok := v.(*codeVal)
		if !ok || !f.readsOther(c, i) {
			continue
		}
		rv := f.newVar("nn_v", c.typ)
		f.define(rv, c.code, c, s.Results[i])
		vals[i] = &codeVal{code: code{{v: rv}}, typ: c.typ, pure: true, born: rv.born, tensor: c.tensor}
	}
}

// readsOther reports whether code reads a named result other than the i-th.
func (f *frame) readsOther(c *codeVal, i int) bool {
	for _, fr := range c.code {
		for j, r := range f.call.results {
			if j != i && fr.v != nil && (fr.v == r.res || fr.v == r.result) {
				return true
			}
		}
	}
	return false
}

// resultValue reads a named result; one that was never set has its zero value.
func (f *frame) resultValue(c *cell) value {
	if v, ok := f.readKnown(c); ok {
		c.wasRead()
		return v
	}
	return heldResult(c)
}

// heldResult is what a named result holds in residual code, from wherever the
// function returned, else its static value.
func heldResult(c *cell) value {
	c.wasRead()
	if c.res != nil {
		return &codeVal{code: code{{v: c.res}}, typ: c.typ, pure: true, born: c.res.born}
	}
	return c.val
}

// spreadTuple emits "nn_v, nn_v2 := call" for return f().
func (f *frame) spreadTuple(s *ast.ReturnStmt, v *codeVal) []value {
	tup, _ := f.src.info.TypeOf(s.Results[0]).(*types.Tuple)
	if tup == nil {
		return nil
	}
	st := &resStmt{kind: assignStmt, op: "=", pos: s.Pos(), rhs: []code{v.code}, effects: !v.pure}
	var vals []value
	for t := range tup.Variables() {
		rv := f.newVar("nn_v", t.Type())
		f.wrote(rv, v.born)
		st.lhs = append(st.lhs, target{v: rv, define: true})
		vals = append(vals, &codeVal{code: code{{v: rv}}, typ: rv.typ, pure: true, born: rv.born})
	}
	f.emit(st)
	return vals
}

// mainReturn returns from the trace function.
func (f *frame) mainReturn(s *ast.ReturnStmt, vals []value, at func(int) ast.Expr) ctl {
	if f.conditional(f.call.scope.depth) == nil {
		f.ev.returned = s.Pos()
		for i, v := range vals {
			c := f.call.results[i]
			if cv, ok := v.(*codeVal); ok && !f.ev.exit.IsValid() && !f.ev.hasDefer {
				c.val, c.res = cv, nil // nothing comes after it
				continue
			}
			f.setCell(c, v, at(i))
		}
		return ctl{kind: ctlReturn}
	}
	n := len(vals)
	if n > 0 && !f.ev.hasDefer && isError(f.call.results[n-1].typ) && f.surelyError(s, vals[n-1]) {
		f.emit(&resStmt{
			kind: returnStmt, pos: s.Pos(), fails: true, effects: true, op: "return",
			rhs: []code{f.codeOf(vals[n-1], f.call.results[n-1].typ, at(n-1))},
		})
		return ctl{kind: ctlExited}
	}
	for i, v := range vals {
		f.setCell(f.call.results[i], f.zeroTensor(v, f.call.results[i].typ), at(i))
	}
	if !f.ev.exit.IsValid() {
		f.ev.exit, f.ev.exitBorn = s.Pos(), f.condBorn()
	}
	f.jump(f.call.scope, s.Pos())
	return ctl{kind: ctlExited}
}

// zeroTensor gives the tensor that is none, which a return on some paths may
// give, as Go code.
func (f *frame) zeroTensor(v value, t types.Type) value {
	if x, ok := v.(*tensorVal); !ok || x.sym != nil {
		return v
	}
	c, ok := f.ev.typeCode(t)
	if !ok {
		return v
	}
	return &codeVal{code: c.add("{}"), typ: t, pure: true}
}

// surelyError reports whether a returned error cannot be nil: it is made on the
// spot, or the condition just found that it is not.
func (f *frame) surelyError(s *ast.ReturnStmt, v value) bool {
	if _, ok := v.(*codeVal); !ok || len(s.Results) == 0 {
		return false
	}
	switch e := ast.Unparen(s.Results[len(s.Results)-1]).(type) {
	case *ast.CallExpr:
		if o, ok := rootFunc(f.src.info, e.Fun); ok && o.Pkg() != nil {
			path := o.Pkg().Path()
			return path == "errors" && o.Name() == "New" || path == "fmt" && o.Name() == "Errorf"
		}
	case *ast.Ident:
		return f.checkedError(e)
	}
	return false
}

func rootFunc(info *types.Info, e ast.Expr) (*types.Func, bool) {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		o, ok := info.Uses[e].(*types.Func)
		return o, ok
	case *ast.SelectorExpr:
		o, ok := info.Uses[e.Sel].(*types.Func)
		return o, ok
	}
	return nil, false
}

// checkedError reports whether the return stands right under "if x != nil".
func (f *frame) checkedError(id *ast.Ident) bool {
	o := f.src.info.Uses[id]
	found := false
	ast.Inspect(f.call.fn, func(n ast.Node) bool {
		s, ok := n.(*ast.IfStmt)
		if !ok || id.Pos() < s.Body.Pos() || id.End() > s.Body.End() {
			return true
		}
		b, ok := ast.Unparen(s.Cond).(*ast.BinaryExpr)
		if !ok || b.Op != token.NEQ {
			return true
		}
		x, ok := ast.Unparen(b.X).(*ast.Ident)
		if ok && f.src.info.Uses[x] == o && f.src.info.Types[b.Y].IsNil() {
			found = true
		}
		return true
	})
	return found
}
