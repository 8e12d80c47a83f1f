package nn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// Role says what a graph input or output is for.
type Role = modelspec.Role

// ModelInfo is what an accessor package knows of its model. It is a literal, so
// that running compiled traces reads no spec.
type ModelInfo struct {
	Name        string
	Fingerprint string // "sha256:…", checked when the model is opened
	Opset       int64
	Batch       string // symbol of the batch dimension, "" if there is none
	Symbols     []SymbolInfo
	Inputs      []InputInfo // every input of the graph, in its order
	Outputs     []OutputInfo
	Aliases     map[string]string // the module path of every alias
	Spec        []byte            // the .nnspec.yaml, which only the interpreter reads

	padding padding // how the session was opened to join prompts of different lengths
}

// SymbolInfo is a symbol of dimensions and the place where a run finds its size.
type SymbolInfo struct {
	Name, Input string
	Axis        int
}

// InputInfo is an input or output of the graph.
type InputInfo struct {
	Name  string
	Role  Role
	DType DType
	Shape []string        // dimensions as in the spec; nil: unknown rank
	Pair  string          // a past input's present output, and the reverse
	Class string          // of a language model's input: "ids", "use_cache", ""
	Rows  modelspec.Order // of an output that folds rows with something else: "outer", "inner"
}

// OutputInfo is an output of the graph.
type OutputInfo = InputInfo

// InfoOf gives what an accessor package would know of the model of a spec, for
// programs that open models by their specs.
func InfoOf(s *modelspec.Spec) ModelInfo {
	info := ModelInfo{Name: s.Model, Fingerprint: s.Fingerprint, Opset: s.Opset, Batch: s.Batch, Spec: modelspec.Write(s)}
	info.Aliases, _, _ = modelspec.Aliases(s)
	for _, sym := range s.Symbols {
		info.Symbols = append(info.Symbols, SymbolInfo(sym))
	}
	for _, v := range s.Inputs {
		info.Inputs = append(info.Inputs, infoOfValue(v))
	}
	for _, v := range s.Outputs {
		info.Outputs = append(info.Outputs, infoOfValue(v))
	}
	return info
}

func infoOfValue(v modelspec.Value) InputInfo {
	in := InputInfo{Name: v.Name, Role: v.Role, DType: v.Type.DType, Pair: v.Pair, Class: v.Class, Rows: v.Rows}
	if v.Type.Shape.RankKnown() {
		in.Shape = []string{}
		for _, d := range v.Type.Shape {
			in.Shape = append(in.Shape, string(d))
		}
	}
	return in
}

// typ is the declared type.
func (i InputInfo) typ() tensor.Type {
	t := tensor.Type{DType: i.DType}
	if i.Shape == nil {
		return t
	}
	t.Shape = make(tensor.Shape, len(i.Shape))
	for k, d := range i.Shape {
		t.Shape[k] = tensor.Dim(d)
	}
	return t
}

// batchAxis finds the axis that holds k entries for each row of the batch.
func batchAxis(s tensor.Shape, batch string) (axis int, k int64, ok bool) {
	if batch == "" {
		return 0, 0, false
	}
	for i, d := range s {
		if k, ok := d.Coefficient(batch); ok && k > 0 {
			return i, k, true
		}
	}
	return 0, 0, false
}

// input finds an input by name.
func (m *ModelInfo) input(name string) (InputInfo, bool) {
	i := slices.IndexFunc(m.Inputs, func(in InputInfo) bool { return in.Name == name })
	if i < 0 {
		return InputInfo{}, false
	}
	return m.Inputs[i], true
}

func (m *ModelInfo) inputNames() string {
	names := make([]string, len(m.Inputs))
	for i, in := range m.Inputs {
		names[i] = in.Name
	}
	return strings.Join(names, ", ")
}

// infoFromGraph describes a model of which no spec is known: names, types and
// the file's own names of dimensions.
func infoFromGraph(m *onnx.Model) ModelInfo {
	info := ModelInfo{Name: m.Graph.Name, Opset: m.Opset("")}
	weights := map[string]bool{}
	for _, t := range m.Graph.Initializers {
		weights[t.Name] = true
	}
	for _, v := range m.Graph.Inputs {
		if !weights[v.Name] {
			info.Inputs = append(info.Inputs, inputFromValue(v))
		}
	}
	for _, v := range m.Graph.Outputs {
		info.Outputs = append(info.Outputs, inputFromValue(v))
	}
	return info
}

func inputFromValue(v *onnx.ValueInfo) InputInfo {
	in := InputInfo{Name: v.Name, Role: modelspec.RoleUnknown, DType: tensor.DType(v.DType)}
	if !v.HasShape {
		return in
	}
	in.Shape = []string{}
	for _, d := range v.Shape {
		text := string(tensor.Unknown)
		if d.Size >= 0 && d.Param == "" {
			text = fmt.Sprint(d.Size)
		} else if parsed, err := tensor.ParseDim(d.Param); err == nil && d.Param != "" {
			text = string(parsed)
		}
		in.Shape = append(in.Shape, text)
	}
	return in
}
