// Package oracletest holds the compiler against the interpreter on random trace
// functions over the gpt2 and llama fixtures.
//
// Its tests write a batch of functions, compile all of them at once, build one
// program that runs each compiled and interpreted on the same inputs, and judge
// what came out: values, errors and the order of service must be the same, and
// what one side refuses the other has to refuse too. The exceptions are by
// design and are counted: late reads, which only compiled code serves, and Go in
// mid-run, which only the interpreter has.
//
// A failure is made smaller by leaving steps of the function out, all candidates
// of a round in one batch. Functions that failed once stand in testdata/corpus
// and are run with every batch.
//
//	go test ./internal/oracletest                        # about a hundred functions
//	go test ./internal/oracletest -args -oracle.n 2000   # as many as you like
//	go test ./internal/oracletest -args -oracle.first 500 -oracle.n 1 -oracle.keep DIR
package oracletest
