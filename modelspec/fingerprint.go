package modelspec

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"math"
	"sort"

	"github.com/nngen-go/nngen/internal/onnx"
)

// Fingerprint is a hash of the graph's topology: operators, connections, types
// of inputs and outputs, sizes of weights. Weights themselves do not change it,
// so that a fine-tuned model of the same shape fits a spec.
func Fingerprint(m *onnx.Model) string {
	h := sha256.New()
	for _, o := range m.Opsets {
		put(h, "opset", o.Domain, o.Version)
	}
	putGraph(h, m.Graph)
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// put writes values so that no two lists of values look alike.
func put(h hash.Hash, values ...any) {
	for _, v := range values {
		s := fmt.Sprint(v)
		fmt.Fprintf(h, "%d:%s,", len(s), s)
	}
}

func putGraph(h hash.Hash, g *onnx.Graph) {
	if g == nil {
		return
	}
	for _, list := range [][]*onnx.ValueInfo{g.Inputs, g.Outputs} {
		put(h, "values", len(list))
		for _, v := range list {
			put(h, v.Name, v.DType, len(v.Shape))
			for _, d := range v.Shape {
				put(h, d.Size, d.Param)
			}
		}
	}
	inits := append([]*onnx.Tensor(nil), g.Initializers...)
	sort.Slice(inits, func(i, j int) bool { return inits[i].Name < inits[j].Name })
	for _, t := range inits {
		put(h, "weight", t.Name, t.DType, t.Dims)
	}
	for _, n := range g.Nodes {
		put(h, "node", n.Domain, n.Op, len(n.Inputs), len(n.Outputs))
		for _, name := range n.Inputs {
			put(h, name)
		}
		for _, name := range n.Outputs {
			put(h, name)
		}
		for _, a := range n.Attrs {
			putAttr(h, a)
		}
	}
}

func putAttr(h hash.Hash, a *onnx.Attribute) {
	put(h, "attr", a.Name, a.Type, math.Float32bits(a.F), a.I, string(a.S), a.Ints, len(a.Strings))
	for _, f := range a.Floats {
		put(h, math.Float32bits(f))
	}
	for _, s := range a.Strings {
		put(h, string(s))
	}
	if a.T != nil {
		put(h, "tensor", a.T.DType, a.T.Dims)
	}
	putGraph(h, a.G)
	for _, sub := range a.Graphs {
		putGraph(h, sub)
	}
}
