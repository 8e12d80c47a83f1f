package ast

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// expr evaluates an expression.
func (f *frame) expr(e ast.Expr) value {
	if tv, ok := f.src.info.Types[e]; ok && tv.Value != nil {
		return &constVal{tv.Value, f.subst(tv.Type)}
	}
	switch e := e.(type) {
	case *ast.Ident:
		return f.ident(e)
	case *ast.ParenExpr:
		return f.paren(e)
	case *ast.SelectorExpr:
		return f.selector(e)
	case *ast.CallExpr:
		return f.callExpr(e)
	case *ast.BinaryExpr:
		return f.binary(e)
	case *ast.UnaryExpr:
		return f.unary(e)
	case *ast.StarExpr:
		return f.star(e)
	case *ast.IndexExpr:
		return f.index(e)
	case *ast.IndexListExpr:
		return f.expr(e.X)
	case *ast.SliceExpr:
		return f.sliceExpr(e)
	case *ast.CompositeLit:
		return f.composite(e)
	case *ast.FuncLit:
		sig, _ := f.typeOf(e).(*types.Signature)
		return &funcVal{src: f.src, lit: e, env: f.env, sig: sig, node: e, targs: f.targs()}
	case *ast.TypeAssertExpr:
		return f.typeAssert(e)
	}
	return f.fail(e.Pos(), "NN1201", "write it with plain variables, calls and operators", "this expression is not in the subset of Go that nngen compiles")
}

func (f *frame) targs() map[*types.TypeParam]types.Type {
	if f.call == nil {
		return nil
	}
	return f.call.targs
}

func (f *frame) paren(e *ast.ParenExpr) value {
	v := f.expr(e.X)
	if c, ok := v.(*codeVal); ok {
		out := *c
		out.code = txt("(").add(c.code, ")")
		return &out
	}
	return v
}

// ident evaluates a name.
func (f *frame) ident(e *ast.Ident) value {
	o := f.src.info.Uses[e]
	if o == nil {
		o = f.src.info.Defs[e]
	}
	switch o := o.(type) {
	case *types.Nil:
		return &nilVal{typ: f.typeOf(e)}
	case *types.Const:
		return &constVal{o.Val(), o.Type()}
	case *types.Func:
		return f.declared(o, e)
	case *types.Var:
		if c := f.env.lookup(o); c != nil {
			return f.read(c, e)
		}
		return f.globalVar(o, e)
	}
	return f.fail(e.Pos(), "NN1201", "", "%s cannot be used here", e.Name)
}

// read gives the value of a variable.
func (f *frame) read(c *cell, at ast.Expr) value {
	c.wasRead()
	f.uses(c, at.Pos())
	if v, ok := f.readKnown(c); ok {
		return v
	}
	if _, changed := f.knownOf(c); changed && c.res == nil && isModuleType(c.typ) {
		return f.vagueModule(c, at)
	}
	if c.res != nil {
		v := &codeVal{code: code{{v: c.res}}, typ: c.typ, pure: true, born: c.res.born}
		if c.res.kept {
			v.tensor, v.carried = f.ev.carriedTypes[c.obj], true
		}
		return v
	}
	if t, ok := c.val.(*tensorVal); ok && t.sym == nil && isTensor(c.typ) {
		return f.unset(c, at)
	}
	if outdated(c.val) {
		return f.fail(at.Pos(), "NN1213", "use one variable for what a run stores into, or make the slice with what a value of the run decides",
			"%s shares its memory with a variable into which values are stored that are known only when the trace runs", nameOf(c))
	}
	return c.val
}

