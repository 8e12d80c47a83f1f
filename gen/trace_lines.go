package gen

import (
	"bytes"
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/ast"
)

// resetMark stands for the directive that ends a region of user text. Which
// line it must name is known only when the file is formatted.
const resetMark = "//line nngen_reset:1"

// statements adds user statements. Each is under a //line directive, so that
// panics and errors name the user's file; after the last one lines count as
// those of the generated file again.
func (w *traceFile) statements(g *jen.Group, ss []ast.Stmt, failing string) {
	mapped := false
	for _, s := range ss {
		switch {
		case s.Line > 0 && s.File != "":
			g.Comment(fmt.Sprintf("%s%s:%d", ast.LinePrefix, s.File, s.Line))
			mapped = true
		case s.Line > 0:
			g.Comment(w.lineMark(s.Line))
			mapped = true
		case mapped:
			g.Comment(resetMark)
			mapped = false
		}
		mapped = mapped || len(s.Inner) > 0
		g.Add(code(s.Code, failing))
	}
	if mapped {
		g.Comment(resetMark)
	}
}

func (w *traceFile) lineMark(line int) string {
	return fmt.Sprintf("//line %s:%d", w.source, line)
}

// resetLines puts the numbers into the reset directives of a formatted file: a
// directive names the line that follows it.
func resetLines(src []byte, name string) []byte {
	lines := bytes.Split(src, []byte("\n"))
	for i, l := range lines {
		if string(l) == resetMark {
			lines[i] = fmt.Appendf(nil, "//line %s:%d", name, i+2)
		}
	}
	return bytes.Join(lines, []byte("\n"))
}
