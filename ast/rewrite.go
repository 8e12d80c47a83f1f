package ast

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"sort"
	"strconv"
	"strings"
)

// cut is a part of the user's text and the code that takes its place.
type cut struct {
	pos, end token.Pos
	code     code
}

// text gives the user's text between two positions, with the cuts replaced.
func (f *frame) text(pos, end token.Pos, cuts []cut) code {
	sort.SliceStable(cuts, func(i, j int) bool { return cuts[i].pos < cuts[j].pos })
	p0 := f.ev.prog.Fset.PositionFor(pos, false)
	src := f.src.src[p0.Filename]
	offset := func(p token.Pos) int { return f.ev.prog.Fset.PositionFor(p, false).Offset }
	var out code
	at := p0.Offset
	for _, c := range cuts {
		if offset(c.pos) < at {
			continue // inside a part that was replaced
		}
		if s := string(src[at:offset(c.pos)]); s != "" {
			out = append(out, frag{text: s})
		}
		out = append(out, c.code...)
		at = offset(c.end)
	}
	if e := offset(end); e > at {
		out = append(out, frag{text: string(src[at:e])})
	}
	return out
}

// excerpt is the user's text of an expression on one line, cut where it is long.
func (f *frame) excerpt(e ast.Expr) string {
	var s string
	for _, fr := range f.text(e.Pos(), e.End(), nil) {
		s += fr.text
	}
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 60 {
		s = string(r[:59]) + "…"
	}
	return s
}

// rewrite gives an expression as residual code: the parts that were evaluated
// are in known, variables and packages are replaced by what they are now.
func (f *frame) rewrite(n ast.Node, known map[ast.Expr]code) code {
	var cuts []cut
	skip := map[ast.Node]bool{}
	ast.Inspect(n, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok || skip[n] {
			return !skip[n]
		}
		if c, ok := known[e]; ok {
			cuts = append(cuts, cut{e.Pos(), e.End(), c})
			return false
		}
		switch e := e.(type) {
		case *ast.SelectorExpr:
			if c, ok := f.qualified(e); ok {
				cuts = append(cuts, cut{e.Pos(), e.End(), c})
				return false
			}
			skip[e.Sel] = true
		case *ast.KeyValueExpr:
			if id, ok := e.Key.(*ast.Ident); ok && f.isField(id) {
				skip[id] = true
			}
		case *ast.Ident:
			if c := f.identCode(e); c != nil {
				cuts = append(cuts, cut{e.Pos(), e.End(), c})
			}
		}
		return true
	})
	return f.text(n.Pos(), n.End(), cuts)
}

func (f *frame) isField(id *ast.Ident) bool {
	v, ok := f.src.info.Uses[id].(*types.Var)
	return ok && v.IsField()
}

// qualified gives pkg.Name as a reference that the generator can print.
func (f *frame) qualified(e *ast.SelectorExpr) (code, bool) {
	id, ok := e.X.(*ast.Ident)
	if !ok {
		return nil, false
	}
	pn, ok := f.src.info.Uses[id].(*types.PkgName)
	if !ok {
		return nil, false
	}
	return f.packageRef(pn.Imported().Path(), e.Sel.Name), true
}

// packageRef refers to an exported name of a package, or to any of the trace's own.
func (f *frame) packageRef(path, name string) code {
	if path == f.ev.tf.src.path {
		return txt(name)
	}
	return code{{text: name, imp: path, name: f.ev.importName(path)}}
}

// identCode gives the code for a name, nil to leave it as it is.
func (f *frame) identCode(id *ast.Ident) code {
	o := f.src.info.Uses[id]
	if o == nil {
		return nil
	}
	if c := f.env.lookup(o); c != nil {
		return f.cellCode(c, id)
	}
	if o.Pkg() == nil || o.Parent() != o.Pkg().Scope() {
		if _, ok := o.(*types.Const); ok && o.Pkg() != nil {
			return f.constCode(o.(*types.Const).Val(), o.Type(), id.Pos())
		}
		if _, ok := o.(*types.TypeName); ok && o.Pkg() != nil {
			if _, isParam := o.Type().(*types.TypeParam); isParam {
				c, _ := f.ev.typeCode(f.subst(o.Type()))
				return c
			}
			if c, ok := f.ev.typeCode(o.Type()); ok {
				return c
			}
			f.fail(id.Pos(), "NN1211", "declare the type outside the function", "host code uses %s, a type declared inside a function", id.Name)
		}
		return nil
	}
	if o.Pkg().Path() != f.ev.tf.src.path && !o.Exported() {
		f.fail(id.Pos(), "NN1210", "export it, or move the helper into the package of the trace function",
			"host code in a helper of package %s uses its unexported name %s", o.Pkg().Name(), id.Name)
		return nil
	}
	return f.packageRef(o.Pkg().Path(), o.Name())
}

