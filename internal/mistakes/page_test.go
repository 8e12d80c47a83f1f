package mistakes

import (
	"bytes"
	"fmt"
	"strings"
)

const intro = `# Mistakes

%d mistakes that people make with interventions: the code in Python, what nnsight 0.8.1 does with it, the code in Go, and what
nngen says. nnsight's side was run on the small GPT-2 of this project and recorded; nngen's is what a test holds it to. None of
these programs compiles silently: what cannot be known before the model runs is an error of the run, at the user's line,
interpreted and compiled alike.

<!-- made from testdata/mistakes by go test ./internal/mistakes -update; do not edit -->
`

// render makes docs/mistakes.md of the cases.
func render(cases []*mistake) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, intro, len(cases))
	silent := 0
	for _, m := range cases {
		if strings.HasSuffix(m.section("nnsight.txt"), "no error\n") {
			silent++
		}
	}
	fmt.Fprintf(&b, "\nOf these, %d end without an error under nnsight.\n", silent)
	group, n := "", 0
	for _, m := range cases {
		if m.group != group {
			group = m.group
			fmt.Fprintf(&b, "\n## %s\n", group)
		}
		n++
		fmt.Fprintf(&b, "\n### %d. %s\n\n", n, m.title)
		if m.why != "" {
			fmt.Fprintf(&b, "%s\n\n", m.why)
		}
		fence(&b, "python", m.section("nnsight.py"))
		b.WriteString("\nnnsight:\n\n")
		fence(&b, "text", m.section("nnsight.txt"))
		b.WriteString("\n")
		fence(&b, "go", snippet(m.section("main.go")))
		if m.fine != "" {
			fmt.Fprintf(&b, "\nnngen takes this: %s\n", m.fine)
		}
		if want := m.section("want"); want != "" {
			b.WriteString("\nnngen:\n\n")
			fence(&b, "text", strings.ReplaceAll(want, "\t", "    "))
		}
	}
	return b.Bytes()
}

func fence(b *bytes.Buffer, lang, text string) {
	fmt.Fprintf(b, "```%s\n%s\n```\n", lang, strings.TrimRight(text, "\n"))
}

// snippet leaves out the package clause and the imports.
func snippet(src string) string {
	_, rest, ok := strings.Cut(src, "\n)\n\n")
	if !ok {
		return src
	}
	return rest
}
