package shapes

import (
	"sort"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// Result is what was found about a graph.
type Result struct {
	// Types by value name; values of which nothing is known are missing.
	Types map[string]tensor.Type
	// Equal holds symbols of the inputs that the graph forces to be equal to
	// others ("total" → "past+seq"). They no longer occur in Types.
	Equal map[string]tensor.Dim
	// Symbols are those of the inputs that are left, in the order of the inputs.
	Symbols []Symbol
}

// Symbol is a name and the input axis where a run finds its size.
type Symbol struct {
	Name  string
	Input string
	Axis  int
}

// limits of what is followed by value: shape arithmetic is short vectors.
const (
	maxValues = 64
	maxRounds = 6
)

// pass is one walk over the graph.
type pass struct {
	opset  int64
	types  map[string]tensor.Type
	values map[string][]tensor.Dim // elements of integer scalars and short vectors
	hints  map[string]tensor.Type  // value_info of the file
	order  map[string]int          // input symbols, by first use
	equal  map[string]tensor.Dim
}

// Infer walks the main graph of m. Nodes must be in topological order; a node of
// an unknown operator leaves its outputs to the file's own value information.
func Infer(m *onnx.Model) *Result { return InferWith(m, nil) }

// InferWith is Infer with equations that are known beforehand.
func InferWith(m *onnx.Model, known map[string]tensor.Dim) *Result {
	opset := Opset(m)
	equal := map[string]tensor.Dim{}
	merge(equal, known)
	for round := 0; ; round++ {
		p := &pass{
			opset: opset, types: map[string]tensor.Type{}, values: map[string][]tensor.Dim{},
			hints: map[string]tensor.Type{}, order: map[string]int{}, equal: map[string]tensor.Dim{},
		}
		symbols := p.start(m.Graph, equal)
		for _, n := range m.Graph.Nodes {
			p.node(n)
		}
		if len(p.equal) == 0 || round == maxRounds {
			return &Result{Types: p.types, Equal: equal, Symbols: symbols}
		}
		merge(equal, p.equal)
	}
}

// Opset is the version of the default operator domain that m imports, 0 for none.
func Opset(m *onnx.Model) int64 {
	for _, o := range m.Opsets {
		if o.Domain == "" || o.Domain == "ai.onnx" {
			return o.Version
		}
	}
	return 0
}

// start seeds the pass with inputs, initializers and the file's value information.
func (p *pass) start(g *onnx.Graph, equal map[string]tensor.Dim) []Symbol {
	inits := map[string]bool{}
	for _, t := range g.Initializers {
		inits[t.Name] = true
		p.constant(t.Name, t)
	}
	var symbols []Symbol
	for _, in := range g.Inputs {
		if inits[in.Name] {
			continue
		}
		t := InputType(in)
		for axis, d := range t.Shape {
			d = Substitute(d, equal)
			t.Shape[axis] = d
			if name := string(d); len(d.Symbols()) == 1 && d.Symbols()[0] == name {
				if _, seen := p.order[name]; !seen {
					p.order[name] = len(p.order)
					symbols = append(symbols, Symbol{Name: name, Input: in.Name, Axis: axis})
				}
			}
		}
		p.types[in.Name] = t
	}
	for _, v := range append(append([]*onnx.ValueInfo(nil), g.ValueInfo...), g.Outputs...) {
		p.hints[v.Name] = p.hint(v, equal)
	}
	return symbols
}

// hint keeps of a value_info what is said in symbols of the inputs.
func (p *pass) hint(v *onnx.ValueInfo, equal map[string]tensor.Dim) tensor.Type {
	t := tensor.Type{DType: tensor.DType(v.DType)}
	if !v.HasShape {
		return t
	}
	t.Shape = tensor.Shape{}
	for _, d := range v.Shape {
		dim := tensor.Unknown
		switch parsed, err := tensor.ParseDim(d.Param); {
		case d.Param == "" && d.Size > 0:
			dim = tensor.N(d.Size)
		case d.Param != "" && err == nil:
			dim = Substitute(parsed, equal)
			for _, s := range dim.Symbols() {
				if _, known := p.order[s]; !known {
					dim = tensor.Unknown
					break
				}
			}
		}
		t.Shape = append(t.Shape, dim)
	}
	return t
}

// InputType is the type of a graph input; axes without a size or a usable name
// get a symbol of their own.
func InputType(v *onnx.ValueInfo) tensor.Type {
	t := tensor.Type{DType: tensor.DType(v.DType)}
	if !v.HasShape {
		return t
	}
	t.Shape = tensor.Shape{}
	for axis, d := range v.Shape {
		switch parsed, err := tensor.ParseDim(d.Param); {
		case d.Param != "" && err == nil:
			t.Shape = append(t.Shape, parsed)
		case d.Param != "":
			t.Shape = append(t.Shape, tensor.Dim(symbolName(d.Param)))
		case d.Size > 0:
			t.Shape = append(t.Shape, tensor.N(d.Size))
		default:
			t.Shape = append(t.Shape, tensor.Dim(symbolName(v.Name)+"_"+string(tensor.N(int64(axis)))))
		}
	}
	return t
}

// symbolName turns any text into a name that dimensions can hold.
func symbolName(s string) string {
	out := []byte{}
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c == '_' || c == '.' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		digit := c >= '0' && c <= '9'
		switch {
		case letter || digit && len(out) > 0:
			out = append(out, c)
		case digit:
			out = append(out, 'd', c)
		default:
			out = append(out, '_')
		}
	}
	if len(out) == 0 {
		return "dim"
	}
	return string(out)
}

// node applies the rule of n's operator, then fills what is open from the file.
func (p *pass) node(n *onnx.Node) {
	if len(n.Outputs) == 0 {
		return
	}
	c := &call{p: p, n: n, in: make([]tensor.Type, len(n.Inputs))}
	for i, name := range n.Inputs {
		c.in[i] = p.types[name]
	}
	var outs []tensor.Type
	if rule := rules[ruleKey(n)]; rule != nil {
		outs = rule(c)
	}
	for i, name := range n.Outputs {
		if name == "" {
			continue
		}
		var t tensor.Type
		if i < len(outs) {
			t = outs[i]
		}
		t = complete(t, p.hints[name])
		if t.DType != tensor.Invalid || t.Shape != nil {
			p.types[name] = t
		}
	}
}

func ruleKey(n *onnx.Node) string {
	if n.Domain == "" || n.Domain == "ai.onnx" {
		return n.Op
	}
	return n.Domain + ":" + n.Op
}

// complete fills the unknown parts of t from a hint.
func complete(t, hint tensor.Type) tensor.Type {
	if t.DType == tensor.Invalid {
		t.DType = hint.DType
	}
	if t.Shape == nil {
		t.Shape = hint.Shape
		return t
	}
	if len(t.Shape) == len(hint.Shape) {
		for i, d := range t.Shape {
			if !d.Known() {
				t.Shape[i] = hint.Shape[i]
			}
		}
	}
	return t
}

// merge adds new equations to old ones and applies them to each other.
func merge(old, more map[string]tensor.Dim) {
	names := make([]string, 0, len(more))
	for name := range more {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		d := Substitute(more[name], old)
		if contains(d.Symbols(), name) {
			continue
		}
		for k := range old {
			old[k] = Substitute(old[k], map[string]tensor.Dim{name: d})
		}
		old[name] = d
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
