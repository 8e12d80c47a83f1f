package oracletest

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

// feed writes what Go makes in mid-run back into the model.
func (w *writer) feed() {
	if w.invoke < 0 {
		return
	}
	h := w.number("float32")
	if h == nil || !w.exotic && h.taint {
		w.item()
		if h = w.number("float32"); h == nil || !w.exotic && h.taint {
			return
		}
	}
	p, ok := w.next(false, func(p place) bool {
		return (p.rowed() || len(w.p.empty) == 1) && p.typ.DType == tensor.Float32
	})
	if !ok {
		return
	}
	e := w.pointExpr(p)
	uses := []string{h.name}
	switch w.r.IntN(7) {
	case 0:
		e.text = fmt.Sprintf("%s.Scale(%s)", e.text, h.name)
	case 1:
		e.text = fmt.Sprintf("%s.AddScalar(%s)", e.text, h.name)
	case 2:
		e.text = fmt.Sprintf("%s.Mul(nn.Scalar(%s + 0.5))", e.text, h.name)
	case 3:
		e.text = fmt.Sprintf("mix(%[1]s, %[1]s.Neg(), %[2]s)", e.text, h.name)
	case 4: // Go looks at the point itself
		x := w.define(e, p.moment, p.moment)
		uses = append(uses, x.name)
		e.text = fmt.Sprintf("nn.From(halved(%[1]s.Float32s()), %[1]s.Shape()...).AddScalar(%s)", x.name, h.name)
	case 5: // and twice
		x := w.define(e, p.moment, p.moment)
		k := w.defineHost(fmt.Sprintf("%s.Mean().Item() - %s", x.name, h.name), "float32", h.taint, x.name, h.name)
		uses = append(uses, x.name, k.name)
		e.text = fmt.Sprintf("%s.AddScalar(%s)", x.name, k.name)
	case 6:
		if k := w.number("int"); k != nil {
			uses = append(uses, k.name)
			e.text = fmt.Sprintf("%s.Scale(%s * float32(%s+1))", e.text, h.name, k.name)
		} else {
			e.text = fmt.Sprintf("%s.Sub(nn.From([]float32{%s}))", e.text, h.name)
		}
	}
	w.cur[w.invoke] = max(w.cur[w.invoke], p.moment)
	w.setPoint(p, expr{text: e.text, typ: e.typ, uses: uses, taint: e.taint || h.taint})
}
