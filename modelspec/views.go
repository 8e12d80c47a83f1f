package modelspec

import "github.com/nngen-go/nngen/internal/onnx"

// fusedNames are what modules are called that give queries, keys and values in
// one tensor, in this order.
var fusedNames = map[string]bool{"c_attn": true, "qkv": true, "qkv_proj": true, "Wqkv": true, "in_proj": true, "query_key_value": true}

// views names the parts of fused projections, where the graph leaves no doubt:
// the module is called so, and the one thing that is done with its output is to
// cut the last axis into three equal parts. A layout that interleaves heads is
// reshaped first, and so is not taken for one.
func (t *builder) views() {
	for _, m := range t.modules {
		if !fusedNames[lastPart(m.Path)] || m.Visits != 1 {
			continue
		}
		for _, p := range m.Outputs {
			if p.Role == RoleOutput {
				p.Views = t.thirds(p)
			}
		}
	}
}

func (t *builder) thirds(p *Point) []View {
	uses := t.g.uses[p.Tensor]
	rank := len(p.Type.Shape)
	if len(uses) != 1 || rank < 2 {
		return nil
	}
	n := t.g.nodes[uses[0]]
	width, known := p.Type.Shape[rank-1].Const()
	if n.Op != "Split" || len(n.Outputs) != 3 || !known || width%3 != 0 || !cutsLast(n, rank) {
		return nil
	}
	size := width / 3
	heads := 0
	for i, part := range n.Outputs {
		shape := t.g.types[part].Shape
		if len(shape) != rank {
			return nil
		}
		if w, ok := shape[rank-1].Const(); !ok || w != size {
			return nil
		}
		h := t.headsOf(part, size)
		if i > 0 && h != heads {
			h = 0
		}
		heads = h
	}
	var out []View
	for i, name := range []string{"q", "k", "v"} {
		out = append(out, View{Name: name, Axis: -1, From: int64(i) * size, To: int64(i+1) * size, Heads: heads})
	}
	return out
}

// cutsLast reports whether a Split is along the last axis.
func cutsLast(n *onnx.Node, rank int) bool {
	axis := int64(0)
	if a := n.Attr("axis"); a != nil {
		axis = a.I
	}
	return axis == -1 || axis == int64(rank-1)
}

// headsOf finds into how many heads a part is reshaped, 0 if that is not known.
func (t *builder) headsOf(part string, size int64) int {
	heads := int64(0)
	for _, u := range t.g.uses[part] {
		n := t.g.nodes[u]
		if n.Op != "Reshape" || n.Inputs[0] != part {
			continue
		}
		s := t.g.types[n.Outputs[0]].Shape
		if len(s) < 2 {
			return 0
		}
		count, ok1 := s[len(s)-2].Const()
		each, ok2 := s[len(s)-1].Const()
		if !ok1 || !ok2 || count*each != size || heads != 0 && heads != count {
			return 0
		}
		heads = count
	}
	return int(heads)
}