// unset reports a tensor variable that is read before it has a value.
func (f *frame) unset(c *cell, at ast.Expr) value {
	name := c.name
	if name == "" {
		name = "the tensor"
	}
	hint := "set it before this line"
	if f.ev.form == ManyInvokes && !f.ev.sched.running && !f.ev.sched.ran {
		hint = "invokes run when Run is called: read it after t.Run()"
	} else if f.inv != nil {
		hint = "let this invoke wait at a barrier until the other has set it"
	}
	d := f.ev.report(at.Pos(), "NN1501", "%s is read before it is set", name)
	d.Hint = hint
	if c.obj != nil {
		for _, p := range assignments(f.src.info, f.ev.tf.decl, c.obj) {
			f.ev.relate(d, p, "%s is set here", name)
		}
	}
	return invalid{}
}

// globalVar reads a package-level variable: a constant if nothing changes it.
func (f *frame) globalVar(o *types.Var, e ast.Expr) value {
	if o.Pkg() != nil && o.Pkg().Path() == RuntimePath && isRuntime(o.Type(), "Index") {
		return &indexVal{name: o.Name(), typ: o.Type()}
	}
	if s := f.ev.prog.sources[o.Pkg().Path()]; s != nil {
		if g := s.globals[o]; g != nil && g.pure {
			if v := f.staticGlobal(s, o, g); v != nil {
				return v
			}
		}
	}
	if isTensor(o.Type()) || isEnvoy(o.Type()) {
		return f.fail(e.Pos(), "NN1209", "pass it as a parameter of the trace function",
			"%s is a package variable: what it holds is not known when code is generated", o.Name())
	}
	return &codeVal{code: f.rewrite(e, nil), typ: o.Type()}
}

// staticGlobal gives a never-changed variable's initialiser, if that is a
// constant or a literal of constants.
func (f *frame) staticGlobal(s *source, o *types.Var, g *global) value {
	if tv := s.info.Types[g.init]; tv.Value != nil {
		return &constVal{tv.Value, o.Type()}
	}
	if !constantLiteral(s.info, g.init) {
		return nil
	}
	inner := *f
	inner.src, inner.env = s, newEnv(nil)
	return inner.expr(g.init)
}

func constantLiteral(info *types.Info, e ast.Expr) bool {
	if info.Types[e].Value != nil {
		return true
	}
	lit, ok := e.(*ast.CompositeLit)
	if !ok {
		return false
	}
	if _, isMap := info.TypeOf(lit).Underlying().(*types.Map); isMap {
		return false
	}
	for _, el := range lit.Elts {
		if kv, ok := el.(*ast.KeyValueExpr); ok {
			el = kv.Value
		}
		if !constantLiteral(info, el) {
			return false
		}
	}
	return true
}

// residual builds a codeVal from an expression whose parts were evaluated.
func (f *frame) residual(e ast.Expr, pure bool, parts map[ast.Expr]value) value {
	known := map[ast.Expr]code{}
	out := &codeVal{typ: f.typeOf(e), pure: pure}
	for part, v := range parts {
		if isInvalid(v) {
			return invalid{}
		}
		if !isLiteral(part) {
			known[part] = f.codeOf(v, f.typeOf(part), part)
		}
		if c, ok := v.(*codeVal); ok && !c.pure {
			out.pure = false
		}
	}
	out.code = f.rewrite(e, known)
	out.born = bornIn(out.code)
	return out
}

// isLiteral reports whether an expression is a literal number or text, which
// stays as the user wrote it.
func isLiteral(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.UnaryExpr:
		return e.Op != token.AND && isLiteral(e.X)
	}
	return false
}

// constOf gives the constant behind a value.
func constOf(v value) (constant.Value, bool) {
	c, ok := v.(*constVal)
	if !ok {
		return nil, false
	}
	return c.v, true
}

// intOf gives a static integer.
func intOf(v value) (int64, bool) {
	c, ok := constOf(v)
	if !ok {
		return 0, false
	}
	return constant.Int64Val(constant.ToInt(c))
}

func boolConst(b bool, t types.Type) value { return &constVal{constant.MakeBool(b), t} }

func intConst(n int64) value { return &constVal{constant.MakeInt64(n), types.Typ[types.Int]} }

func stringConst(s string) value {
	return &constVal{constant.MakeString(s), types.Typ[types.String]}
}
