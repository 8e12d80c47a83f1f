// Package onnx reads, changes and writes ONNX models without copying weights.
//
// Open maps a file and decodes it; tensors alias the mapping, external data is
// mapped when it is asked for. A graph is changed through an Index, on a Clone:
// Insert, Splice, ReplaceUses, AddOutput and CloneBetween leave node indexes as
// they are, RemoveDead drops what nothing needs, Finish puts everything in order.
// Externalize then takes the weights out again, so that Marshal writes kilobytes.
package onnx
