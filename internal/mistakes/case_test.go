package mistakes

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

const folder = "../../testdata/mistakes"

// mistake is one case.
type mistake struct {
	slug         string // the file's name
	title, group string
	why          string
	fine         string // why the Go program is right after all, "" if nngen must refuse it
	file         string
	archive      *txtar.Archive
}

// groups are the chapters of the page.
var groups = []string{
	"Order", "Modules and points that are not there", "Shapes and types", "Rows of the batch", "Invokes, barriers and variables", "Skips, stops, edits and caches",
	"Results and edits that get lost", "Inside modules, and what is attached", "Go in a trace", "Running",
}

// read reads all cases by chapter and title.
func read(t *testing.T) []*mistake {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	require.NoError(t, err)
	byGroup := map[string][]*mistake{}
	for _, f := range files {
		m := parse(t, f)
		require.Contains(t, groups, m.group, f)
		byGroup[m.group] = append(byGroup[m.group], m)
	}
	var out []*mistake
	for _, g := range groups {
		out = append(out, byGroup[g]...)
	}
	return out
}

func parse(t *testing.T, file string) *mistake {
	a, err := txtar.ParseFile(file)
	require.NoError(t, err)
	m := &mistake{slug: strings.TrimSuffix(filepath.Base(file), ".txtar"), file: file, archive: a}
	head, why, _ := strings.Cut(string(a.Comment), "\n\n")
	m.why = strings.TrimSpace(why)
	for i, line := range strings.Split(strings.TrimSpace(head), "\n") {
		key, value, ok := strings.Cut(line, ": ")
		switch {
		case i == 0:
			m.title = line
		case ok && key == "group":
			m.group = value
		case ok && key == "fine":
			m.fine = value
		default:
			t.Fatalf("%s: line %q of the comment is not known", file, line)
		}
	}
	for _, name := range []string{"nnsight.py", "nnsight.txt", "main.go"} {
		require.NotEmpty(t, m.section(name), "%s has no %s", file, name)
	}
	return m
}

// section gives a file of the archive, "" if it is not there.
func (m *mistake) section(name string) string {
	for _, f := range m.archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// setWant writes what nngen says into the case's file.
func (m *mistake) setWant(t *testing.T, want string) {
	t.Helper()
	found := false
	for i, f := range m.archive.Files {
		if f.Name == "want" {
			m.archive.Files[i].Data, found = []byte(want), true
		}
	}
	if !found {
		m.archive.Files = append(m.archive.Files, txtar.File{Name: "want", Data: []byte(want)})
	}
	require.NoError(t, os.WriteFile(m.file, txtar.Format(m.archive), 0o644))
}

var runs = regexp.MustCompile(`(?m)^func (Interpreted|Compiled)\(`)

// ways are the functions of the case that a test runs.
func (m *mistake) ways() []string {
	var out []string
	for _, f := range runs.FindAllStringSubmatch(m.section("main.go"), -1) {
		out = append(out, f[1])
	}
	return out
}

// source is the case's Go file, in a package of its own under dir's import path.
func (m *mistake) source() []byte {
	return []byte(strings.NewReplacer(`"example.com/app/gpt2"`, `"`+accessors+`"`, `"example.com/app/toys"`, `"`+attachments+`"`).Replace(m.section("main.go")))
}

// pkg is the folder of the case.
func (m *mistake) pkg() string { return strings.ReplaceAll(m.slug, "-", "") }
