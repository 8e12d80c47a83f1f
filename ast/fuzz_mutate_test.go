package ast_test

import (
	"go/scanner"
	"go/token"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/internal/fuzzguard"
)

// FuzzMutations changes accepted programs by tokens and lines: most of what comes
// out still parses, and much of it has right types, so that it reaches further
// into the compiler than changed bytes do.
func FuzzMutations(f *testing.F) {
	programs := fuzzPrograms(f, "accept")
	for i := range programs {
		f.Add(uint(i), []byte{})
		f.Add(uint(i), []byte{0, byte(3 * i), 7, 1, byte(5 * i), 9})
		f.Add(uint(i), []byte{2, byte(7 * i), 3, 4, byte(i), 1, 3, 5, 8})
	}
	f.Fuzz(func(t *testing.T, which uint, changes []byte) {
		defer fuzzguard.Input()()
		src := programs[which%uint(len(programs))]
		other := programs[(which+7)%uint(len(programs))]
		for len(changes) >= 3 && len(src) < 1<<15 {
			src = mutate(src, other, changes[0], int(changes[1])|int(changes[2])<<8)
			changes = changes[3:]
		}
		judge(t, map[string][]byte{"a.go": []byte(src)})
	})
}

// FuzzFiles gives a package in two files.
func FuzzFiles(f *testing.F) {
	programs := fuzzPrograms(f, "accept")
	for i, p := range programs {
		f.Add(p, "package probes\n\nconst limit = 3\n\nvar shared = 1\n")
		f.Add(p, programs[(i+1)%len(programs)])
		if head, _, ok := strings.Cut(p, "//nngen:trace"); ok {
			f.Add(p, head+"\nfunc unused() {}\n")
		}
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		defer fuzzguard.Input()()
		judge(t, map[string][]byte{"a.go": []byte(a), "b.go": []byte(b)})
	})
}

// judge compiles: whatever the text, the answer is a plan or diagnostics that
// say where, and never a fault of the compiler's own; what it accepts makes code
// that has right types.
func judge(t *testing.T, files map[string][]byte) {
	traces, diags := compile(files)
	for _, d := range diags {
		if d.Code == "NN1299" || d.Message == "" || d.Pos.Filename == "" && d.Pos.IsValid() {
			t.Errorf("%+v", d)
		}
	}
	if len(diags) == 0 && len(traces) > 0 && traces[0].Package.Name == "probes" { // as the check's own file is called
		checkCode(t, files, traces)
	}
}

// tokens are the pieces of a text with what stands between them.
func tokens(src string) (parts []string, tok []token.Token) {
	var s scanner.Scanner
	set := token.NewFileSet()
	file := set.AddFile("", -1, len(src))
	s.Init(file, []byte(src), func(token.Position, string) {}, scanner.ScanComments)
	last := 0
	for {
		pos, k, _ := s.Scan()
		at := min(file.Offset(pos), len(src))
		if at > last {
			parts, tok = append(parts, src[last:at]), append(tok, k)
			last = at
		}
		if k == token.EOF {
			return append(parts, src[last:]), append(tok, token.EOF)
		}
	}
}

// mutate makes one change at a place.
func mutate(src, other string, kind byte, at int) string {
	parts, _ := tokens(src)
	lines := strings.SplitAfter(src, "\n")
	i, l := at%len(parts), at%len(lines)
	k := (at / 7) % len(parts)
	switch kind % 8 {
	case 0: // a token is left out
		parts[i] = " "
	case 1: // a token stands twice
		parts[i] += " " + parts[i]
	case 2: // a token instead of another
		parts[i] = parts[k]
	case 3: // two change places
		parts[i], parts[k] = parts[k], parts[i]
	case 4: // a line stands twice
		lines[l] += lines[l]
		return strings.Join(lines, "")
	case 5: // a line is left out
		lines[l] = ""
		return strings.Join(lines, "")
	case 6: // a line of another program
		from := strings.SplitAfter(other, "\n")
		lines[l] = from[(at/3)%len(from)]
		return strings.Join(lines, "")
	case 7: // a block around some lines
		end := min(len(lines), l+1+(at/5)%4)
		open := []string{"if alpha > 0 {\n", "for i := range 3 {\n_ = i\n", "func() {\n", "defer func() {\n", "switch {\ncase x > 1:\n", "go func() {\n"}[at%6]
		shut := map[bool]string{true: "}()\n", false: "}\n"}[strings.Contains(open, "func")]
		return strings.Join(lines[:l], "") + open + strings.Join(lines[l:end], "") + shut + strings.Join(lines[end:], "")
	}
	return strings.Join(parts, "")
}
