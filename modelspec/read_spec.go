package modelspec

import (
	"go/token"

	"go.yaml.in/yaml/v4"

	"github.com/nngen-go/nngen/internal/tensor"
)

// roleNames are the values that the key role takes.
var roleNames = map[string]Role{
	"input": RoleInput, "output": RoleOutput, "mask": RoleMask, "position": RolePosition, "past": RolePast,
	"present": RolePresent, "other": RoleOther, "unknown": RoleUnknown,
}

var sourceNames = map[string]Source{
	string(FromNodeNames): FromNodeNames, string(FromMetadata): FromMetadata, string(FromWeights): FromWeights, string(FromMap): FromMap,
}

func (r *reader) spec(n *yaml.Node) *Spec {
	s := &Spec{}
	var version int64
	source := string(FromNodeNames)
	seen := r.mapping(n, "the spec", map[string]field{
		"nnspec":      func(v *yaml.Node) { r.integer(v, "nnspec", &version) },
		"model":       func(v *yaml.Node) { r.text(v, "model", &s.Model) },
		"fingerprint": func(v *yaml.Node) { r.text(v, "fingerprint", &s.Fingerprint) },
		"opset":       func(v *yaml.Node) { r.integer(v, "opset", &s.Opset) },
		"ir":          func(v *yaml.Node) { r.integer(v, "ir", &s.IR) },
		"source": func(v *yaml.Node) {
			r.text(v, "source", &source)
			if sourceNames[source] == "" {
				r.choice(v, "source", source, sourceNames)
			}
		},
		"batch": func(v *yaml.Node) { r.text(v, "batch", &s.Batch) },
		"symbols": func(v *yaml.Node) {
			r.list(v, "symbols", func(v *yaml.Node) { s.Symbols = append(s.Symbols, r.symbol(v)) })
		},
		"inputs": func(v *yaml.Node) {
			r.list(v, "inputs", func(v *yaml.Node) { s.Inputs = append(s.Inputs, r.value(v, "an input")) })
		},
		"outputs": func(v *yaml.Node) {
			r.list(v, "outputs", func(v *yaml.Node) { s.Outputs = append(s.Outputs, r.value(v, "an output")) })
		},
		"rename": func(v *yaml.Node) { r.rename(v, s) },
		"map": func(v *yaml.Node) {
			r.names(v, "map", func(k, v *yaml.Node) {
				if s.Map == nil {
					s.Map = map[string]string{}
				}
				name := ""
				r.path(k, k.Value)
				r.text(v, "a tensor's name", &name)
				s.Map[k.Value] = name
			})
		},
		"notes": func(v *yaml.Node) {
			r.list(v, "notes", func(v *yaml.Node) {
				note := ""
				r.text(v, "a note", &note)
				s.Notes = append(s.Notes, note)
			})
		},
		"counts": func(v *yaml.Node) { r.counts(v, &s.Counts) },
		"operations": func(v *yaml.Node) {
			r.list(v, "operations", r.kind)
		},
		"modules": func(v *yaml.Node) {
			r.list(v, "modules", func(v *yaml.Node) { s.Modules = append(s.Modules, r.module(v)) })
		},
	})
	r.operations()
	r.keys = seen
	r.require(n, "the spec", seen, "nnspec", "model", "fingerprint", "opset", "modules")
	if k := seen["nnspec"]; k != nil && version != Version {
		r.fail(k, "NN1009", "this is a spec of format %d, nngen reads %d", version, Version).Hint = "write it again with nngen spec"
	}
	s.Version = int(version)
	s.Source = sourceNames[source]
	return s
}

// choice reports a word that is none of those allowed.
func (r *reader) choice(n *yaml.Node, what, got string, allowed any) {
	d := r.fail(n, "NN1008", "unknown %s %s", what, quoted(got))
	var words []string
	switch m := allowed.(type) {
	case map[string]Role:
		words = sortedKeys(m)
	case map[string]Source:
		words = sortedKeys(m)
	case map[string]Order:
		words = sortedKeys(m)
	}
	if near := Closest(got, words); near != "" {
		d.Hint = "write " + near
	} else {
		d.Hint = "write one of: " + join(words)
	}
}

func (r *reader) symbol(n *yaml.Node) Symbol {
	var s Symbol
	seen := r.mapping(n, "a symbol", map[string]field{
		"name":  func(v *yaml.Node) { r.text(v, "name", &s.Name) },
		"input": func(v *yaml.Node) { r.text(v, "input", &s.Input) },
		"axis":  func(v *yaml.Node) { r.int(v, "axis", &s.Axis) },
	})
	r.require(n, "a symbol", seen, "name", "input", "axis")
	r.at[[2]string{"symbol", s.Name}] = n
	return s
}

func (r *reader) value(n *yaml.Node, what string) Value {
	v := Value{Role: RoleUnknown}
	seen := r.mapping(n, what, map[string]field{
		"name":  func(x *yaml.Node) { r.text(x, "name", &v.Name) },
		"role":  func(x *yaml.Node) { r.role(x, &v.Role) },
		"type":  func(x *yaml.Node) { r.typ(x, func(t typed) { v.Type = t.t }) },
		"class": func(x *yaml.Node) { r.text(x, "class", &v.Class) },
		"pair":  func(x *yaml.Node) { r.text(x, "pair", &v.Pair) },
		"rows":  func(x *yaml.Node) { r.order(x, &v.Rows) },
	})
	r.require(n, what, seen, "name", "type")
	r.at[[2]string{what, v.Name}] = n
	return v
}

