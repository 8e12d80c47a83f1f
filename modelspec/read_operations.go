package modelspec

import (
	"go/token"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// kind reads the operations that modules of one kind share.
func (r *reader) kind(n *yaml.Node) {
	k := &opKind{}
	seen := r.mapping(n, "a kind of operations", map[string]field{
		"kind": func(v *yaml.Node) { r.text(v, "kind", &k.name) },
		"tensors": func(v *yaml.Node) {
			r.list(v, "tensors", func(v *yaml.Node) { k.tensors = append(k.tensors, r.kindTensor(v)) })
		},
		"list": func(v *yaml.Node) {
			r.list(v, "list", func(v *yaml.Node) { k.list = append(k.list, r.kindOp(v)) })
		},
	})
	r.require(n, "a kind of operations", seen, "kind", "tensors", "list")
	if r.kinds[k.name] != nil {
		r.fail(n, "NN1005", "the kind of operations %s is given twice", quoted(k.name))
		return
	}
	names := map[string]bool{}
	for _, o := range k.list {
		if names[o.name] {
			r.fail(n, "NN1005", "operation %s is given twice", quoted(o.name))
		}
		names[o.name] = true
		for _, slots := range [][]int{o.in, o.out} {
			for _, i := range slots {
				if i >= len(k.tensors) {
					r.fail(n, "NN1016", "operation %s names tensor %d of %d", quoted(o.name), i, len(k.tensors)).Hint = "tensors are counted from 0"
				}
			}
		}
	}
	r.kinds[k.name] = k
}

func (r *reader) kindTensor(n *yaml.Node) kindTensor {
	var t kindTensor
	role := RoleOther
	seen := r.mapping(n, "a tensor of operations", map[string]field{
		"tensor":   func(v *yaml.Node) { r.text(v, "tensor", &t.pattern) },
		"type":     func(v *yaml.Node) { r.typ(v, func(x typed) { t.typ = x.t }) },
		"role":     func(v *yaml.Node) { r.role(v, &role) },
		"measured": func(v *yaml.Node) { r.flag(v, "measured", &t.measured) },
		"checked":  func(v *yaml.Node) { r.flag(v, "checked", &t.checked) },
		"rows":     func(v *yaml.Node) { r.order(v, &t.rows) },
		"absent":   func(v *yaml.Node) { r.text(v, "absent", &t.absent) },
	})
	t.mask = role == RoleMask
	r.require(n, "a tensor of operations", seen, "type")
	return t
}

func (r *reader) kindOp(n *yaml.Node) kindOp {
	var o kindOp
	slots := func(what string, into *[]int) field {
		return func(v *yaml.Node) {
			r.list(v, what, func(v *yaml.Node) {
				i := 0
				r.int(v, "a tensor's number", &i)
				*into = append(*into, i)
			})
		}
	}
	seen := r.mapping(n, "an operation", map[string]field{
		"name": func(v *yaml.Node) { r.text(v, "name", &o.name) },
		"op":   func(v *yaml.Node) { r.text(v, "op", &o.op) },
		"in":   slots("in", &o.in),
		"out":  slots("out", &o.out),
	})
	r.require(n, "an operation", seen, "name", "op", "out")
	if seen["name"] != nil && (!token.IsIdentifier(o.name) || !token.IsExported(o.name)) {
		r.fail(n, "NN1016", "operation name %s is no exported Go name", quoted(o.name)).Hint = "write it like Softmax or MatMul1"
	}
	return o
}

// use reads of which kind the operations of one call of a module are.
func (r *reader) use(n *yaml.Node, m *Module) {
	u := &useAt{opUse: opUse{module: m}, at: n, own: map[int]string{}}
	seen := r.mapping(n, "a module's operations", map[string]field{
		"kind":   func(v *yaml.Node) { r.text(v, "kind", &u.name) },
		"prefix": func(v *yaml.Node) { r.text(v, "prefix", &u.prefix) },
		"nodes": func(v *yaml.Node) {
			r.list(v, "nodes", func(v *yaml.Node) {
				i := 0
				r.int(v, "a node", &i)
				u.nodes = append(u.nodes, i)
			})
		},
		"tensors": func(v *yaml.Node) {
			r.names(v, "tensors", func(k, v *yaml.Node) {
				i, err := strconv.Atoi(k.Value)
				if err != nil || i < 0 {
					r.fail(k, "NN1003", "a tensor of operations is given by its number, this is %s", quoted(k.Value))
					return
				}
				name := ""
				r.text(v, "a tensor's name", &name)
				u.own[i] = name
			})
		},
	})
	r.require(n, "a module's operations", seen, "kind", "nodes")
	if last := len(r.uses) - 1; last >= 0 && r.uses[last].module == m {
		u.visit = r.uses[last].visit + 1
	}
	r.uses = append(r.uses, u)
}

// useAt is a use as it was read: its kind may stand behind it in the file.
type useAt struct {
	opUse
	name string
	at   *yaml.Node
	own  map[int]string
}

// operations builds what modules and kinds say together.
func (r *reader) operations() {
	for _, u := range r.uses {
		k := r.kinds[u.name]
		if k == nil {
			d := r.fail(u.at, "NN1016", "no kind of operations is called %s", quoted(u.name))
			if near := Closest(u.name, sortedKeys(r.kinds)); near != "" {
				d.Hint = "write " + near
			}
			continue
		}
		u.kind = k
		switch {
		case len(u.nodes) != len(k.list):
			r.fail(u.at, "NN1016", "module %s names %d nodes for the %d operations of the kind %s", quoted(u.module.Path), len(u.nodes), len(k.list), k.name)
			continue
		case u.visit >= u.module.Visits:
			r.fail(u.at, "NN1015", "module %s is visited %d times and has operations for more", quoted(u.module.Path), u.module.Visits)
			continue
		}
		if r.useTensors(u) {
			u.module.Operations = append(u.module.Operations, u.build()...)
		}
	}
}

// useTensors names the tensors of a use.
func (r *reader) useTensors(u *useAt) bool {
	for i := range u.own {
		if i >= len(u.kind.tensors) {
			r.fail(u.at, "NN1016", "module %s names tensor %d of %d of the kind %s", quoted(u.module.Path), i, len(u.kind.tensors), u.name)
			return false
		}
	}
	for i, t := range u.kind.tensors {
		name, ok := u.own[i]
		if !ok {
			name = u.expand(t.pattern)
		}
		if name == "" {
			r.fail(u.at, "NN1016", "module %s does not name tensor %d of the kind %s", quoted(u.module.Path), i, u.name)
			return false
		}
		u.tensors = append(u.tensors, name)
	}
	for _, o := range u.kind.list {
		for _, list := range [][]int{o.in, o.out} {
			for _, i := range list {
				if i >= len(u.kind.tensors) {
					return false // reported with the kind
				}
			}
		}
	}
	return true
}
