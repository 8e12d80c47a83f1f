package ast

import (
	"go/ast"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/tensor"
)

// indices reads the arguments of At and SetAt: what is known goes into the
// attribute, tensors and integer parameters become operands.
func (c *opCall) indices(args []ast.Expr) {
	var items []ops.IndexItem
	for _, a := range args {
		v := c.f.expr(a)
		if s, ok := v.(*sliceVal); ok && c.e.Ellipsis.IsValid() {
			c.multi = true
			for i := range s.len {
				items = append(items, c.indexItem(s.element(i), a))
			}
			continue
		}
		items = append(items, c.indexItem(v, a))
	}
	c.attrs["index"] = ops.FormatIndex(items)
}

func (c *opCall) indexItem(v value, a ast.Expr) ops.IndexItem {
	switch v := v.(type) {
	case *constVal:
		if n, ok := intOf(v); ok {
			return ops.IntIndex(n)
		}
	case *indexVal:
		if it, ok := c.rangeItem(v); ok {
			return it
		}
		if c.dynamicRange(v) {
			c.f.fail(a.Pos(), "NN1402", "use constants, or pick with an index tensor", "the ends of a range must be known when code is generated")
			c.bad = true
			return ops.AllIndex
		}
	case *tensorVal:
		c.operand(v, a, tensor.Invalid)
		return ops.OperandIndex
	case *codeVal:
		if isTensor(v.typ) {
			c.operand(v, a, tensor.Invalid)
			return ops.OperandIndex
		}
		if d, ok := scalarType(v.typ); ok && d == tensor.Int64 {
			c.operand(v, a, tensor.Int64)
			return ops.OperandIndex
		}
	case invalid:
		c.bad = true
		return ops.AllIndex
	}
	c.f.fail(a.Pos(), "NN1404", "use integers, nn.All, nn.Ellipsis, nn.Range(lo, hi) or an int64 tensor", "%s cannot be an index", v.kind())
	c.bad = true
	return ops.AllIndex
}

// rangeItem gives the index item of All, Ellipsis, Range, RangeStep, RangeFrom and RangeTo.
func (c *opCall) rangeItem(v *indexVal) (ops.IndexItem, bool) {
	n := make([]int64, len(v.args))
	for i, a := range v.args {
		k, ok := intOf(a)
		if !ok {
			return ops.IndexItem{}, false
		}
		n[i] = k
	}
	it := ops.IndexItem{Kind: ops.IndexRange, Step: 1}
	switch {
	case v.name == "All":
		return ops.AllIndex, true
	case v.name == "Ellipsis":
		return ops.EllipsisIndex, true
	case v.name == "Range" && len(n) == 2:
		return ops.RangeIndex(n[0], n[1], 1), true
	case v.name == "RangeStep" && len(n) == 3 && n[2] != 0:
		return ops.RangeIndex(n[0], n[1], n[2]), true
	case v.name == "RangeFrom" && len(n) == 1:
		it.Start, it.HasStart = n[0], true
		return it, true
	case v.name == "RangeTo" && len(n) == 1:
		it.Stop, it.HasStop = n[0], true
		return it, true
	}
	return it, false
}

func (c *opCall) dynamicRange(v *indexVal) bool {
	for _, a := range v.args {
		if _, ok := a.(*codeVal); ok {
			return true
		}
	}
	return false
}

// indexCode gives an index value as host code.
func (f *frame) indexCode(v *indexVal, at ast.Expr) code {
	out := f.packageRef(RuntimePath, v.name)
	if len(v.args) == 0 {
		return out
	}
	out = out.add("(")
	for i, a := range v.args {
		out = out.add(sep(i), f.codeOf(a, nil, at))
	}
	return out.add(")")
}
