package ast

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/nngen-go/nngen/internal/diag"
)

// callExpr evaluates a call.
func (f *frame) callExpr(e *ast.CallExpr) value {
	if tv := f.src.info.Types[e.Fun]; tv.IsType() {
		return f.convert(e)
	}
	if id, ok := ast.Unparen(e.Fun).(*ast.Ident); ok {
		if _, ok := f.src.info.Uses[id].(*types.Builtin); ok {
			return f.builtin(e, id.Name)
		}
	}
	fun := f.expr(e.Fun)
	fv, ok := fun.(*funcVal)
	if !ok {
		if isInvalid(fun) {
			f.args(e)
			return fun
		}
		return f.hostCallValue(e, fun)
	}
	switch recv := fv.recv.(type) {
	case *tensorVal:
		return f.tensorMethod(e, fv, recv)
	case *envoyVal:
		return f.envoyMethod(e, fv, recv)
	case *traceVal:
		return f.traceMethod(e, fv)
	case *barrierVal:
		return f.barrierMethod(e, fv, recv)
	case *codeVal:
		if isTensor(recv.typ) {
			return f.tensorMethod(e, fv, recv)
		}
	}
	if fv.method != "" && fv.recv == nil && fv.decl == nil {
		return f.runtimeFunc(e, fv)
	}
	args := f.args(e)
	if args == nil {
		return invalid{}
	}
	if fv.lit != nil || fv.decl != nil && f.mustInline(fv, args) {
		return f.inline(fv, args, e)
	}
	if fv.decl != nil && fv.decl.Body != nil {
		if v, ok := f.tryStatic(fv, args, e); ok {
			return v
		}
	}
	return f.foreign(e, fv, args)
}

// args evaluates the arguments of a call; nil if one of them is a mistake.
func (f *frame) args(e *ast.CallExpr) []value {
	out := []value{}
	bad := false
	for _, v := range f.operands(e.Args) {
		if t, ok := v.(*tupleVal); ok && len(e.Args) == 1 {
			return t.vals
		}
		bad = bad || isInvalid(v)
		out = append(out, v)
	}
	if bad {
		return nil
	}
	return out
}

// operands evaluates the operands of one expression: those with calls first, as
// Go's compiler does, because calls may change the variables that the others read.
func (f *frame) operands(list []ast.Expr) []value {
	out := make([]value, len(list))
	for _, calls := range []bool{true, false} {
		for i, e := range list {
			if f.hasCall(e) == calls {
				out[i] = f.expr(e)
			}
		}
	}
	return out
}

// hasCall reports whether evaluating an expression calls a function.
func (f *frame) hasCall(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			id, _ := ast.Unparen(n.Fun).(*ast.Ident)
			_, builtin := f.src.info.Uses[id].(*types.Builtin)
			found = found || !builtin && !f.src.info.Types[n.Fun].IsType()
		}
		return !found
	})
	return found
}

// mustInline reports whether a call has to be carried out now: tensors, Envoys,
// functions and what is kept at generate time cannot cross into host code.
func (f *frame) mustInline(fv *funcVal, args []value) bool {
	generate := func(v value) bool {
		switch v.(type) {
		case *tensorVal, *envoyVal, *traceVal, *barrierVal, *ptrVal, *indexVal, *dimsVal:
			return true
		case *funcVal:
			return v.(*funcVal).lit != nil && f.touchesPoints(v.(*funcVal))
		}
		return false
	}
	for _, a := range args {
		if holds(a, generate) {
			return true
		}
	}
	if fv.recv != nil && holds(fv.recv, generate) {
		return true
	}
	for r := range fv.sig.Results().Variables() {
		if isTensor(r.Type()) || isEnvoy(r.Type()) {
			return true
		}
	}
	return false
}

// touchesPoints reports whether a literal mentions variables that hold tensors or Envoys.
func (f *frame) touchesPoints(fv *funcVal) bool {
	found := false
	ast.Inspect(fv.lit, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok {
			if t := fv.src.info.TypeOf(e); t != nil && (isTensor(t) || isEnvoy(t)) {
				found = true
			}
		}
		return !found
	})
	return found
}

