package modelspec

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

// Order says how an axis that folds the rows of the batch with something else
// holds them. Sizes alone do not tell: nngen spec sees it from what moves.
type Order string

// The orders. Without one, nobody has seen it.
const (
	OrderUnknown Order = ""
	OrderOuter   Order = "outer" // the entries of a row lie together: [batch*seq] as of a [batch, seq]
	OrderInner   Order = "inner" // rows vary fastest: [seq*batch] as of a [seq, batch]
)

var orderNames = map[string]Order{string(OrderOuter): OrderOuter, string(OrderInner): OrderInner}

// Rows is where a tensor has the rows of the batch.
type Rows struct {
	Axis    int        // -1: nowhere, all rows share the tensor
	Entries tensor.Dim // of each row on that axis: "1", "2", "seq" where it is folded
	Order   Order      // where Entries is not 1
}

// Folded reports whether the axis holds more than the rows.
func (r Rows) Folded() bool { return r.Axis >= 0 && r.Entries != "1" }

// Inner reports whether rows vary fastest.
func (r Rows) Inner() bool { return r.Order == OrderInner }

// Dim is the size of the axis for so many rows.
func (r Rows) Dim(rows tensor.Dim) tensor.Dim { return rows.Mul(r.Entries) }

// rowsIn finds the axis of a shape with the rows of the batch: a multiple of
// their number, else a product of it and other sizes. The axis is -1 where there
// is none.
func rowsIn(s tensor.Shape, batch string) Rows {
	if batch == "" {
		return Rows{Axis: -1}
	}
	for i, d := range s {
		if k, ok := d.Coefficient(batch); ok && k > 0 {
			return Rows{Axis: i, Entries: tensor.N(k)}
		}
	}
	for i, d := range s {
		if q, ok := d.Quotient(batch); ok {
			return Rows{Axis: i, Entries: q}
		}
	}
	return Rows{Axis: -1}
}

// Orders gives the order of rows in each tensor of which the spec says it. In
// specs from before that key a point that was checked, with so many entries to
// each row, holds them together: nothing else passed the check then.
func (s *Spec) Orders() map[string]Order {
	out := map[string]Order{}
	for _, v := range s.Outputs {
		if v.Rows != OrderUnknown {
			out[v.Name] = v.Rows
		}
	}
	for _, m := range s.Modules {
		m.Points(func(p *Point) {
			switch r := rowsIn(p.Type.Shape, s.Batch); {
			case !r.Folded():
			case p.Rows != OrderUnknown:
				out[p.Tensor] = p.Rows
			case p.Checked && out[p.Tensor] == OrderUnknown:
				if _, constant := r.Entries.Const(); constant {
					out[p.Tensor] = OrderOuter
				}
			}
		})
	}
	return out
}

// RowsOf finds where a tensor of type t has its rows, if order is that of its
// folded axis. The problem says why the rows of one invoke cannot be told apart;
// without one, axis -1 says that the tensor has none.
func (s *Spec) RowsOf(t tensor.Type, order Order) (r Rows, problem string) {
	return RowsOf(t, s.Batch, order)
}

// RowsOf is [Spec.RowsOf] for a batch symbol.
func RowsOf(t tensor.Type, batch string, order Order) (r Rows, problem string) {
	none := Rows{Axis: -1}
	if batch == "" {
		return none, "the model has no batch dimension"
	}
	if !t.Shape.RankKnown() {
		return none, "its shape is not known, so its row axis is not either"
	}
	r = rowsIn(t.Shape, batch)
	switch {
	case r.Folded() && order == OrderUnknown:
		return none, fmt.Sprintf("its shape %s folds the rows of the batch and something else into one axis, and the spec does not say in which order (rows: outer or inner)", t.Shape)
	case r.Axis >= 0:
		if r.Order = order; !r.Folded() {
			r.Order = OrderOuter
		}
		return r, ""
	}
	for _, d := range t.Shape {
		switch {
		case d.Mentions(batch):
			return none, fmt.Sprintf("its shape %s folds the rows of the batch and another axis into one", t.Shape)
		case !d.Known():
			problem = fmt.Sprintf("its shape %s does not tell which axis holds the rows", t.Shape)
		}
	}
	return none, problem
}
