package ast

import (
	"go/ast"
	"go/types"
)

// hostFunc leaves a function literal to host code: its body is evaluated as
// residual code that may run at any time, any number of times.
func (f *frame) hostFunc(fv *funcVal, at ast.Expr) code {
	g := *f
	g.src, g.env = fv.src, newEnv(fv.env)
	if f.inv != nil {
		g.inv = f.inv
	}
	f.fixCaptured(fv)
	body := &resBlock{}
	h := g.into(body, rscope{cond: true, loop: true, fn: true, kind: scopeFunc, pos: at.Pos()})
	h.loops = nil
	h.call = &callCtx{parent: f.call, kind: hostCall, fn: fv.lit, scope: h.scope, sig: fv.sig, targs: fv.targs}
	head := txt("func(")
	n := 0
	for _, fld := range fv.lit.Type.Params.List {
		names := fld.Names
		if len(names) == 0 {
			names = []*ast.Ident{ast.NewIdent("_")}
		}
		for _, id := range names {
			head = head.add(sep(n))
			n++
			t := fv.src.info.TypeOf(fld.Type)
			if o := fv.src.info.Defs[id]; o != nil && id.Name != "_" {
				c := h.newCell(o, o.Type(), nil)
				c.res = h.newVar(id.Name, o.Type())
				c.res.local, c.res.writes = true, 1
				head = head.add(c.res)
			} else {
				head = head.add("_")
			}
			head = head.add(" ").add(f.fieldType(fld, t, at))
		}
	}
	head = head.add(")")
	head = head.add(h.hostResults(fv, at))
	h.block(fv.lit.Body.List)
	return append(head.add(" "), frag{block: body})
}

func (f *frame) fieldType(fld *ast.Field, t types.Type, at ast.Expr) code {
	if e, ok := fld.Type.(*ast.Ellipsis); ok {
		return txt("...").add(f.typeOrFail(f.src.info.TypeOf(e.Elt), at))
	}
	return f.typeOrFail(f.subst(t), at)
}

// hostResults prints the results of a literal; named ones are variables.
func (f *frame) hostResults(fv *funcVal, at ast.Expr) code {
	res := fv.lit.Type.Results
	if res == nil {
		return nil
	}
	out := txt(" (")
	n := 0
	for _, fld := range res.List {
		t := f.typeOf(fld.Type)
		if len(fld.Names) == 0 {
			out = out.add(sep(n)).add(f.typeOrFail(t, at))
			f.call.results = append(f.call.results, &cell{typ: t})
			n++
			continue
		}
		f.call.named = true
		for _, id := range fld.Names {
			c := &cell{name: id.Name, typ: t, scope: f.depth()}
			c.res = f.newVar(id.Name, t)
			c.res.local, c.res.writes = true, 1
			if o := fv.src.info.Defs[id]; o != nil {
				f.env.cells[o] = c
			}
			f.call.results = append(f.call.results, c)
			out = out.add(sep(n)).add(c.res, " ").add(f.typeOrFail(t, at))
			n++
		}
	}
	if n == 1 && !f.call.named {
		return append(txt(" "), out[1:]...)
	}
	return out.add(")")
}

// fixCaptured moves variables that the literal uses and that change elsewhere
// into the residual code, where it sees the changes.
func (f *frame) fixCaptured(fv *funcVal) {
	inner := *f
	inner.env, inner.src = fv.env, fv.src
	ast.Inspect(fv.lit.Body, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		o, isVar := fv.src.info.Uses[id].(*types.Var)
		if !isVar {
			return true
		}
		c := fv.env.lookup(o)
		if c == nil {
			return true
		}
		if c.res == nil && fv.src.isReassigned(o) {
			switch c.val.(type) {
			case *constVal, *sliceVal, *structVal, *mapVal:
				inner.demote(c, id)
			}
		}
		if c.res != nil {
			c.res.captured = true
		}
		return true
	})
}
