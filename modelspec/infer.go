package modelspec

import (
	"fmt"
	"go/token"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/nngen-go/nngen/internal/diag"
	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec/shapes"
)

// Options say what the graph itself does not.
type Options struct {
	Name string            // of the model, the stem of its file
	File string            // named in diagnostics
	Map  map[string]string // module path → tensor of its output
}

// MinOpset is the oldest default operator set that splices can be written for.
const MinOpset = 11

// Infer finds a model's modules and points. The diagnostics are errors: with
// one, the spec is nil. What is merely missing is said in the spec itself.
func Infer(m *onnx.Model, o Options) (*Spec, diag.List) {
	if errs := refuse(m, o); len(errs) > 0 {
		return nil, errs
	}
	g := newGraph(m)
	found := g.shapes()
	spec := &Spec{
		Version: Version, Model: o.Name, Fingerprint: onnx.Fingerprint(m),
		Opset: shapes.Opset(m), IR: m.IR, Map: o.Map,
	}
	spec.Inputs, spec.Outputs = g.graphValues()
	spec.Batch = batchSymbol(spec.Inputs)
	for _, s := range found.Symbols {
		spec.Symbols = append(spec.Symbols, Symbol(s))
	}
	g.flow(spec.Inputs)
	s := g.findScopes()
	g.hoist(s)
	spec.Source = s.source
	v := g.findVisits(s)
	t := g.newBuilder(s, v, g.findBorders(s, v))
	t.grow()
	values := map[string]Value{}
	for _, list := range [][]Value{spec.Inputs, spec.Outputs} {
		for _, x := range list {
			values[x.Name] = x
		}
	}
	t.interfaces(values)
	errs := t.applyMap(o)
	t.inferClasses()
	t.views()
	t.operations()
	spec.Modules = t.ordered()
	if s.source == FromWeights && len(spec.Modules) == len(o.Map)+1 && len(o.Map) > 0 {
		spec.Source = FromMap
	}
	spec.Notes = g.notes()
	spec.Counts = spec.Count()
	if len(errs) > 0 {
		return nil, errs
	}
	return spec, nil
}

// refuse says why a model cannot be worked with at all.
func refuse(m *onnx.Model, o Options) diag.List {
	var errs diag.List
	at := token.Position{Filename: o.File}
	if m.Graph == nil || len(m.Graph.Nodes) == 0 {
		errs.Add("NN1020", at, "the model has no nodes").Hint = "export it again: see docs/export.md"
		return errs
	}
	if v := shapes.Opset(m); v < MinOpset {
		errs.Add("NN1021", at, "the model is of opset %d: at least %d is needed", v, MinOpset).Hint = "export it again with a newer opset, or convert it with onnx.version_converter"
	}
	made := map[string]bool{"": true}
	for _, in := range m.Graph.Inputs {
		made[in.Name] = true
	}
	for _, t := range m.Graph.Initializers {
		made[t.Name] = true
	}
	for _, n := range m.Graph.Nodes {
		for _, in := range append(append([]string(nil), n.Inputs...), n.Captures()...) {
			if !made[in] {
				errs.Add("NN1022", at, "node %s reads %s before any node makes it: nodes are not in the order of the run", quoted(n.Name), quoted(in)).Hint = "sort the file: onnx.helper or onnxruntime's optimizer can"
				return errs
			}
		}
		if len(n.Outputs) == 0 || n.Outputs[0] == "" {
			errs.Add("NN1023", at, "node %s has no output", quoted(n.Name)).Hint = "the file is damaged: export it again"
			return errs
		}
		for _, out := range n.Outputs {
			if out != "" && made[out] {
				errs.Add("NN1024", at, "tensor %s is made twice", quoted(out)).Hint = "the file is damaged: export it again"
				return errs
			}
			made[out] = true
		}
	}
	return append(errs, badNames(m, at)...)
}

// shapes infers types, then once more with what roles say of axes: a mask has
// the batch's rows and the length of past and new positions together.
func (g *graph) shapes() *shapes.Result {
	r := shapes.Infer(g.m)
	g.types = r.Types
	inputs, _ := g.graphValues()
	known := conventions(inputs)
	plainNames(inputs, known)
	if len(known) > 0 {
		for k, d := range r.Equal {
			if _, twice := known[k]; !twice {
				known[k] = d
			}
		}
		r = shapes.InferWith(g.m, known)
		g.types = r.Types
	}
	return r
}

func lone(d tensor.Dim) bool {
	s := d.Symbols()
	return len(s) == 1 && string(d) == s[0]
}

