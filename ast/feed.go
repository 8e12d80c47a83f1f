package ast

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

// fed is a value that was made an operand of the graph at some point of the
// program, so that the same value needs no second one.
type fed struct {
	param  *planParam
	scope  *rscope
	writes int // to the variables that it reads, up to then
}

// feed makes a Go value an operand of the graph: a parameter of the plan. What
// never changes is fed by its own expression, the rest from a statement that
// takes the value at this point of the program. Whether that point comes before
// the run or in mid-run is found when the residual code is divided; where it is
// not reached, because a condition is not met, the value is zero.
func (f *frame) feed(c *codeVal, a opArg) *sym {
	t, isT := feedType(c, a), a.dtype == tensor.Invalid
	expr := c.code
	if !isT && !sameScalar(c.typ, a.dtype) {
		expr = txt(goScalar(a.dtype)).add("(", c.code, ")")
	}
	if f.stable(c) {
		key := t.DType.String() + " " + codeKey(expr)
		if p := f.ev.graph.feeds[key]; p != nil {
			return p.sym
		}
		p := f.ev.newParam(c.code, t, isT, expr, a.at)
		f.ev.graph.feeds[key] = p
		return p.sym
	}
	if f.underLoop() {
		f.fail(a.at.Pos(), "NN1305", "compute it in a loop of known length, or after the loop",
			"this value is computed in a loop of unknown length or in a function that host code calls, but the graph needs one value")
		return nil
	}
	return f.feedHere(c, a, t, expr, isT)
}

// feedType is the type that a Go value has in the graph.
func feedType(c *codeVal, a opArg) tensor.Type {
	switch {
	case a.dtype != tensor.Invalid:
		return tensor.Type{DType: a.dtype, Shape: tensor.Shape{}}
	case c.tensor.DType == tensor.Invalid:
		return tensor.Type{DType: tensor.Float32}
	}
	return c.tensor
}

// feedHere emits the statement that takes the value, unless the same value was
// taken before on every way that leads here.
func (f *frame) feedHere(c *codeVal, a opArg, t tensor.Type, expr code, isT bool) *sym {
	key, writes, again := hostKey(expr)
	key = t.DType.String() + " " + key
	again = again && c.pure
	if old, ok := f.ev.graph.fed[key]; ok && again && old.writes == writes && f.within(old.scope) {
		return old.param.sym
	}
	v := f.newVar("nn_p", goScalarType(a.dtype, c.typ))
	f.wrote(v, token.NoPos)
	given := code{{v: v}}
	if isT && f.ev.stepVar != nil {
		given = f.carriedTensor(v, t)
		if c.carried {
			expr = f.packageRef(RuntimePath, "Carried").add("(", expr, ", "+strconv.Quote(nameIn(c.code))+")")
		}
	}
	p := f.ev.newParam(c.code, t, isT, given, a.at)
	if isT && f.ev.stepVar != nil {
		p.typ.Shape = openShape(t.Shape) // where the step does not come here, it is given anything
	}
	p.feed = &resStmt{kind: feedStmt, pos: a.at.Pos(), op: "=", lhs: []target{{v: v, define: true}}, rhs: []code{expr}, feed: p, effects: !c.pure}
	f.emit(p.feed)
	if again {
		f.ev.graph.fed[key] = fed{p, f.scope.open(0), writes}
	}
	return p.sym
}

// within reports whether this place lies inside a scope.
func (f *frame) within(s *rscope) bool {
	for at := f.scope; at != nil; at = at.parent {
		if at == s {
			return true
		}
	}
	return s == nil
}

// hostKey tells equal code from different code, and how often its variables were
// assigned so far; ok is false for code whose variables others may change.
func hostKey(c code) (key string, writes int, ok bool) {
	var b strings.Builder
	ok = true
	for _, fr := range c {
		fmt.Fprintf(&b, "%s\x00%s\x00%p\x00%p\x01", fr.imp, fr.text, fr.v, fr.tap)
		if fr.v != nil {
			writes += fr.v.writes
			ok = ok && !fr.v.captured
		}
		ok = ok && fr.block == nil
	}
	return b.String(), writes, ok
}

func sameScalar(t types.Type, d tensor.DType) bool {
	b, ok := types.Unalias(orNil(t)).(*types.Basic)
	return ok && b.Name() == goScalar(d)
}

// goScalar is the Go type of a scalar operand.
func goScalar(d tensor.DType) string {
	switch d {
	case tensor.Int64:
		return "int64"
	case tensor.Bool:
		return "bool"
	}
	return "float32"
}

func goScalarType(d tensor.DType, t types.Type) types.Type {
	switch d {
	case tensor.Float32:
		return types.Typ[types.Float32]
	case tensor.Int64:
		return types.Typ[types.Int64]
	case tensor.Bool:
		return types.Typ[types.Bool]
	}
	return t
}

// codeKey tells equal code from different code.
func codeKey(c code) string {
	var b strings.Builder
	for _, fr := range c {
		b.WriteString(fr.imp + "\x00" + fr.text)
		if fr.v != nil {
			b.WriteString("\x01" + fr.v.hint)
		}
	}
	return b.String()
}

// newParam adds a parameter to the plan, named after the user's variable where
// the value is one.
func (ev *evaluator) newParam(c code, t tensor.Type, isT bool, expr code, at ast.Expr) *planParam {
	name := ""
	if len(c) == 1 && c[0].v != nil {
		name = c[0].v.hint
	} else if id, ok := ast.Unparen(at).(*ast.Ident); ok {
		name = id.Name
	}
	return ev.graph.addParam(name, t, isT, expr, at.Pos())
}
