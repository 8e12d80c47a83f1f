package ops

import (
	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// Labeller is an Emitter that can name what it adds: a run that fails in a node
// then tells what was wrong.
type Labeller interface {
	// Label is part of the names of the nodes that follow, "" ends it.
	Label(what string)
}

// Rememberer is an Emitter that can add the same nodes once.
type Rememberer interface {
	// Once gives the value that add has made for this key where the work goes on.
	Once(key string, add func() string) string
}

// refuse gives an int64 scalar 0 where no element of bad is true, and ends the
// run on every provider where one is: as many elements as are bad are cut off the
// front of a vector of one, and what is left is squeezed. Whoever must not see
// the bad elements adds the 0 to what it reads.
//
// Where all is known before the run, onnxruntime would find out when it folds
// constants, and open no session, even for what stands in a branch that no run
// takes: a 0 that it does not fold keeps the refusal for the run.
func (l *lowering) refuse(bad, what string) string {
	defer l.label(what)()
	count := l.unsqueeze(l.countTrue(bad, nil, false), 0)
	count = l.binary("Add", tensor.Int64, count, l.unknownZero())
	left := l.Node("Slice", []string{l.vector(0), count, l.vector(1), l.vector(0)})
	return l.squeeze(left, 0)
}

// unknownZero is an int64 vector of one 0 that nobody knows before the run: a
// random number below 1/2, cut off.
func (l *lowering) unknownZero() string {
	some := l.Node("RandomUniform", nil, onnx.IntsAttr("shape", 1), onnx.FloatAttr("low", 0), onnx.FloatAttr("high", 0.5))
	return l.cast(some, tensor.Float32, tensor.Int64)
}

// label names the nodes that follow until the function that it gives is called.
func (l *lowering) label(what string) func() {
	e, ok := l.Emitter.(Labeller)
	if !ok {
		return func() {}
	}
	e.Label(what)
	return func() { e.Label("") }
}

// guarded is integers of dtype d, whose use in the run depends on none being bad.
func (l *lowering) guarded(d tensor.DType, x, bad, what string) string {
	return l.binary("Add", d, x, l.cast(l.refuse(bad, what), tensor.Int64, d))
}
