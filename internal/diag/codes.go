package diag

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode"
)

// Code is what nngen knows about one kind of diagnostic.
type Code struct {
	Code  string // "NN1203"
	Title string // one line, lower case
	Text  string // what it means and what to write; indented lines are code
}

// all is every code; the groups stand in files of their own.
var all = slices.Concat(specCodes, loadCodes, subsetCodes, orderCodes, shapeCodes, invokeCodes, scheduleCodes, runCodes, modelCodes, toolCodes, attachCodes)

// table finds a code.
var table = index(all)

func index(list []Code) map[string]Code {
	out := make(map[string]Code, len(list))
	for _, c := range list {
		out[c.Code] = c
	}
	return out
}

// Lookup finds a code, whatever its case.
func Lookup(code string) (Code, bool) {
	c, ok := table[strings.ToUpper(strings.TrimSpace(code))]
	return c, ok
}

// Codes gives every code in order.
func Codes() []Code {
	out := make([]Code, 0, len(table))
	for _, c := range table {
		out = append(out, c)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Code < out[j].Code })
	return out
}

// String prints the code as `nngen explain` does.
func (c Code) String() string {
	return fmt.Sprintf("%s: %s\n\n%s\n", c.Code, c.Title, strings.TrimSpace(c.Text))
}

// Anchor is the fragment of the code's section in docs/errors.md: its heading as
// GitHub links to it.
func (c Code) Anchor() string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, c.Code+": "+c.Title)
}

// groups are the headings of the page of codes, by the digits that codes start with.
var groups = []struct{ prefix, title string }{
	{"NN10", "The spec"},
	{"NN11", "Loading your code"},
	{"NN12", "The subset of Go"},
	{"NN13", "Points, order and placement"},
	{"NN14", "Tensors: shapes and types"},
	{"NN15", "Variables, invokes and rows"},
	{"NN16", "Attachments"},
	{"NN31", "When a trace runs"},
	{"NN40", "The nngen command"},
}

// Markdown renders every code as the page docs/errors.md.
func Markdown() string {
	var b strings.Builder
	b.WriteString("# Diagnostics\n\nEvery mistake that nngen reports has a code. `nngen explain CODE` prints the same text.\n")
	for _, g := range groups {
		fmt.Fprintf(&b, "\n## %s\n", g.title)
		for _, c := range Codes() {
			if strings.HasPrefix(c.Code, g.prefix) {
				fmt.Fprintf(&b, "\n### %s: %s\n\n%s\n", c.Code, c.Title, markdownText(c.Text))
			}
		}
	}
	return b.String()
}

// markdownText turns indented lines into Go code blocks.
func markdownText(text string) string {
	var b strings.Builder
	code := false
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		rest, indented := strings.CutPrefix(line, "\t")
		switch {
		case indented && !code:
			b.WriteString("```go\n")
			code = true
		case !indented && code && line != "":
			b.WriteString("```\n")
			code = false
		}
		if indented {
			line = rest
		}
		b.WriteString(line + "\n")
	}
	if code {
		b.WriteString("```\n")
	}
	return strings.TrimRight(b.String(), "\n")
}
