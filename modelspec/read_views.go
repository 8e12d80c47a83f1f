package modelspec

import (
	"go/token"

	"go.yaml.in/yaml/v4"
)

// views reads {q: {from: 0, to: 48, heads: 4}, …}.
func (r *reader) views(n *yaml.Node, p *Point) {
	r.names(n, "views", func(k, v *yaml.Node) {
		view := View{Name: k.Value, Axis: -1}
		from, to := int64(0), int64(0)
		seen := r.mapping(v, "a view", map[string]field{
			"axis": func(x *yaml.Node) { r.axis(x, &view.Axis) },
			"from": func(x *yaml.Node) { r.integer(x, "from", &from) },
			"to":   func(x *yaml.Node) { r.integer(x, "to", &to) },
			"heads": func(x *yaml.Node) {
				r.int(x, "heads", &view.Heads)
			},
		})
		view.From, view.To = from, to
		switch {
		case !token.IsIdentifier(k.Value):
			r.fail(k, "NN1017", "view %s is no name that an accessor can have", quoted(k.Value)).Hint = "use letters, digits and underscores, like q or up_proj"
		case seen["from"] != nil && seen["to"] == nil || to < from || to == from && seen["to"] != nil:
			r.fail(v, "NN1017", "view %s goes from %d to %d", quoted(k.Value), from, to).Hint = "write from and to as in a Go slice, or neither for the whole axis"
		}
		p.Views = append(p.Views, view)
		r.at[viewKey{p, k.Value}] = k
	})
}

type viewKey struct {
	p    *Point
	name string
}

// axis reads an axis, which may count from the end.
func (r *reader) axis(n *yaml.Node, into *int) {
	text := ""
	r.text(n, "axis", &text)
	if text == "-1" || text == "-2" || text == "-3" {
		*into = -int(text[1] - '0')
		return
	}
	r.int(n, "axis", into)
}

// checkViews holds views to their tensors and to each other: their names become
// methods.
func (r *reader) checkViews(m *Module) {
	taken := map[string]string{}
	for _, v := range m.Views() {
		at := r.at[viewKey{v.Point, v.Name}]
		if _, err := v.Type(v.Point.Type); err != nil {
			r.fail(at, "NN1017", "view %s of module %s does not fit: %s", quoted(v.Name), quoted(m.Path), err)
		}
		for _, method := range []string{v.GoName(), "Set" + v.GoName()} {
			if envoyNames[method] {
				r.fail(at, "NN1017", "view %s of module %s would be the method %s, which every accessor has", quoted(v.Name), quoted(m.Path), method).Hint = "choose another name"
			} else if other, ok := taken[method]; ok {
				r.fail(at, "NN1017", "views %s and %s of module %s would both be the method %s", quoted(other), quoted(v.Name), quoted(m.Path), method).Hint = "choose another name"
			}
			taken[method] = v.Name
		}
	}
	r.checkLoose(m)
}

// checkLoose reports views of tensors that no accessor names.
func (r *reader) checkLoose(m *Module) {
	for _, list := range [][]*Point{m.Inputs, m.Outputs} {
		for _, p := range list {
			if len(p.Views) > 0 && (!mainRole(p.Role) || p.Visit != 0) {
				r.fail(r.at[viewKey{p, p.Views[0].Name}], "NN1017", "views are of a module's input or output, this tensor has the role %s in visit %d", p.Role, p.Visit).Hint = "give the tensor the role input or output, or take the views out"
			}
		}
	}
}
