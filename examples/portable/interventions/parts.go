// Package interventions holds interventions that serve several families of
// models. They are written once, as helpers over the methods that modules have
// in every family; standard names in the specs ("nngen spec -standard-names")
// let each model hand over its parts under the same words. A trace function for
// each model compiles them for it: arrays of different length share no interface,
// so that it is the helpers that are general and not the trace functions.
package interventions

import nn "github.com/nngen-go/nngen/runtime"

// Layer is what helpers need of a layer, whatever the family.
type Layer interface {
	Output() nn.Tensor
	SetOutput(t nn.Tensor)
}

// Part is a module that can be run on another value.
type Part interface {
	Call(x nn.Tensor) nn.Tensor
}

// steer adds alpha·v to what one of the layers gives.
func steer[L Layer](layers []L, at int, v nn.Tensor, alpha float32) {
	l := layers[at]
	l.SetOutput(l.Output().Add(v.Scale(alpha)))
}

// ablate takes away what a part adds.
func ablate(part Layer) { part.SetOutput(part.Output().Scale(0)) }

// lens reads what a layer would say if it were the last.
func lens(layer Layer, norm, head Part) nn.Tensor {
	return head.Call(norm.Call(layer.Output()))
}
