// Package diag holds what nngen says to its users: diagnostics with a code, a
// position, related positions and a hint, and the table of all codes.
package diag

import (
	"fmt"
	"go/token"
	"sort"
)

// Diagnostic is one thing to mend, at one place.
type Diagnostic struct {
	Code    string // "NN1203", a key of Codes
	Pos     token.Position
	Message string    // lower case, names the user's identifier
	Hint    string    // an action: what to write instead
	Related []Related // the other places it is about
}

// Related is a second position that explains a diagnostic.
type Related struct {
	Pos     token.Position
	Message string
}

// Error prints "file:line:col: message [CODE]".
func (d Diagnostic) Error() string {
	return fmt.Sprintf("%s: %s [%s]", d.Pos, d.Message, d.Code)
}

// List collects diagnostics; it is sorted and without duplicates once Sorted is called.
type List []Diagnostic

// Add appends a diagnostic and gives it back, to have hints and related positions set.
func (l *List) Add(code string, pos token.Position, format string, args ...any) *Diagnostic {
	*l = append(*l, Diagnostic{Code: code, Pos: pos, Message: fmt.Sprintf(format, args...)})
	return &(*l)[len(*l)-1]
}

// Sorted gives the list by file, line, column and code, each diagnostic once.
func (l List) Sorted() List {
	out := append(List(nil), l...)
	sort.SliceStable(out, func(i, j int) bool { return less(out[i], out[j]) })
	uniq := out[:0]
	for i, d := range out {
		if i == 0 || d.Error() != out[i-1].Error() {
			uniq = append(uniq, d)
		}
	}
	return uniq
}

func less(a, b Diagnostic) bool {
	switch {
	case a.Pos.Filename != b.Pos.Filename:
		return a.Pos.Filename < b.Pos.Filename
	case a.Pos.Line != b.Pos.Line:
		return a.Pos.Line < b.Pos.Line
	case a.Pos.Column != b.Pos.Column:
		return a.Pos.Column < b.Pos.Column
	case a.Code != b.Code:
		return a.Code < b.Code
	}
	return a.Message < b.Message
}

// Err is the list as an error: nil when it is empty.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return Errors(l.Sorted())
}

// Errors is a sorted, non-empty List as an error value.
type Errors List

// Error prints the first diagnostic and how many more there are.
func (e Errors) Error() string {
	if len(e) == 1 {
		return e[0].Error()
	}
	return fmt.Sprintf("%s (and %d more)", e[0].Error(), len(e)-1)
}
