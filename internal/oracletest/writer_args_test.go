package oracletest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/tensor"
)

// setInt writes a static integer.
func (c *opWriter) setInt(name string, n int) {
	c.attrs[name] = int64(n)
	c.args = append(c.args, strconv.Itoa(n))
}

// static writes an argument that becomes an attribute.
func (c *opWriter) static(e expr, p ops.Param) {
	rank := len(e.typ.Shape)
	switch p.Name {
	case "axis", "axis1", "axis2":
		n := rank
		if c.op.Name == "Unsqueeze" || c.op.Name == "Stack" {
			n++
		}
		if n == 0 {
			c.bad = true
			return
		}
		axis := c.r.IntN(2*n) - n
		along := slices.Contains([]string{"Gather", "Scatter", "ScatterAdd"}, c.op.Name) // their positions are made for the last axis
		if rank > 0 && (along || c.one(2)) {
			axis = -1
		}
		c.setInt(p.Name, axis)
	case "from":
		c.setInt(p.Name, c.r.IntN(rank+1))
	case "to":
		c.setInt(p.Name, pick(c.writer, -1, rank-1, 1, 5))
	case "step", "before", "after":
		c.setInt(p.Name, c.r.IntN(3))
	case "by":
		c.setInt(p.Name, c.r.IntN(7)-3)
	case "classes":
		c.setInt(p.Name, pick(c.writer, 48, 96, 5))
	case "k":
		c.setInt(p.Name, c.r.IntN(3)+map[bool]int{true: 1, false: -1}[strings.HasSuffix(c.op.Name, "K")])
	case "n":
		c.setInt(p.Name, pick(c.writer, 1, 2, 3, 4))
	case "eps":
		c.attrs[p.Name] = 1e-5
		c.args = append(c.args, "1e-5")
	case "slope", "alpha", "q", "value":
		c.attrs[p.Name] = 0.25
		c.args = append(c.args, "0.25")
	case "descending":
		down := c.one(2)
		c.attrs[p.Name] = down
		c.args = append(c.args, strconv.FormatBool(down))
	case "equation":
		text := pick(c.writer, "...i,...i->...i", "...i->...", "...i,...i->...", "i,...i->...i", "bsd,bsd->bs", "bsd,btd->bst", "...i,...j->...ij")
		c.attrs[p.Name] = text
		c.args = append(c.args, strconv.Quote(text))
	case "dtype":
		name := pick(c.writer, "Float32", "Int64", "Bool", "Float64", "Int32", "Float16", "Float32")
		if e.taint && name != "Float32" && name != "Float64" && name != "Bool" {
			c.bad = true
			return
		}
		c.attrs[p.Name] = strings.ToLower(name)
		c.args = append(c.args, "nn."+name)
	default:
		c.bad = true
	}
}

// ints writes a list of integers: axes or sizes.
func (c *opWriter) ints(e expr, p ops.Param) {
	rank := len(e.typ.Shape)
	var list []int64
	switch {
	case p.Name == "axes" && c.op.Name == "Permute":
		for _, a := range c.r.Perm(rank) {
			list = append(list, int64(a))
		}
	case p.Name == "axes":
		for a := range rank {
			if c.one(2) {
				list = append(list, int64(a-rank*c.r.IntN(2)))
			}
		}
	case p.Name == "sizes" && c.op.Name == "Split":
		axis, err := e.typ.Shape.Axis(c.attrs.Int("axis", 0))
		if err != nil || size(e.typ, axis) < 2 {
			c.bad = true
			return
		}
		n := size(e.typ, axis)
		k := 1 + c.r.IntN(n-1)
		list = []int64{int64(k), int64(n - k)}
	case p.Name == "sizes" && c.op.Name == "Unflatten":
		list = pick(c.writer, []int64{-1, 2}, []int64{3, -1}, []int64{4, 12}, []int64{1, -1}, []int64{2, -1, 4})
	case p.Name == "sizes": // Expand
		for a := range rank {
			if size(e.typ, a) == 1 && c.one(2) {
				list = append(list, 2)
			} else {
				list = append(list, -1)
			}
		}
		if c.one(3) {
			list = append([]int64{2}, list...)
		}
	case p.Name == "times":
		for range rank {
			list = append(list, int64(1+c.r.IntN(2)))
		}
	case p.Name == "dims" && c.op.Func:
		list = pick(c.writer, []int64{2}, []int64{1, 48}, []int64{}, []int64{48})
	case p.Name == "dims":
		if rank == 0 {
			list = []int64{1}
			break
		}
		last := int64(size(e.typ, rank-1))
		list = pick(c.writer, []int64{-1, last}, []int64{-1}, []int64{-1, 1, last}, []int64{int64(size(e.typ, 0)), -1}, []int64{-1, 2, last / 2}, []int64{1, -1, last})
	}
	c.attrs[p.Name] = append([]int64{}, list...)
	for _, n := range list {
		c.args = append(c.args, strconv.FormatInt(n, 10))
	}
}

