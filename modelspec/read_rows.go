package modelspec

import (
	"go.yaml.in/yaml/v4"

	"github.com/nngen-go/nngen/internal/tensor"
)

// order reads rows: outer or inner.
func (r *reader) order(n *yaml.Node, into *Order) {
	text := ""
	r.text(n, "rows", &text)
	o, ok := orderNames[text]
	if !ok {
		r.choice(n, "order of rows", text, orderNames)
		return
	}
	*into = o
}

// checkOrders holds rows to the shapes and to each other: it is about one axis
// that a tensor has, and a tensor has it in one order.
func (r *reader) checkOrders(s *Spec) {
	said := map[string]Order{}
	check := func(at *yaml.Node, name string, t tensor.Type, o Order) {
		if o == OrderUnknown {
			return
		}
		switch before, again := said[name]; {
		case !rowsIn(t.Shape, s.Batch).Folded():
			r.fail(at, "NN1018", "tensor %s is given rows: %s, but its type %s folds no rows into another axis", quoted(name), o, typeText(t)).
				Hint = "take the key out"
		case again && before != o:
			r.fail(at, "NN1018", "tensor %s is given rows: %s and rows: %s", quoted(name), before, o).Hint = "keep the right one, or have nngen spec find out"
		}
		said[name] = o
	}
	for _, v := range s.Inputs {
		if v.Rows != OrderUnknown {
			r.fail(r.at[[2]string{"an input", v.Name}], "NN1018", "input %s is given rows: %s, but inputs are joined row by row", quoted(v.Name), v.Rows).Hint = "take the key out"
		}
	}
	for _, v := range s.Outputs {
		check(r.at[[2]string{"an output", v.Name}], v.Name, v.Type, v.Rows)
	}
	for _, m := range s.Modules {
		at := r.at[m]
		m.Points(func(p *Point) {
			if n := r.at[p]; n != nil {
				at = n
			}
			check(at, p.Tensor, p.Type, p.Rows)
		})
	}
}
