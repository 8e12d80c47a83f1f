// Package gen turns specs and compiled traces into Go files. It reads and
// writes nothing: text in, text out, byte for byte the same for the same input.
//
// Names that come from a model file (module paths, classes, tensors) are data.
// They reach a generated file only as quoted strings, as identifiers that
// modelspec made safe, or in comments with everything but printable characters
// taken out.
package gen
