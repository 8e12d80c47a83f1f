// Package depstest holds the tests that keep imports running one way: a user's
// binary carries no compiler, and only the back end needs cgo.
package depstest
