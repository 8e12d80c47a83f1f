package diag

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// unproducible are the codes that no test can ask for, and why.
var unproducible = map[string]string{
	"NN1299": "a fault of nngen",
	"NN1403": "Go's own type checker comes first",
	"NN3112": "memory of a device that cannot be read",
	"NN3157": "a fault of nngen",
	"NN3160": "a tensor of strings in a model",
	"NN3161": "an input whose size follows from no symbol",
	"NN4008": "a fault of nngen",
}

// files gives the texts of the project's files with an ending, by path.
func files(t *testing.T, suffix string) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // a file that another test has just removed
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "run-") || strings.HasPrefix(d.Name(), "tmp")):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, suffix):
			return nil
		}
		if data, err := os.ReadFile(path); err == nil {
			out[filepath.ToSlash(strings.TrimPrefix(path, root+"/"))] = string(data)
		}
		return nil
	}))
	require.NotEmpty(t, out)
	return out
}

// TestEveryCodeIsKnown: what the sources report is in the table, and the table
// has nothing else.
func TestEveryCodeIsKnown(t *testing.T) {
	literal := regexp.MustCompile(`"(NN\d{4})"`)
	used := map[string]string{}
	for path, text := range files(t, ".go") {
		if strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "internal/diag/") || strings.Contains(path, "/testdata/") {
			continue
		}
		for _, m := range literal.FindAllStringSubmatch(text, -1) {
			used[m[1]] = path
		}
	}
	for code, file := range used {
		_, ok := Lookup(code)
		require.True(t, ok, "%s of %s is not in the table of codes", code, file)
	}
	for _, c := range Codes() {
		require.Contains(t, used, c.Code, "no source reports %s: take it out of the table", c.Code)
	}
}

// The forms in which a test case says what it produces. Each is checked where it
// stands: "// want" comments by TestReject of ast and by the tests of gen/vet,
// the lines of scripts by testscript, the sections of mistakes by their test.
var (
	wantLine   = regexp.MustCompile(`// want ((?:"(?:[^"\\]|\\.)*"\s*)+)`)
	scriptLine = regexp.MustCompile(`(?m)^(?:stderr|stdout) .*$`)
	code       = regexp.MustCompile(`NN\d{4}`)
	bracketed  = regexp.MustCompile(`\[(NN\d{4})\]`)
)

// asserting are tests in Go whose literals are what they compare with. Other
// files name codes for other reasons.
var asserting = []string{
	"ast/load_test.go", "modelspec/read_test.go", "modelspec/alias_test.go", "modelspec/infer_test.go", "modelspec/standard_test.go", "modelspec/view_test.go", "modelspec/rows_test.go",
	"internal/schedule/schedule_test.go", "runtime/codes_test.go", "runtime/interp_test.go", "runtime/export_file_test.go",
	"runtime/generate_test.go", "runtime/operation_test.go", "runtime/padding_test.go", "runtime/rows_folded_test.go", "runtime/visits_test.go", "runtime/serve/serve_test.go",
	"internal/golden/indexing/views_test.go", "internal/golden/ends/errors_test.go", "internal/golden/ends/edit_test.go", "internal/golden/hooks/deferred_test.go", "internal/golden/hooks/invokes_test.go",
	"internal/golden/caches/access_test.go", "internal/golden/caches/scan_test.go", "internal/golden/seq2seq/seq2seq_test.go",
}

// TestEveryCodeIsProduced fails for a code that no test case produces: a
// diagnostic that could be lost, or never come, without anybody's notice.
func TestEveryCodeIsProduced(t *testing.T) {
	produced := map[string]bool{}
	add := func(text string) {
		for _, c := range code.FindAllString(text, -1) {
			produced[c] = true
		}
	}
	for path, text := range files(t, ".txtar") {
		for _, m := range wantLine.FindAllStringSubmatch(text, -1) {
			add(m[1])
		}
		switch {
		case strings.Contains(path, "/script/"):
			add(strings.Join(scriptLine.FindAllString(text, -1), "\n"))
		case strings.HasPrefix(path, "testdata/mistakes/"):
			_, want, _ := strings.Cut(text, "-- want --")
			add(strings.Join(bracketed.FindAllString(want, -1), " "))
		}
	}
	for path, text := range files(t, ".go") {
		switch {
		case slices.Contains(asserting, path):
			add(text)
		case strings.HasPrefix(path, "gen/vet/testdata/"):
			for _, m := range wantLine.FindAllStringSubmatch(text, -1) {
				add(m[1])
			}
		}
	}
	for _, c := range Codes() {
		if _, ok := unproducible[c.Code]; !ok {
			require.True(t, produced[c.Code], "no test case produces %s: %s", c.Code, c.Title)
		}
	}
	for _, c := range slices.Sorted(maps.Keys(unproducible)) {
		_, known := Lookup(c)
		require.True(t, known, c)
		require.False(t, produced[c], "%s is produced: take it out of the list", c)
	}
}
