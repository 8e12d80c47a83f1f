// Package onnx reads, changes and writes ONNX models without copying weights.
package onnx
