package cli

import (
	"bytes"
	"fmt"
	"go/token"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/nngen-go/nngen/internal/diag"
)

// maxText caps how many diagnostics are printed as text; the other formats print all.
const maxText = 50

// The colours of a terminal.
const (
	bold   = "\x1b[1m"
	red    = "\x1b[31m"
	cyan   = "\x1b[36m"
	normal = "\x1b[0m"
)

// coloured reports whether diagnostics on w are coloured: on a terminal, unless
// NO_COLOR (no-color.org) says otherwise.
func coloured(w io.Writer) bool { return terminal(w) && os.Getenv("NO_COLOR") == "" }

// textPrinter prints diagnostics for people: the place and what is wrong, the
// line itself with a caret under the place, the other places, and the hint.
type textPrinter struct {
	w       io.Writer
	dir     string
	colours bool
	files   map[string][][]byte // lines by file name; nil if it cannot be read
}

// PrintText prints diagnostics as the text format does, without colours. File
// names are relative to dir.
func PrintText(w io.Writer, dir string, l diag.List) error {
	return (&textPrinter{w: w, dir: dir}).print(l)
}

func (t *textPrinter) print(l diag.List) error {
	var b strings.Builder
	for i, d := range l {
		if i == maxText {
			fmt.Fprintf(&b, "and %d more (-format json prints all)\n", len(l)-i)
			break
		}
		t.one(&b, d)
	}
	_, err := io.WriteString(t.w, b.String())
	return err
}

func (t *textPrinter) one(b *strings.Builder, d diag.Diagnostic) {
	fmt.Fprintf(b, "%s: %s %s\n", t.paint(bold, place(t.dir, d.Pos)), d.Message, t.paint(red, "["+d.Code+"]"))
	t.excerpt(b, d.Pos)
	for _, r := range d.Related {
		fmt.Fprintf(b, "\t%s: %s\n", place(t.dir, r.Pos), r.Message)
	}
	if d.Hint != "" {
		fmt.Fprintf(b, "\t%s %s\n", t.paint(cyan, "hint:"), strings.ReplaceAll(d.Hint, "\n", "\n\t"))
	}
}

func (t *textPrinter) paint(colour, s string) string {
	if !t.colours {
		return s
	}
	return colour + s + normal
}

// excerpt prints the line of a position and a caret under its column. Tabs are
// printed as they are before the caret too, so that it stands below its letter
// whatever the width of a tab. A file that cannot be read has none.
func (t *textPrinter) excerpt(b *strings.Builder, p token.Position) {
	line := t.line(p.Filename, p.Line)
	if p.Column < 1 || p.Column > len(line)+1 || len(bytes.TrimSpace(line)) == 0 || !utf8.Valid(line) || len(line) > 400 {
		return
	}
	indent := len(line) - len(bytes.TrimLeft(line, " \t"))
	if indent >= p.Column {
		indent = p.Column - 1
	}
	space := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, string(line[indent:p.Column-1]))
	fmt.Fprintf(b, "\t| %s\n\t| %s%s\n", printableLine(line[indent:]), space, t.paint(red, "^"))
}

// printableLine leaves out what would steer a terminal.
func printableLine(line []byte) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && (r < ' ' || r == 0x7f) {
			return ' '
		}
		return r
	}, strings.TrimRight(string(line), " \t\r"))
}

func (t *textPrinter) line(name string, n int) []byte {
	lines, ok := t.files[name]
	if !ok {
		if src, err := os.ReadFile(name); err == nil {
			lines = bytes.Split(src, []byte("\n"))
		}
		if t.files == nil {
			t.files = map[string][][]byte{}
		}
		t.files[name] = lines
	}
	if n < 1 || n > len(lines) {
		return nil
	}
	return lines[n-1]
}
