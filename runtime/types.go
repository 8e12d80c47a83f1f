package nn

import (
	"github.com/nngen-go/nngen/internal/tensor"
)

// typeOf gives the type of a model's tensor as far as it is known: from the
// plan, the graph's inputs and outputs, its weights, the spec, and last the
// file's own notes, whose names of dimensions are the exporter's.
func (s *Session) typeOf(p *Plan, name string) tensor.Type {
	if p != nil {
		if t, ok := p.Tensors[name]; ok {
			return t
		}
	}
	if t, ok := s.specType(name); ok {
		return t
	}
	for _, v := range s.file.Model.Graph.ValueInfo {
		if v.Name == name {
			return inputFromValue(v).typ()
		}
	}
	return tensor.Type{}
}

// specType gives the type of a model's tensor in the spec's symbols.
func (s *Session) specType(name string) (tensor.Type, bool) {
	if t, ok := s.types()[name]; ok {
		return t, true
	}
	in, err := s.spec()
	if err != nil {
		return tensor.Type{}, false
	}
	t, ok := in.types[name]
	return t, ok
}

// borderTypes gives the types of the graph's weights, inputs and outputs.
func (s *Session) borderTypes() map[string]tensor.Type {
	types := map[string]tensor.Type{}
	for _, t := range s.file.Model.Graph.Initializers {
		types[t.Name] = tensor.Type{DType: tensor.DType(t.DType), Shape: tensor.Dims(t.Dims...)}
	}
	for _, list := range [][]InputInfo{s.info.Outputs, s.info.Inputs} {
		for _, v := range list {
			types[v.Name] = v.typ()
		}
	}
	return types
}
