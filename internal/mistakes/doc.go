// Package mistakes keeps docs/mistakes.md true: mistakes that users make, what
// nnsight does with each and what nngen says. The cases are testdata/mistakes in
// the root folder, one txtar file each:
//
//	title                      the comment: a title, the chapter, and the point of it
//	group: Order
//
//	Why it is one.
//	-- nnsight.py --           the mistake in Python
//	-- nnsight.txt --          what nnsight does, recorded by scripts/export/mistakes.py
//	-- main.go --              the mistake in Go
//	-- want --                 what nngen says
//
// The tests compile every case and compare nngen's words; what only a run can
// show is built and run, interpreted and compiled. -update writes want and the page.
package mistakes
