// Package oracletest holds the compiler against the interpreter on random trace
// functions over the gpt2 and llama fixtures.
//
// Its tests write packages of some 200 functions, compile each package at once,
// build it into one program that runs every function compiled and interpreted on
// the same inputs, several at a time over shared sessions, and judge what came
// out: values, errors, their positions and the order of service must be the same,
// and what one side refuses the other has to refuse too. The exceptions are by
// design and are counted: late reads, which only compiled code serves, and Go in
// mid-run, which only the interpreter has.
//
// A function is a program of steps and blocks of steps. A failure is made smaller
// by leaving steps out and taking blocks off, all candidates of a round in one
// package. Functions that failed once stand in testdata/corpus
// and are run with every batch.
//
//	go test ./internal/oracletest    # about a hundred functions
//	make oracle                      # 20,000, with progress
//	make oracle N=1000 FIRST=7000    # as many as you like, from a seed on
//	go test ./internal/oracletest -args -oracle.first 500 -oracle.n 1 -oracle.keep DIR
//	go test ./internal/oracletest -args -oracle.with leave,hook
package oracletest
