package ast

import "strings"

// Code is Go source text, cut where it refers to a package, so that whoever
// prints it can manage the imports.
type Code []Fragment

// Fragment is a piece of Code. Exactly one of these holds: Import is set and
// Text is an exported name of that package; Fail is set; or it is plain text.
type Fragment struct {
	Text   string
	Import string // import path
	Name   string // the name that the user's file has for Import
	// Fail stands for "return", the zero values of all results and a comma; the
	// error to return follows as text. Only early returns of Before and After
	// have it: what else the function would have returned is dropped.
	Fail bool
	// line, where a statement stands that is nested in another, is put into text
	// before the code is handed on.
	line *lineMark
}

// String prints the code with the user's own package names; Fail prints as
// "return nn_zero, ".
func (c Code) String() string {
	var b strings.Builder
	for _, f := range c {
		switch {
		case f.Fail:
			b.WriteString("return nn_zero, ")
		case f.Import != "" && f.Name != ".":
			b.WriteString(f.Name + "." + f.Text)
		default:
			b.WriteString(f.Text)
		}
	}
	return b.String()
}

// Text makes Code of plain text.
func Text(s string) Code { return Code{{Text: s}} }

// Join concatenates codes.
func Join(parts ...Code) Code {
	var out Code
	for _, p := range parts {
		for _, f := range p {
			if n := len(out); n > 0 && plain(out[n-1]) && plain(f) {
				out[n-1].Text += f.Text
				continue
			}
			out = append(out, f)
		}
	}
	return out
}

func plain(f Fragment) bool { return f.Import == "" && !f.Fail && f.line == nil }

// TapRef is how residual code names tap i of the plan. The generator declares
// nn_taps, a *nn.Taps.
func TapRef(i string) string { return "nn_taps.Tensor(" + i + ")" }