// inline carries a call out now.
func (f *frame) inline(fv *funcVal, args []value, e *ast.CallExpr) value {
	if f.call != nil && f.call.depth >= maxDepth {
		return f.fail(e.Pos(), "NN1207", "end the recursion on a constant argument", "calls nest deeper than %d at generate time", maxDepth)
	}
	if fv.decl != nil && fv.decl.Body == nil {
		return f.foreign(e, fv, args)
	}
	g, done := f.group("nn_call")
	g.src, g.env, g.loops = fv.src, newEnv(fv.env), nil
	call := &callCtx{parent: f.call, kind: inlineCall, pos: e.Pos(), scope: g.scope, targs: fv.targs, sig: fv.sig}
	if f.call != nil {
		call.depth = f.call.depth + 1
	}
	ft, body := funcParts(fv)
	call.fn = body
	if fv.lit != nil {
		call.fn = fv.lit
	} else {
		call.fn = fv.decl
	}
	g.call = call
	g.bindReceiver(fv, e)
	f.bindParams(g, ft, fv, args, e)
	g.declareResults(ft, f.depth())
	g.block(body.List)
	done()
	return g.callResult(call)
}

func funcParts(fv *funcVal) (*ast.FuncType, *ast.BlockStmt) {
	if fv.lit != nil {
		return fv.lit.Type, fv.lit.Body
	}
	return fv.decl.Type, fv.decl.Body
}

// wasRead notes that the value a variable was last given is used.
func (c *cell) wasRead() {
	if c.last != nil {
		c.last.read = true
	}
}

// callResult gives what an inlined call returned.
func (f *frame) callResult(call *callCtx) value {
	vals := make([]value, len(call.results))
	for i, c := range call.results {
		vals[i] = f.resultValue(c)
	}
	switch len(vals) {
	case 0:
		return &tupleVal{}
	case 1:
		return vals[0]
	}
	return &tupleVal{vals}
}

// declareResults makes the result variables of a call, at the caller's level.
func (f *frame) declareResults(ft *ast.FuncType, depth int) {
	if ft.Results == nil {
		return
	}
	for _, fld := range ft.Results.List {
		t := f.typeOf(fld.Type)
		names := fld.Names
		if len(names) == 0 {
			f.call.results = append(f.call.results, &cell{typ: t, val: f.zero(t), scope: depth, name: "nn_r"})
			continue
		}
		f.call.named = true
		for _, n := range names {
			c := &cell{obj: f.src.info.Defs[n], name: n.Name, typ: t, val: f.zero(t), scope: depth}
			if n.Name == "_" {
				c.name = "nn_r"
			}
			if c.obj != nil {
				f.env.cells[c.obj] = c
			}
			f.call.results = append(f.call.results, c)
		}
	}
}

// bindReceiver gives a method its receiver.
func (f *frame) bindReceiver(fv *funcVal, e *ast.CallExpr) {
	if fv.decl == nil || fv.decl.Recv == nil || fv.recv == nil {
		return
	}
	names := fv.decl.Recv.List[0].Names
	if len(names) == 0 || names[0].Name == "_" {
		return
	}
	o := f.src.info.Defs[names[0]]
	recv := fv.recv
	_, wantPtr := o.Type().Underlying().(*types.Pointer)
	if p, ok := recv.(*ptrVal); ok && !wantPtr {
		recv = f.read(p.to, e)
	}
	f.newCell(o, o.Type(), copyValue(recv))
}

