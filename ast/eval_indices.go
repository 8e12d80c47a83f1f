package ast

import (
	"go/ast"
	"go/types"

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
		if it, ok := c.rangeItem(v, a); ok {
			return it
		}
	case *sliceVal:
		if it, ok := c.listItem(v, a); ok {
			return it
		}
	case *tensorVal:
		c.operand(v, a, tensor.Invalid)
		return ops.OperandIndex
	case *codeVal:
		if it, ok := c.codeItem(v, a); ok {
			return it
		}
	case invalid:
		c.bad = true
		return ops.AllIndex
	}
	c.f.fail(a.Pos(), "NN1404", "use integers, nn.All, nn.Ellipsis, nn.NewAxis, nn.Range(lo, hi), []int{…}, or an int64 or bool tensor", "%s cannot be an index", v.kind())
	c.bad = true
	return ops.AllIndex
}

// codeItem is an index that the run gives: a tensor, a position or a list of them.
func (c *opCall) codeItem(v *codeVal, a ast.Expr) (ops.IndexItem, bool) {
	if isTensor(v.typ) {
		c.operand(v, a, tensor.Invalid)
		return ops.OperandIndex, true
	}
	if d, ok := scalarType(v.typ); ok && d == tensor.Int64 {
		c.operand(v, a, tensor.Int64)
		return ops.OperandIndex, true
	}
	if s, ok := orNil(v.typ).Underlying().(*types.Slice); ok && positions(s.Elem()) {
		c.operand(c.fromList(v.code, s.Elem(), tensor.Unknown, v), a, tensor.Invalid)
		return ops.OperandIndex, true
	}
	return ops.IndexItem{}, false
}

// positions reports whether elements of a Go slice can be positions.
func positions(elem types.Type) bool {
	d := dtypeOf(elem)
	return d == tensor.Int64 || d == tensor.Int32
}

// fromList makes a tensor of a list of positions that the run gives; like is
// where it comes from.
func (c *opCall) fromList(list code, elem types.Type, n tensor.Dim, like *codeVal) *codeVal {
	return &codeVal{
		code: c.f.packageRef(RuntimePath, "From").add("(", list, ")"), typ: c.f.tensorType(c.e), pure: like.pure, born: like.born,
		tensor: tensor.Type{DType: dtypeOf(elem), Shape: tensor.Shape{n}},
	}
}

// listItem is an index given as a Go slice: positions that are known, or a
// tensor of them.
func (c *opCall) listItem(v *sliceVal, a ast.Expr) (ops.IndexItem, bool) {
	if v.obj == nil || !positions(v.obj.elem) {
		return ops.IndexItem{}, false
	}
	list := make([]int64, v.len)
	like := &codeVal{pure: true}
	known := true
	for i := range v.len {
		n, ok := intOf(v.element(i))
		if !ok {
			known = false
			if e, isCode := v.element(i).(*codeVal); isCode && e.born.IsValid() {
				like.born = e.born
			}
		}
		list[i] = n
	}
	if known {
		return ops.ListIndex(list), true
	}
	if v.array {
		return ops.IndexItem{}, false
	}
	c.operand(c.fromList(c.f.codeOf(v, nil, a), v.obj.elem, tensor.N(int64(v.len)), like), a, tensor.Invalid)
	return ops.OperandIndex, true
}

// rangeItem gives the index item of All, Ellipsis, NewAxis and the ranges; ends
// that the run gives become operands.
func (c *opCall) rangeItem(v *indexVal, a ast.Expr) (ops.IndexItem, bool) {
	it := ops.IndexItem{Kind: ops.IndexRange, Step: 1}
	switch v.name {
	case "All":
		return ops.AllIndex, true
	case "Ellipsis":
		return ops.EllipsisIndex, true
	case "NewAxis":
		return ops.NewIndex, true
	case "RangeFrom":
		return it, c.end(v.args[0], a, &it.Start, &it.HasStart, &it.StartOperand)
	case "RangeTo":
		return it, c.end(v.args[0], a, &it.Stop, &it.HasStop, &it.StopOperand)
	case "Range", "RangeStep":
		if !c.end(v.args[0], a, &it.Start, &it.HasStart, &it.StartOperand) || !c.end(v.args[1], a, &it.Stop, &it.HasStop, &it.StopOperand) {
			return it, false
		}
	}
	if v.name != "Range" && !c.step(v.args[len(v.args)-1], a, &it.Step) {
		c.bad = true
	}
	return it, true
}

// end reads one end of a range.
func (c *opCall) end(v value, a ast.Expr, n *int64, has, operand *bool) bool {
	*has = true
	if k, ok := intOf(v); ok {
		*n = k
		return true
	}
	cv, ok := v.(*codeVal)
	if !ok {
		c.bad = c.bad || isInvalid(v)
		return isInvalid(v)
	}
	*operand, c.multi = true, true // the Go form keeps the range as it is written
	c.operand(cv, a, tensor.Int64)
	return true
}

// step reads the step of a range, which must be known and not 0.
func (c *opCall) step(v value, a ast.Expr, n *int64) bool {
	k, ok := intOf(v)
	switch {
	case !ok && !isInvalid(v):
		c.f.fail(a.Pos(), "NN1402", "use a constant, or pick with an index tensor", "the step of a range must be known when code is generated")
	case ok && k == 0:
		c.f.fail(a.Pos(), "NN1404", "use a step above 0, or below 0 to go backwards", "a range cannot have step 0")
		ok = false
	}
	*n = k
	return ok
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
