package onnx

import (
	"errors"
	"fmt"
)

// Parse decodes a model. Tensors alias data, so data must stay as it is while
// the model is used.
func Parse(data []byte) (*Model, error) {
	m := &Model{}
	d := &decoder{}
	if err := d.model(m, data); err != nil {
		return nil, fmt.Errorf("not a readable ONNX model: %w", err)
	}
	if m.Graph == nil {
		return nil, errors.New("not an ONNX model: it holds no graph")
	}
	return m, nil
}

func (d *decoder) model(m *Model, data []byte) error {
	return d.message("model", data, 0, func(f *field) error {
		switch f.num {
		case 1:
			return f.integer(&m.IR)
		case 2:
			return f.str(&m.Producer)
		case 3:
			return f.str(&m.ProducerVersion)
		case 4:
			return f.str(&m.Domain)
		case 5:
			return f.integer(&m.ModelVersion)
		case 6:
			return f.str(&m.Doc)
		case 7:
			if m.Graph == nil {
				m.Graph = &Graph{}
			}
			return d.graph(m.Graph, f)
		case 8:
			return d.opset(&m.Opsets, f)
		case 14:
			return d.entry(&m.Metadata, f)
		case 25:
			fn := &Function{}
			m.Functions = append(m.Functions, fn)
			return d.function(fn, f)
		}
		return f.unknown(&m.Raw)
	})
}

func (d *decoder) opset(to *[]Opset, f *field) error {
	var o Opset
	err := d.sub("opset", f, func(f *field) error {
		switch f.num {
		case 1:
			return f.str(&o.Domain)
		case 2:
			return f.integer(&o.Version)
		}
		return nil
	})
	*to = append(*to, o)
	return err
}

func (d *decoder) entry(to *[]Entry, f *field) error {
	var e Entry
	err := d.sub("metadata", f, func(f *field) error {
		switch f.num {
		case 1:
			return f.str(&e.Key)
		case 2:
			return f.str(&e.Value)
		}
		return nil
	})
	*to = append(*to, e)
	return err
}

// sub visits the fields of the message that f holds.
func (d *decoder) sub(what string, f *field, visit func(f *field) error) error {
	b, err := f.bytes()
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return d.message(what, b, f.at, visit)
}

func (d *decoder) graph(g *Graph, in *field) error {
	if d.depth++; d.depth > maxDepth {
		return fmt.Errorf("graphs nested deeper than %d", maxDepth)
	}
	defer func() { d.depth-- }()
	return d.sub("graph", in, func(f *field) error {
		switch f.num {
		case 1:
			n := &Node{}
			g.Nodes = append(g.Nodes, n)
			return d.node(n, f)
		case 2:
			return f.str(&g.Name)
		case 5:
			t := newTensor()
			g.Initializers = append(g.Initializers, t)
			return d.tensor(t, f)
		case 10:
			return f.str(&g.Doc)
		case 11:
			return d.value(&g.Inputs, f)
		case 12:
			return d.value(&g.Outputs, f)
		case 13:
			return d.value(&g.ValueInfo, f)
		case 16:
			return d.entry(&g.Metadata, f)
		}
		return f.unknown(&g.Raw)
	})
}

func (d *decoder) strings(to *[]string, f *field) error {
	var s string
	if err := f.str(&s); err != nil {
		return err
	}
	*to = append(*to, s)
	return d.count(1)
}

func (d *decoder) node(n *Node, in *field) error {
	err := d.sub("node", in, func(f *field) error {
		switch f.num {
		case 1:
			return d.strings(&n.Inputs, f)
		case 2:
			return d.strings(&n.Outputs, f)
		case 3:
			return f.str(&n.Name)
		case 4:
			return f.str(&n.Op)
		case 5:
			a := &Attribute{}
			n.Attrs = append(n.Attrs, a)
			return d.attribute(a, f)
		case 6:
			return f.str(&n.Doc)
		case 7:
			return f.str(&n.Domain)
		case 8:
			return f.str(&n.Overload)
		case 9:
			return d.entry(&n.Metadata, f)
		}
		return f.unknown(&n.Raw)
	})
	if err != nil && n.Name != "" {
		return fmt.Errorf("node %q: %w", n.Name, err)
	}
	return err
}

func (d *decoder) function(fn *Function, in *field) error {
	return d.sub("function", in, func(f *field) error {
		switch f.num {
		case 1:
			return f.str(&fn.Name)
		case 4:
			return d.strings(&fn.Inputs, f)
		case 5:
			return d.strings(&fn.Outputs, f)
		case 6:
			return d.strings(&fn.AttrsReq, f)
		case 7:
			n := &Node{}
			fn.Nodes = append(fn.Nodes, n)
			return d.node(n, f)
		case 9:
			return d.opset(&fn.Opsets, f)
		case 10:
			return f.str(&fn.Domain)
		case 13:
			return f.str(&fn.Overload)
		}
		return f.unknown(&fn.Raw)
	})
}
