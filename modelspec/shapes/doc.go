// Package shapes infers the symbolic shapes of all values of an ONNX graph from
// the names and sizes of its inputs. It follows the small integer tensors that
// models compute shapes with as values, so that a Reshape to
// Concat(Shape(x)[0], -1, 768) has a known result. What it cannot tell is
// tensor.Unknown: it never guesses.
package shapes
