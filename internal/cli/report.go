package cli

import (
	"encoding/json"
	"fmt"
	"go/token"
	"io"
	"path/filepath"
	"strings"

	"github.com/nngen-go/nngen/internal/diag"
)

// formats are the ways to print diagnostics for programs; nil stands for text.
var formats = map[string]func(w io.Writer, dir string, l diag.List) error{
	"text": nil, "json": printJSON, "github": printGitHub,
}

// formatFlag is the value of -format, checked when it is parsed.
type formatFlag string

func (f *formatFlag) String() string { return string(*f) }

// Set takes one of the known formats.
func (f *formatFlag) Set(s string) error {
	if _, ok := formats[s]; !ok {
		return fmt.Errorf("format %q is not known; use text, json or github", s)
	}
	*f = formatFlag(s)
	return nil
}

// report prints diagnostics in the chosen format: text to standard error, the
// formats that programs read to standard output.
func (e *env) report(f formatFlag, l diag.List) error {
	l = l.Sorted()
	var err error
	if f == "text" {
		t := textPrinter{w: e.stderr, dir: e.dir, colours: coloured(e.stderr)}
		err = t.print(l)
	} else {
		err = formats[string(f)](e.stdout, e.dir, l)
	}
	if err != nil {
		return err
	}
	return errReported
}

// shorten gives a path relative to dir where that is shorter.
func shorten(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); err == nil && filepath.IsAbs(path) && len(rel) < len(path) {
		return rel
	}
	return path
}

// place prints a position as file:line:col, leaving out what is not known.
func place(dir string, p token.Position) string {
	p.Filename = shorten(dir, p.Filename)
	return p.String()
}

// The JSON form of a diagnostic, one object a line. Fields are only ever added:
// docs/vet.md describes them.
type (
	jsonDiagnostic struct {
		Code    string        `json:"code"`
		File    string        `json:"file"`
		Line    int           `json:"line"`
		Column  int           `json:"column"`
		Message string        `json:"message"`
		Hint    string        `json:"hint,omitempty"`
		Related []jsonRelated `json:"related,omitempty"`
	}
	jsonRelated struct {
		File    string `json:"file"`
		Line    int    `json:"line"`
		Column  int    `json:"column"`
		Message string `json:"message"`
	}
)

func printJSON(w io.Writer, dir string, l diag.List) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, d := range l {
		j := jsonDiagnostic{d.Code, shorten(dir, d.Pos.Filename), d.Pos.Line, d.Pos.Column, d.Message, d.Hint, nil}
		for _, r := range d.Related {
			j.Related = append(j.Related, jsonRelated{shorten(dir, r.Pos.Filename), r.Pos.Line, r.Pos.Column, r.Message})
		}
		if err := enc.Encode(j); err != nil {
			return err
		}
	}
	return nil
}

// printGitHub prints workflow commands, which show up as annotations on the lines of a pull request.
func printGitHub(w io.Writer, dir string, l diag.List) error {
	for _, d := range l {
		msg := d.Message
		for _, r := range d.Related {
			msg += "\n" + place(dir, r.Pos) + ": " + r.Message
		}
		if d.Hint != "" {
			msg += "\nhint: " + d.Hint
		}
		_, err := fmt.Fprintf(w, "::error file=%s,line=%d,col=%d,title=%s::%s\n",
			githubProperty.Replace(filepath.ToSlash(shorten(dir, d.Pos.Filename))), d.Pos.Line, d.Pos.Column,
			githubProperty.Replace(d.Code), githubData.Replace(msg))
		if err != nil {
			return err
		}
	}
	return nil
}

// The escapes of workflow commands: data, and property values besides.
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
