// Package ends holds the golden cases of what ends early: modules that are
// skipped, runs that stop, and the result of a run. Each does what its case in
// testdata/goldens/cases.md says.
package ends
