package nn

import (
	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// Exporters compute a module's sizes once for the whole model, from the graph's
// inputs. A module that is called on a value of other sizes needs its own: the
// shapes of graph inputs, as far as the module's input has the same symbols, are
// taken from the argument.

// shapeSource is a Shape node of a graph input and where a call finds each size.
type shapeSource struct {
	output string
	dims   []dimSource
}

// dimSource is an axis of the argument, or a constant.
type dimSource struct {
	axis  int // -1: constant
	value int64
}

// callShapes finds the shapes that a call of what leads from input to output has
// to take from its argument, which must have the rank that the module's input has.
func (s *Session) callShapes(input tensor.Type, output string, stop []string) []shapeSource {
	ix, axes := s.index(), symbolAxes(input)
	var out []shapeSource
	for _, i := range ix.BackwardSlice([]string{output}, stop...) {
		n := ix.Graph().Nodes[i]
		if n.Op != "Shape" || n.Domain != "" || len(n.Inputs) != 1 {
			continue
		}
		if dims, ok := s.shapeDims(n, axes); ok {
			out = append(out, shapeSource{n.Outputs[0], dims})
		}
	}
	return out
}

// symbolAxes finds the axis of each plain symbol of a type.
func symbolAxes(t tensor.Type) map[string]int {
	axes := map[string]int{}
	for i, d := range t.Shape {
		if s := d.Symbols(); len(s) == 1 && s[0] == string(d) {
			axes[string(d)] = i
		}
	}
	return axes
}

// shapeDims resolves what a Shape node reports: of a graph input, or of a tensor
// of which the spec knows the shape.
func (s *Session) shapeDims(n *onnx.Node, axes map[string]int) ([]dimSource, bool) {
	var shape tensor.Shape
	if in, ok := s.info.input(n.Inputs[0]); ok && in.Shape != nil {
		shape = in.typ().Shape
	} else if t, ok := s.specType(n.Inputs[0]); ok {
		shape = t.Shape
	}
	if shape == nil {
		return nil, false
	}
	return resolveDims(shapePart(n, shape), axes)
}

// shapePart gives the dimensions that a Shape node reports: start and end cut it.
func shapePart(n *onnx.Node, s tensor.Shape) tensor.Shape {
	limit := func(name string, at int64) int64 {
		if a := n.Attr(name); a != nil {
			if at = a.I; at < 0 {
				at += int64(len(s))
			}
		}
		return max(0, min(at, int64(len(s))))
	}
	from, to := limit("start", 0), limit("end", int64(len(s)))
	return s[from:max(from, to)]
}

func resolveDims(s tensor.Shape, axes map[string]int) ([]dimSource, bool) {
	out := make([]dimSource, len(s))
	for i, d := range s {
		if n, ok := d.Const(); ok {
			out[i] = dimSource{axis: -1, value: n}
		} else if axis, ok := axes[string(d)]; ok {
			out[i] = dimSource{axis: axis}
		} else {
			return nil, false
		}
	}
	return out, len(out) > 0
}

// emit computes the shape from the argument.
func (src shapeSource) emit(e *emitter, arg string) string {
	shape := e.Node("Shape", []string{arg})
	parts := make([]string, len(src.dims))
	for i, d := range src.dims {
		if d.axis < 0 {
			parts[i] = e.Const(tensor.Int64, []int64{1}, []int64{d.value})
			continue
		}
		axis := e.Const(tensor.Int64, []int64{1}, []int64{int64(d.axis)})
		parts[i] = e.Node("Gather", []string{shape, axis}, onnx.IntAttr("axis", 0))
	}
	return e.Node("Concat", parts, onnx.IntAttr("axis", 0))
}