func (r *reader) role(n *yaml.Node, into *Role) {
	text := ""
	r.text(n, "role", &text)
	role, ok := roleNames[text]
	if !ok {
		r.choice(n, "role", text, roleNames)
		return
	}
	*into = role
}

func (r *reader) counts(n *yaml.Node, c *Counts) {
	r.mapping(n, "counts", map[string]field{
		"found":         func(v *yaml.Node) { r.int(v, "found", &c.Found) },
		"sure":          func(v *yaml.Node) { r.int(v, "sure", &c.Sure) },
		"unsure":        func(v *yaml.Node) { r.int(v, "unsure", &c.Unsure) },
		"without_nodes": func(v *yaml.Node) { r.int(v, "without_nodes", &c.WithoutNodes) },
	})
}

func (r *reader) rename(n *yaml.Node, s *Spec) {
	r.names(n, "rename", func(k, v *yaml.Node) {
		if s.Rename == nil {
			s.Rename = map[string][]string{}
			s.places = map[string]token.Position{}
		}
		s.places[k.Value] = r.pos(k)
		if v.Kind == yaml.SequenceNode {
			for _, a := range v.Content {
				name := ""
				r.text(a, "an alias", &name)
				s.Rename[k.Value] = append(s.Rename[k.Value], name)
			}
			return
		}
		name := ""
		r.text(v, "an alias", &name)
		s.Rename[k.Value] = []string{name}
	})
}

func (r *reader) module(n *yaml.Node) *Module {
	m := &Module{Visits: 1}
	seen := r.mapping(n, "a module", map[string]field{
		"path": func(v *yaml.Node) {
			r.text(v, "path", &m.Path)
			r.path(v, m.Path)
		},
		"class":  func(v *yaml.Node) { r.text(v, "class", &m.Class) },
		"nodes":  func(v *yaml.Node) { r.int(v, "nodes", &m.Nodes) },
		"visits": func(v *yaml.Node) { r.int(v, "visits", &m.Visits) },
		"absent": func(v *yaml.Node) { r.text(v, "absent", &m.Absent) },
		"weights": func(v *yaml.Node) {
			r.names(v, "weights", func(k, v *yaml.Node) {
				if m.Weights == nil {
					m.Weights = map[string]string{}
				}
				m.Weights[k.Value] = r.weight(v, m, k.Value)
			})
		},
		"inputs": func(v *yaml.Node) {
			r.list(v, "inputs", func(v *yaml.Node) { m.Inputs = append(m.Inputs, r.point(v, SideInput)) })
		},
		"outputs": func(v *yaml.Node) {
			r.list(v, "outputs", func(v *yaml.Node) { m.Outputs = append(m.Outputs, r.point(v, SideOutput)) })
		},
		"operations": func(v *yaml.Node) {
			r.list(v, "operations", func(v *yaml.Node) { r.use(v, m) })
		},
	})
	r.require(n, "a module", seen, "path")
	r.at[m] = n
	return m
}

func (r *reader) point(n *yaml.Node, side Side) *Point {
	p := &Point{Role: RoleUnknown}
	fields := map[string]field{
		"role":     func(v *yaml.Node) { r.role(v, &p.Role) },
		"tensor":   func(v *yaml.Node) { r.text(v, "tensor", &p.Tensor) },
		"type":     func(v *yaml.Node) { r.typ(v, func(t typed) { p.Type = t.t }) },
		"visit":    func(v *yaml.Node) { r.int(v, "visit", &p.Visit) },
		"node":     func(v *yaml.Node) { r.int(v, "node", &p.Node) },
		"measured": func(v *yaml.Node) { r.flag(v, "measured", &p.Measured) },
		"checked":  func(v *yaml.Node) { r.flag(v, "checked", &p.Checked) },
		"absent":   func(v *yaml.Node) { r.text(v, "absent", &p.Absent) },
		"rows":     func(v *yaml.Node) { r.order(v, &p.Rows) },
		"views":    func(v *yaml.Node) { r.views(v, p) },
	}
	if side == SideInput {
		fields["consumers"] = func(v *yaml.Node) {
			r.list(v, "consumers", func(v *yaml.Node) {
				c := 0
				r.int(v, "a consumer", &c)
				p.Consumers = append(p.Consumers, c)
			})
		}
	}
	what := "a point"
	seen := r.mapping(n, what, fields)
	r.require(n, what, seen, "tensor", "type", "node")
	if side == SideInput {
		r.require(n, "an input", seen, "consumers")
	}
	r.at[p] = n
	return p
}

// weight reads where a module's parameter lies, and its type where the spec has it.
func (r *reader) weight(n *yaml.Node, m *Module, param string) string {
	name := ""
	if n.Kind == yaml.ScalarNode {
		r.text(n, "a weight's name", &name)
		return name
	}
	seen := r.mapping(n, "a weight", map[string]field{
		"tensor": func(v *yaml.Node) { r.text(v, "tensor", &name) },
		"type": func(v *yaml.Node) {
			r.typ(v, func(t typed) {
				if m.Sizes == nil {
					m.Sizes = map[string]tensor.Type{}
				}
				m.Sizes[param] = t.t
			})
		},
	})
	r.require(n, "a weight", seen, "tensor")
	return name
}
