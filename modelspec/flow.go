package modelspec

import (
	"strings"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// kind says what a tensor depends on.
type kind struct {
	level level
	marks marks
}

// level orders tensors by how much they are the model's own computation.
type level int

// The levels: a node's result has the highest level of its inputs, unless its
// operator makes it an activation.
const (
	isConst  level = iota // from the file alone
	isShape               // from sizes of tensors
	isSide                // from graph inputs, without passing a weight table: masks, positions
	isActive              // an activation
)

// marks are traces of where a side tensor comes from.
type marks uint8

const (
	markMask marks = 1 << iota
	markPosition
	markTrig
	markPast
	markIDs
	markData // of activations: made from what the model is given, not from sizes and positions alone
)

// flow gives every tensor its kind, in the order of the nodes.
func (g *graph) flow(inputs []Value) {
	g.kinds = map[string]kind{}
	for name := range g.inits {
		g.kinds[name] = kind{}
	}
	for _, v := range inputs {
		g.kinds[v.Name] = inputKind(v)
	}
	for i, n := range g.nodes {
		k := g.result(i, n)
		for _, out := range n.Outputs {
			g.kinds[out] = k
		}
	}
}

func inputKind(v Value) kind {
	switch v.Role {
	case RoleMask:
		return kind{isSide, markMask}
	case RolePosition:
		return kind{isSide, markPosition}
	case RolePast:
		return kind{isSide, markPast}
	case RoleOther:
		switch {
		case v.Class == "ids":
			return kind{isSide, markIDs}
		case v.Type.DType.IsFloat() && len(v.Type.Shape) > 0:
			return kind{isActive, markData} // what another model computed: an encoder's states, an image beside a text
		}
		return kind{level: isSide}
	}
	if v.Type.DType.IsFloat() {
		return kind{isActive, markData}
	}
	return kind{isSide, markIDs}
}

func (g *graph) result(i int, n *onnx.Node) kind {
	if onlySizes(n) {
		if g.kinds[n.Inputs[0]].level == isConst {
			return kind{}
		}
		return kind{level: isShape}
	}
	var k kind
	for _, in := range g.reads[i] {
		x := g.kinds[in]
		k.level = max(k.level, x.level)
		k.marks |= x.marks
	}
	if k.level == isConst {
		return kind{}
	}
	if g.embeds(i, n) {
		k.level = isActive
	}
	switch n.Op {
	case "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Not", "Trilu":
		k.marks |= markMask
	case "Range", "CumSum":
		k.marks |= markPosition
	case "Sin", "Cos":
		k.marks |= markTrig
	}
	if k.level == isActive {
		if k.marks&(markIDs|markData) != 0 {
			k.marks = markData
		} else {
			k.marks = 0
		}
	}
	return k
}

// embeds reports a look-up in a weight table by values that are no sizes: where
// ids become an activation. Tables of sines are positions, not activations.
func (g *graph) embeds(i int, n *onnx.Node) bool {
	switch {
	case n.Op == "EmbedLayerNormalization":
		return true
	case n.Op != "Gather" && n.Op != "GatherND" || len(n.Inputs) < 2:
		return false
	}
	table, ok := g.weight(n.Inputs[0])
	if !ok || len(g.dims(table)) < 2 || !g.types[n.Inputs[0]].DType.IsFloat() {
		return false
	}
	for _, s := range []string{table, n.Name} {
		low := strings.ToLower(s)
		if strings.Contains(low, "rotary") || strings.Contains(low, "cos_") || strings.Contains(low, "sin_") || strings.Contains(low, "rope") {
			return false
		}
	}
	return g.kinds[n.Inputs[1]].level != isConst && !g.arithmetic(n.Inputs[1])
}

// arithmetic reports shape arithmetic: what follows from sizes alone and is a
// scalar or a vector of constant length.
func (g *graph) arithmetic(name string) bool {
	if g.kinds[name].level > isShape {
		return false
	}
	s := g.types[name].Shape
	switch len(s) {
	case 0:
		return s != nil
	case 1:
		_, ok := s[0].Const()
		return ok
	}
	return false
}

// crosses reports whether a tensor can be part of a module's interface.
func (g *graph) crosses(name string) bool {
	k := g.kinds[name]
	if k.level == isConst || g.arithmetic(name) {
		return false
	}
	t := g.types[name]
	return t.DType != tensor.String
}
