package ast

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"sort"
)

func sortByPos(list []types.Object) {
	sort.Slice(list, func(i, j int) bool { return list[i].Pos() < list[j].Pos() })
}

// rangeStmt carries a range loop out where its length is known.
func (f *frame) rangeStmt(s *ast.RangeStmt, name string) ctl {
	x := f.expr(s.X)
	if p, ok := x.(*ptrVal); ok && p.to.res == nil {
		x = p.to.val
	}
	switch x := x.(type) {
	case *sliceVal:
		// Range reads the length once, an array it copies.
		v := copyValue(x).(*sliceVal)
		return f.staticRange(s, name, v.len, func(i int) (value, value) { return intConst(int64(i)), v.element(i) })
	case *constVal:
		return f.constRange(s, name, x)
	case *dimsVal:
		if x.of.typ.Shape.RankKnown() {
			return f.staticRange(s, name, len(x.of.typ.Shape), func(i int) (value, value) {
				return intConst(int64(i)), f.dimValue(x, i, s.X)
			})
		}
		f.residualRange(s, name, f.codeOf(x, f.typeOf(s.X), s.X), token.NoPos)
	case *codeVal:
		f.residualRange(s, name, x.code, x.born)
	case *mapVal:
		return f.mapRange(s, name, x)
	case *visitsVal:
		return f.visitRange(s, name, x)
	case *funcVal:
		f.residualRange(s, name, f.codeOf(x, f.typeOf(s.X), s.X), token.NoPos)
	case *nilVal, invalid:
	default:
		f.fail(s.X.Pos(), "NN1202", "", "ranging over %s is not in the subset of Go that nngen compiles", x.kind())
	}
	return ctl{}
}

func (f *frame) dimValue(x *dimsVal, i int, at ast.Expr) value {
	if n, ok := x.of.typ.Shape[i].Const(); ok {
		return intConst(n)
	}
	c := f.codeOf(x, x.typ, at).add("[", literalText(constant.MakeInt64(int64(i)), nil), "]")
	return &codeVal{code: c, typ: types.Typ[types.Int], pure: true, born: bornIn(c)}
}

func (f *frame) constRange(s *ast.RangeStmt, name string, x *constVal) ctl {
	if x.v.Kind() == constant.String {
		str := []rune(constant.StringVal(x.v))
		offs := []int{}
		for i := range constant.StringVal(x.v) {
			offs = append(offs, i)
		}
		return f.staticRange(s, name, len(str), func(i int) (value, value) {
			return intConst(int64(offs[i])), &constVal{constant.MakeInt64(int64(str[i])), types.Typ[types.Rune]}
		})
	}
	n, _ := intOf(x)
	if n > maxSteps {
		f.fail(s.X.Pos(), "NN1207", "loop over fewer values", "a loop over %d values cannot be carried out at generate time", n)
		return ctl{}
	}
	return f.staticRange(s, name, int(max(n, 0)), func(i int) (value, value) {
		return &constVal{constant.MakeInt64(int64(i)), x.typ}, nil
	})
}

// staticRange carries out n iterations.
func (f *frame) staticRange(s *ast.RangeStmt, name string, n int, at func(int) (key, val value)) ctl {
	loop, done := f.group("nn_loop")
	list := &resStmt{kind: loopStmt, pos: s.Pos()}
	out := ctl{}
	for i := range n {
		c, stop := loop.round(s.Body, name, list, func(it *frame) {
			k, v := at(i)
			it.bindRange(s, s.Key, k)
			it.bindRange(s, s.Value, v)
		})
		if stop {
			out = c
			break
		}
	}
	loop.finishLoop(list)
	loop.scope.ended = out.kind == ctlExited
	done()
	return afterGroup(out, name, loop.scope)
}

// bindRange gives a loop variable its value for an iteration.
func (f *frame) bindRange(s *ast.RangeStmt, l ast.Expr, v value) {
	if l == nil || v == nil {
		return
	}
	if id, ok := l.(*ast.Ident); ok && id.Name == "_" {
		return
	}
	if s.Tok == token.DEFINE {
		id := l.(*ast.Ident)
		if o := f.src.info.Defs[id]; o != nil {
			f.newCell(o, o.Type(), copyValue(v))
		}
		return
	}
	f.store(l, v, l, s)
}

// mapRange refuses what Go leaves open: the order of a map.
func (f *frame) mapRange(s *ast.RangeStmt, name string, x *mapVal) ctl {
	if x.obj == nil || len(x.obj.keys) == 0 {
		return ctl{}
	}
	if len(x.obj.keys) > 1 {
		f.fail(s.X.Pos(), "NN1202", "keep the keys in a slice and range over that", "the order of a range over a map is not defined")
		return ctl{}
	}
	return f.staticRange(s, name, 1, func(int) (value, value) {
		k := x.obj.keys[0]
		return k, x.obj.vals[keyText(k)]
	})
}

// residualRange leaves a range loop to the residual code.
func (f *frame) residualRange(s *ast.RangeStmt, name string, x code, born token.Pos) {
	f.demoteAssigned(s.Body)
	if s.Tok == token.ASSIGN {
		f.fail(s.Pos(), "NN1202", "declare the loop variables with :=", "a range over host data needs loop variables of its own")
		return
	}
	st := &resStmt{kind: forStmt, pos: s.Pos(), label: &resLabel{name: "nn_loop"}}
	body := &resBlock{}
	g := f.into(body, rscope{cond: true, loop: true, kind: scopeLoop, born: born, pos: s.Pos()})
	g.loops = &loopCtx{parent: f.loops, name: name, host: true, label: st.label, scope: g.scope}
	bind := func(l ast.Expr) *resVar {
		id, ok := l.(*ast.Ident)
		if !ok || id.Name == "_" {
			return nil
		}
		o := g.src.info.Defs[id]
		if o == nil {
			return nil
		}
		g.reservedName(id)
		c := g.newCell(o, o.Type(), nil)
		c.res = g.newVar(id.Name, o.Type())
		c.res.local, c.res.writes, c.res.born = true, 1, born
		return c.res
	}
	k, v := bind(s.Key), bind(s.Value)
	k.sharesWith(x)
	v.sharesWith(x)
	g.nested().block(s.Body.List)
	st.lhs = []target{{v: k, blank: k == nil}, {v: v, blank: v == nil}}
	st.op, st.code = "range", x
	_, st.calls = orNil(f.typeOf(s.X)).Underlying().(*types.Signature)
	st.effects = st.calls
	st.blocks = []*resBlock{body}
	f.emit(st)
}