// badNames reports the first name that is no text: a spec could not hold it.
func badNames(m *onnx.Model, at token.Position) diag.List {
	var errs diag.List
	check := func(names ...string) {
		for _, s := range names {
			if !utf8.ValidString(s) && len(errs) == 0 {
				errs.Add("NN1025", at, "the name %s is not UTF-8", quoted(s)).Hint = "export the model again with other names"
			}
		}
	}
	for _, n := range m.Graph.Nodes {
		check(n.Name)
		check(n.Outputs...)
	}
	for _, t := range m.Graph.Initializers {
		check(t.Name)
	}
	for _, v := range m.Graph.Inputs {
		check(v.Name)
	}
	return errs
}

// batchSymbol is the dimension that numbers the rows: the one that the exporter
// called so, on whichever axis it is (recurrent networks put time first), else
// the first axis of the first input.
func batchSymbol(inputs []Value) string {
	first := ""
	for _, v := range inputs {
		if v.Role != RoleInput {
			continue
		}
		for i, d := range v.Type.Shape {
			if lone(d) && saysBatch(string(d)) {
				return string(d)
			}
			if i == 0 && first == "" && lone(d) {
				first = string(d)
			}
		}
	}
	return first
}

// saysBatch reports whether a symbol's name says that it numbers rows.
func saysBatch(name string) bool {
	name = strings.ToLower(name)
	return name == "batch" || name == "batch_size" || name == "batchsize" || name == "bs"
}

// applyMap adds what the user knows better: a module and the tensor of its output.
func (t *builder) applyMap(o Options) diag.List {
	var errs diag.List
	for _, path := range sortedKeys(o.Map) {
		name := o.Map[path]
		node, ok := t.g.producer[name]
		if !ok {
			errs.Add("NN1012", token.Position{Filename: o.File}, "map gives %s the tensor %s, which no node of the model makes", quoted(path), quoted(name)).Hint = "take a name that nngen tree --points prints"
			continue
		}
		m := t.module(path)
		m.Absent = ""
		if m.Nodes == 0 {
			m.Nodes = 1
			t.first[path] = node
		}
		p := &Point{Tensor: name, Role: RoleOutput, Type: t.g.types[name], Node: node}
		list := []*Point{}
		for _, old := range m.Outputs {
			if old.Tensor == name {
				continue
			}
			if old.Role == RoleOutput || old.Role == RoleUnknown {
				old.Role = RoleOther
			}
			list = append(list, old)
		}
		m.Outputs = append(list, p)
		sort.SliceStable(m.Outputs, func(i, j int) bool { return m.Outputs[i].Node < m.Outputs[j].Node })
	}
	for path, m := range t.modules {
		if path != "" && m.Nodes == 0 && m.Absent == "" && len(m.Outputs) == 0 {
			m.Absent = reasonHolder
		}
	}
	return errs
}

// Count sums up the tree: a module is sure when all its points' roles are known.
func (s *Spec) Count() Counts {
	c := Counts{Found: len(s.Modules)}
	for _, m := range s.Modules {
		switch {
		case m.Absent != "":
			c.WithoutNodes++
		case m.unsure():
			c.Unsure++
		default:
			c.Sure++
		}
	}
	return c
}

func (m *Module) unsure() bool {
	for _, list := range [][]*Point{m.Inputs, m.Outputs} {
		for _, p := range list {
			if p.Role == RoleUnknown && p.Absent == "" {
				return true
			}
		}
	}
	return false
}

// notes says what of a model's kind limits its points.
func (g *graph) notes() []string {
	fused, quant, inIf := map[string]int{}, map[string]int{}, 0
	for _, n := range g.nodes {
		switch {
		case quantised(n.Op):
			quant[n.Op]++
		case n.Domain == "com.microsoft":
			fused[n.Op]++
		}
		for _, sub := range subgraphs(n) {
			inIf += len(sub.Nodes)
		}
	}
	var out []string
	for _, op := range sortedKeys(fused) {
		out = append(out, fmt.Sprintf("fused: %d %s nodes (com.microsoft): what happens inside has no tensor, so no point", fused[op], op))
	}
	for _, op := range sortedKeys(quant) {
		out = append(out, fmt.Sprintf("quantised: %d %s nodes: their weights are codes, not numbers of the network", quant[op], op))
	}
	if inIf > len(g.nodes) {
		out = append(out, fmt.Sprintf("hidden: %d nodes are inside branches and loops, %d outside: points in branches are absent", inIf, len(g.nodes)))
	}
	return out
}

func quantised(op string) bool {
	switch op {
	case "MatMulNBits", "DequantizeLinear", "QuantizeLinear", "DynamicQuantizeLinear", "QLinearMatMul", "QLinearConv", "MatMulInteger",
		"ConvInteger", "QAttention", "QLinearAdd", "QGemm", "DynamicQuantizeMatMul", "MatMulIntegerToFloat":
		return true
	}
	return false
}
