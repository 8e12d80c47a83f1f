// Package bench measures what nngen costs over plain onnxruntime: opening a
// large model, running traces, generating code. Run the benchmarks
// with
//
//	go test -run '^$' -bench . ./internal/bench
//
// or make bench. Where two ways to run are compared, each round runs all of them
// in random order and the medians are reported: -benchtime 15x makes 15 rounds.
// docs/benchmarks.md has figures and the conditions under which they were taken.
package bench
