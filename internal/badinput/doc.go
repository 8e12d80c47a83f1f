// Package badinput holds nngen to what it does with input that is wrong: model
// files that are cut, corrupted or hostile, specs and sessions that do not fit,
// runs that are cancelled, libraries that are missing. Each has to end in an
// error that says what is wrong, with nothing half-written and nothing left
// behind. The command line's own cases are in internal/cli/testdata/script; here
// is what needs models made to measure, a process of its own, or many runs.
package badinput