// bindParams gives a call's parameters their values. g is the callee's frame.
func (f *frame) bindParams(g *frame, ft *ast.FuncType, fv *funcVal, args []value, e *ast.CallExpr) {
	var names []*ast.Ident
	for _, fld := range ft.Params.List {
		if len(fld.Names) == 0 {
			names = append(names, nil)
		}
		names = append(names, fld.Names...)
	}
	if fv.sig.Variadic() && !e.Ellipsis.IsValid() {
		n := len(names) - 1
		t := fv.sig.Params().At(n).Type()
		obj := &arrayObj{elem: t.(*types.Slice).Elem(), elems: append([]value(nil), args[min(n, len(args)):]...)}
		args = append(append([]value(nil), args[:min(n, len(args))]...), &sliceVal{typ: g.subst(t), obj: obj, len: len(obj.elems)})
	}
	for i, id := range names {
		if id == nil || id.Name == "_" || i >= len(args) {
			continue
		}
		o := g.src.info.Defs[id]
		var at ast.Expr = e
		if i < len(e.Args) {
			at = e.Args[i]
		}
		if c, ok := args[i].(*codeVal); ok && (f.stable(c) || f.tapOnly(c)) && !g.src.isReassigned(o) {
			g.newCell(o, o.Type(), c)
			continue
		}
		c := g.newCell(o, o.Type(), nil)
		// The residual code of the argument is the caller's text.
		g.setCell(c, args[i], at)
	}
}

// stable reports whether code may be evaluated anywhere, any number of times:
// it reads parameters that never change, and cannot fail.
func (f *frame) stable(c *codeVal) bool {
	if !c.pure {
		return false
	}
	for _, fr := range c.code {
		if fr.tap != nil || fr.block != nil || fr.v != nil && (!fr.v.param || fr.v.changed) {
			return false
		}
	}
	return true
}

// tapOnly reports whether code reads nothing but taps.
func (f *frame) tapOnly(c *codeVal) bool {
	if !c.pure {
		return false
	}
	for _, fr := range c.code {
		if fr.v != nil && (!fr.v.param || fr.v.changed) || fr.block != nil {
			return false
		}
	}
	return true
}

// tryStatic evaluates a call with constant arguments now, if that leaves
// nothing for the run; else everything is as before.
func (f *frame) tryStatic(fv *funcVal, args []value, e *ast.CallExpr) (value, bool) {
	for _, a := range args {
		if _, ok := a.(*constVal); !ok {
			return nil, false
		}
	}
	if fv.recv != nil || len(args) == 0 && fv.sig.Results().Len() == 0 {
		return nil, false
	}
	diags, reported := slices.Clone(f.ev.diags), f.ev.reported
	f.ev.reported = map[string]bool{}
	g := *f
	g.out = &resBlock{}
	g.loops = nil
	v := g.inline(fv, args, e)
	static := !holds(v, func(x value) bool {
		switch x.(type) {
		case *constVal, *nilVal, *sliceVal, *structVal, *tupleVal:
			return false
		}
		return true
	})
	ok := static && len(g.out.stmts) == 0 && len(f.ev.diags) == len(diags)
	f.ev.diags, f.ev.reported = diag.List(diags), reported
	return v, ok
}

// hostCallValue calls a function that only the run knows.
func (f *frame) hostCallValue(e *ast.CallExpr, fun value) value {
	c, ok := fun.(*codeVal)
	if !ok {
		return f.fail(e.Fun.Pos(), "NN1201", "", "%s cannot be called", fun.kind())
	}
	args := f.args(e)
	if args == nil {
		return invalid{}
	}
	return f.foreignCall(e, map[ast.Expr]value{e.Fun: c}, args, false)
}

// foreign leaves a call to host code.
func (f *frame) foreign(e *ast.CallExpr, fv *funcVal, args []value) value {
	parts := map[ast.Expr]value{}
	pure := f.pureFunc(e)
	if sel, ok := ast.Unparen(e.Fun).(*ast.SelectorExpr); ok && fv.recv != nil {
		if c := f.cellOf(sel.X); c != nil && c.res == nil {
			if _, isConst := c.val.(*constVal); !isConst {
				f.demote(c, sel.X) // a method may change its receiver
			}
		}
		parts[sel.X] = f.expr(sel.X)
		if c := f.cellOf(sel.X); c != nil && c.res != nil && !c.res.param {
			c.res.changed = true
		}
	} else if fv.lit == nil && fv.decl != nil {
		// named by its identifier, rewritten below
		_ = fv
	}
	return f.foreignCall(e, parts, args, pure)
}

