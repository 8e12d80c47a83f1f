// Package soak runs every system of tracing many times, and many at once, on one
// session of a model: results are those of one run alone, and memory, goroutines
// and what onnxruntime holds stay where they were.
//
//	go test ./internal/soak                          # some hundred runs of each
//	make soak N=100000                               # minutes to hours
package soak
