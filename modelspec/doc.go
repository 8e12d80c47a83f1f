// Package modelspec holds the module spec: what nngen knows of a model without
// the model. It reads and writes *.nnspec.yaml, infers a spec from an ONNX
// graph, resolves aliases and orders points in time.
package modelspec
