// Package ops is the operator table: for each tensor operation its name, the
// rule for its shape and dtype, and its ONNX form per opset.
package ops
