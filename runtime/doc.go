// Package nn is what generated code and users import: tensors, accessors, traces,
// sessions, compiled plans and the interpreter. The usual import is
//
//	import nn "github.com/nngen-go/nngen/runtime"
//
// A Session holds one model file. Compiled traces come from Session.Compile: the
// plan that the generator made is spliced into the model's graph and the whole
// runs as one graph. Interpret runs the same functions without compiling them,
// one coroutine an invoke, with hooks at the points of the model.
//
// The package runs graphs through runtime/backend and imports no cgo; generated
// packages import runtime/ort, which registers onnxruntime.
package nn
