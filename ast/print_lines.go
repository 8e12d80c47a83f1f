package ast

import (
	"fmt"
	"path/filepath"
	"strings"
)

// lineMark is a line of the user's: in file, "" for that of the trace function.
type lineMark struct {
	file string
	line int
}

// LinePrefix begins the directives inside of Code: the line that follows one is
// that of a file of the user's, named without its folder.
const LinePrefix = "//line "

// mark is where a statement stands in the user's text; line 0: nowhere. What is
// carried out of other packages counts as the call of it.
func (p *printer) mark(s *resStmt) lineMark {
	m := lineMark{line: s.line}
	if s.pos.IsValid() {
		if at := p.ev.position(s.pos); at.Filename != p.ev.file() && filepath.Dir(at.Filename) == filepath.Dir(p.ev.file()) {
			m.file = filepath.Base(at.Filename)
		}
	}
	return m
}

// file is the file of the trace function.
func (ev *evaluator) file() string { return ev.position(ev.tf.decl.Pos()).Filename }

// top prints a statement that stands in no other.
func (p *printer) top(s *resStmt) Stmt {
	m := p.mark(s)
	out := Stmt{Code: p.lines(p.stmt(s, 0), m), Line: m.line, File: m.file}
	if s.kind == groupStmt {
		for _, in := range s.blocks[0].stmts {
			inner := p.top(in)
			out.Inner = append(out.Inner, inner)
		}
	}
	return out
}

// lines puts directives in front of the nested statements whose line does not
// follow from that of what stands ahead of them.
func (p *printer) lines(c Code, at lineMark) Code {
	var out Code
	for _, f := range c {
		switch m := f.line; {
		case m == nil:
			at.line += strings.Count(f.Text, "\n")
			out = append(out, f)
		case m.line > 0 && *m != at:
			at = *m
			file := at.file
			if file == "" {
				file = filepath.Base(p.ev.file())
			}
			out = append(out, Fragment{Text: fmt.Sprintf("%s%s:%d\n", LinePrefix, file, at.line)})
		}
	}
	return Join(out)
}