// index writes the index of At and SetAt; for SetAt the value goes ahead of it.
func (c *opWriter) index(e expr) {
	var items []ops.IndexItem
	var args []string
	operands := []tensor.Type{}
	rank := len(e.typ.Shape)
	if c.op.Name == "SetAt" && e.typ.DType == tensor.Float32 && c.one(6) {
		mask := c.condition(e)
		c.value(e, nil)
		c.operand(mask)
		c.attrs["index"] = "$"
		return
	}
	n := c.r.IntN(rank + 1)
	axis, gathered := 0, false
	for i := range n {
		if i > 0 && axis == i && c.one(8) {
			items, args = append(items, ops.EllipsisIndex), append(args, "nn.Ellipsis")
			axis = rank - (n - i - 1)
			continue
		}
		if axis >= rank {
			break
		}
		size := size(e.typ, axis)
		axis++
		switch k := c.r.IntN(20); {
		case k < 7:
			items, args = append(items, ops.AllIndex), append(args, "nn.All")
		case k < 12:
			at := c.r.IntN(2*size) - size
			items, args = append(items, ops.IntIndex(int64(at))), append(args, strconv.Itoa(at))
		case k < 14 && size > 1 && !gathered:
			at := c.positions()
			gathered = true
			items, args = append(items, ops.OperandIndex), append(args, at.text)
			operands = append(operands, at.typ)
			c.uses = append(c.uses, at.uses...)
		case k < 15 && size > 1:
			at := "pos"
			if h := c.number("int"); h != nil && c.one(2) {
				at = h.name + "%2"
			}
			items, args = append(items, ops.OperandIndex), append(args, at)
			operands = append(operands, tensor.Type{DType: tensor.Int64, Shape: tensor.Shape{}})
			c.uses = append(c.uses, strings.TrimSuffix(at, "%2"))
		default:
			it, text := c.span(size)
			items, args = append(items, it), append(args, text)
		}
	}
	c.attrs["index"] = ops.FormatIndex(items)
	if c.op.Name == "SetAt" {
		part, err := inferAt(e.typ, operands, c.attrs)
		if err != nil || !sane(part) {
			c.bad = true
			return
		}
		c.value(e, &expr{text: e.text + ".At(" + strings.Join(args, ", ") + ")", typ: part, uses: e.uses, taint: e.taint})
	}
	c.in = append(c.in, operands...)
	c.args = append(c.args, args...)
}

func inferAt(t tensor.Type, operands []tensor.Type, a ops.Attrs) (tensor.Type, error) {
	op, _ := ops.Lookup("At")
	types, err := op.Infer(append([]tensor.Type{t}, operands...), a)
	if err != nil {
		return tensor.Type{}, err
	}
	return types[0], nil
}

// value writes what SetAt puts in: a number, the part itself changed, or a
// variable that broadcasts.
func (c *opWriter) value(e expr, part *expr) {
	zero := expr{text: "nn.Scalar(float32(0.5))", typ: tensor.Type{DType: tensor.Float32, Shape: tensor.Shape{}}}
	switch {
	case e.typ.DType != tensor.Float32:
		if part == nil || e.typ.DType == tensor.Bool {
			c.bad = true
			return
		}
		c.operand(expr{text: part.text + ".ZerosLike()", typ: part.typ, uses: part.uses})
	case part == nil || c.one(3):
		c.operand(zero)
	default:
		if v := c.any(func(v *val) bool { return v.typ.DType == e.typ.DType && v.typ.Shape.Equal(part.typ.Shape) }); v != nil && c.one(2) {
			c.operand(v.expr())
			return
		}
		c.operand(expr{text: part.text + ".Neg()", typ: part.typ, uses: part.uses, taint: part.taint})
	}
}

// span is a range over an axis.
func (c *opWriter) span(size int) (ops.IndexItem, string) {
	lo, hi := c.r.IntN(size), c.r.IntN(size)+1
	if lo >= hi {
		lo, hi = 0, size
	}
	if c.one(3) {
		lo -= size
	}
	switch c.r.IntN(5) {
	case 0:
		it := ops.RangeIndex(int64(lo), 0, 1)
		it.Stop, it.HasStop = 0, false
		return it, fmt.Sprintf("nn.RangeFrom(%d)", lo)
	case 1:
		it := ops.RangeIndex(0, int64(hi), 1)
		it.HasStart = false
		return it, fmt.Sprintf("nn.RangeTo(%d)", hi)
	case 2:
		return ops.RangeIndex(int64(lo), int64(hi+1), 2), fmt.Sprintf("nn.RangeStep(%d, %d, 2)", lo, hi+1)
	case 3:
		return ops.RangeIndex(int64(size-1), int64(-size-1), -1), fmt.Sprintf("nn.RangeStep(%d, %d, -1)", size-1, -size-1)
	}
	return ops.RangeIndex(int64(lo), int64(hi), 1), fmt.Sprintf("nn.Range(%d, %d)", lo, hi)
}
