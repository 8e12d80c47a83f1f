// Package ast is the front and the middle of the compiler. It loads the user's
// packages, finds the functions marked //nngen:trace, evaluates their
// type-checked bodies at generate time and gives, for each, a plan and the Go
// code that is left over.
//
// Evaluation knows three kinds of value. Static ones are known now: constants,
// Envoys, closures, and arrays, slices, structs and maps of values. Graph ones
// are tensor expressions: they become nodes of the plan. Residual ones are Go
// expressions that only a run can tell: scalar parameters, what Item or
// Float32s return, and all that follows from them. Residual statements are
// collected in the order of the program and split at the end: what needs no
// result of the run goes before it; what gives the graph a value of the run goes
// into steps of mid-run, which the plan calls as hooks; the rest goes after it.
// What lives across steps is kept in a frame, a struct of the generated code.
//
// The rule behind every file here: a construct that is not handled is a
// diagnostic, never a wrong program.
package ast