// cellCode gives the code that reads a variable.
func (f *frame) cellCode(c *cell, at ast.Expr) code {
	c.wasRead()
	f.uses(c, at.Pos())
	if c.res != nil {
		return code{{v: c.res}}
	}
	return f.codeOf(c.val, c.typ, at)
}

// codeOf gives any value as residual code of type t.
func (f *frame) codeOf(v value, t types.Type, at ast.Expr) code {
	switch v := v.(type) {
	case *constVal:
		return f.constCode(v.v, v.typ, at.Pos())
	case *codeVal:
		return v.code
	case *tensorVal:
		return f.tapCode(v, at.Pos())
	case *nilVal:
		return f.zeroCode(v, at)
	case *structVal, *sliceVal, *mapVal:
		return f.literal(v, at)
	case *funcVal:
		return f.funcCode(v, at)
	case *indexVal:
		return f.indexCode(v, at)
	case *dimsVal:
		return f.tapCode(&tensorVal{v.of}, at.Pos()).add(".Shape()")
	case *ptrVal:
		return f.pointerCode(v, at)
	case invalid:
		return txt("nn_invalid")
	case *cacheVal:
		f.fail(at.Pos(), "NN1512", "return it on one path, and look into it in the caller", "a cache cannot be used in Go of the trace")
		return txt("nn_invalid")
	}
	f.fail(at.Pos(), "NN1208", "take what you need out of it first, for example its Path()",
		"%s cannot be used in host code", v.kind())
	return txt("nn_invalid")
}

// tapCode names a graph tensor in residual code: it leaves the run as a tap.
func (f *frame) tapCode(v *tensorVal, pos token.Pos) code {
	if v.sym == nil {
		f.fail(pos, "NN1501", "set it before this line on every path", "a tensor is used before it is set")
		return txt("nn_invalid")
	}
	if v.sym.host != nil {
		return v.sym.host
	}
	return code{{tap: v.sym}}
}

func (f *frame) zeroCode(v *nilVal, at ast.Expr) code {
	if v.typ == nil {
		return txt("nil")
	}
	if isTensor(v.typ) {
		c, _ := f.ev.typeCode(v.typ)
		return c.add("{}")
	}
	switch v.typ.Underlying().(type) {
	case *types.Pointer, *types.Signature, *types.Chan:
		return f.typedNil(v.typ, at)
	}
	return txt("nil")
}

// assignedCode is codeOf for what is assigned to a variable of type t.
func (f *frame) assignedCode(v value, t types.Type, at ast.Expr) code {
	var own types.Type
	switch v := v.(type) {
	case *nilVal:
		own = v.typ
	case *mapVal:
		own = v.typ
	case *sliceVal:
		own = v.typ
	}
	if own != nil && isZero(v) && t != nil && types.Identical(own, t) && !isTensor(t) {
		return txt("nil")
	}
	return f.codeOf(v, t, at)
}

// constCode prints a constant so that it has its type wherever it stands.
func (f *frame) constCode(v constant.Value, t types.Type, pos token.Pos) code {
	b, _ := orNil(t).Underlying().(*types.Basic)
	lit := literalText(v, b)
	if n, exact := constant.Int64Val(constant.ToInt(v)); exact && b != nil && b.Info()&types.IsInteger != 0 && isPlain(t, types.Int, types.UntypedInt) {
		return code{{text: lit, num: &n}}
	}
	if isPlain(t, types.String, types.UntypedString) {
		return code{{text: lit, str: true}}
	}
	if isPlain(t, types.Int, types.UntypedInt, types.String, types.UntypedString, types.Bool, types.UntypedBool, types.Float64, types.UntypedFloat, types.UntypedRune) {
		return txt(lit)
	}
	tc, ok := f.ev.typeCode(t)
	if !ok {
		f.fail(pos, "NN1211", "use an exported type", "host code needs the type %s, which this package cannot name", t)
	}
	return tc.add("(" + lit + ")")
}

// isPlain reports whether t is exactly one of the basic types, not a type defined over it.
func isPlain(t types.Type, kinds ...types.BasicKind) bool {
	b, ok := types.Unalias(orNil(t)).(*types.Basic)
	if !ok {
		return false
	}
	for _, k := range kinds {
		if b.Kind() == k {
			return true
		}
	}
	return false
}

// literalText prints a constant as Go would read it back.
func literalText(v constant.Value, b *types.Basic) string {
	switch v.Kind() {
	case constant.String:
		return strconv.Quote(constant.StringVal(v))
	case constant.Bool:
		return strconv.FormatBool(constant.BoolVal(v))
	}
	if b != nil && b.Info()&types.IsFloat != 0 {
		x, _ := constant.Float64Val(v)
		if math.IsInf(x, 0) {
			return v.ExactString()
		}
		s := strconv.FormatFloat(x, 'g', -1, 64)
		if !strings.ContainsAny(s, ".eEn") {
			s += ".0"
		}
		return s
	}
	if i := constant.ToInt(v); i.Kind() == constant.Int {
		return i.ExactString()
	}
	return fmt.Sprint(v)
}