// foreignCall builds the call as residual code. Slices and maps that the callee
// might change become variables of the residual code first.
func (f *frame) foreignCall(e *ast.CallExpr, parts map[ast.Expr]value, args []value, pure bool) value {
	if len(args) != len(e.Args) {
		return f.fail(e.Pos(), "NN1205", "assign the results to variables first", "the results of a call cannot be passed on directly here")
	}
	for i, a := range e.Args {
		v := args[i]
		switch s := v.(type) {
		case *sliceVal, *mapVal:
			c := f.cellOf(a)
			arr, isArr := s.(*sliceVal)
			if c != nil && c.res == nil && !pure && !f.readsOnly(e) && (!isArr || !arr.array) {
				f.demote(c, a)
				v = f.expr(a)
			}
		}
		if isInvalid(v) {
			return v
		}
		parts[a] = v
	}
	v := f.residual(e, pure, parts)
	if c, ok := v.(*codeVal); ok {
		c.pure = c.pure && pure
		if !c.born.IsValid() && !pure {
			c.born = token.NoPos
		}
	}
	return v
}

// pureFunc knows functions of the standard library that only compute.
func (f *frame) pureFunc(e *ast.CallExpr) bool {
	o, ok := rootFunc(f.src.info, e.Fun)
	if !ok || o.Pkg() == nil {
		return false
	}
	switch o.Pkg().Path() {
	case "math", "strings", "strconv", "unicode", "math/bits":
		return o.Signature().Recv() == nil
	case "fmt":
		return o.Name() == "Sprintf" || o.Name() == "Sprint" || o.Name() == "Errorf"
	case "errors":
		return o.Name() == "New"
	}
	return false
}

// readsOnly knows packages whose functions leave slices and maps as they are.
func (f *frame) readsOnly(e *ast.CallExpr) bool {
	o, ok := rootFunc(f.src.info, e.Fun)
	if !ok || o.Pkg() == nil {
		return false
	}
	switch o.Pkg().Path() {
	case "fmt", "log", "strings", "encoding/json":
		return true
	case "slices":
		switch o.Name() {
		case "Max", "Min", "MaxFunc", "MinFunc", "Contains", "Index", "Equal", "IndexFunc", "ContainsFunc", "Sorted", "Clone":
			return true
		}
	}
	return false
}

// exprStmt executes a call for its effects.
func (f *frame) exprStmt(s *ast.ExprStmt) {
	v := f.expr(s.X)
	switch v := v.(type) {
	case *tensorVal:
		if v.sym != nil {
			f.discarded(s)
		}
	case *codeVal:
		if isTensor(v.typ) && v.pure {
			f.discarded(s)
			return
		}
		if !v.pure {
			f.emit(&resStmt{kind: leafStmt, pos: s.Pos(), code: v.code, effects: true})
		}
	}
}

// discarded reports a tensor operation whose result nobody uses.
func (f *frame) discarded(s *ast.ExprStmt) {
	name, recv := "the operation", "x"
	if c, ok := s.X.(*ast.CallExpr); ok {
		if sel, ok := c.Fun.(*ast.SelectorExpr); ok {
			name = sel.Sel.Name
			if id, ok := sel.X.(*ast.Ident); ok {
				recv = id.Name
			}
		}
	}
	if name == "Output" || name == "Input" {
		f.fail(s.Pos(), "NN1214", "assign it, or leave the line out", "the value of %s is not used", name)
		return
	}
	f.fail(s.Pos(), "NN1214", recv+" = "+recv+"."+name+"(…), then write it back with SetOutput or SetInput",
		"the result of %s is not used: tensor operations change nothing, they give a new tensor", name)
}
