package nn

import (
	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// View gives a named part of the module's input or output, which the spec lists
// under views: the queries of a fused projection, for instance. Generated
// accessors have a method of its name.
func (e *Envoy) View(name string) Tensor {
	n := e.of()
	v := n.view(name)
	return viewOf(v, n.read(v.Side))
}

// SetView replaces a named part of the module's input or output.
func (e *Envoy) SetView(name string, t Tensor) {
	n := e.of()
	v := n.view(name)
	if t.h == nil {
		panic(misuse("NN3110", "view %s of %s is set to a tensor that was never set: give it a value before it is used", name, modelspec.PathName(n.module.Path)))
	}
	whole := n.read(v.Side)
	want, err := v.Type(whole.h.typ())
	if err != nil {
		panic(misuse("NN3114", "view %q of %s: %v", name, modelspec.PathName(n.module.Path), err))
	}
	if !t.h.typ().Shape.Equal(want.Shape) {
		t = n.shapedAs(v, whole, t, want)
	}
	if v.Heads > 0 {
		t = t.MergeHeads()
	}
	n.write(v.Side, apply1("SetAt", ops.Attrs{"index": ops.AxisIndex(v.Axis, v.From, v.To)}, whole, t))
}

// shapedAs is the value in the shape of the view that it is written to.
func (n *node) shapedAs(v modelspec.ViewAt, whole, t Tensor, want tensor.Type) Tensor {
	old := viewOf(v, whole)
	op, _ := ops.Lookup("ExpandAs")
	if _, err := op.Infer([]tensor.Type{t.h.typ(), want}, nil); err != nil {
		panic(misuse("NN3114", "view %q of %s takes %s, but is set to %s", v.Name, modelspec.PathName(n.module.Path), want, t.h.typ()))
	}
	return t.ExpandAs(old)
}

func (n *node) view(name string) modelspec.ViewAt {
	v, ok := n.module.View(name)
	if !ok {
		panic(misuse("NN3159", "%s has no view %q; it has %s", modelspec.PathName(n.module.Path), name, listOr(n.module.ViewNames(), "none")))
	}
	return v
}

// viewOf is what a view takes of the whole.
func viewOf(v modelspec.ViewAt, whole Tensor) Tensor {
	part := apply1("At", ops.Attrs{"index": ops.AxisIndex(v.Axis, v.From, v.To)}, whole)
	if v.Heads > 0 {
		part = part.Heads(v.Heads)
	}
	return part
}
