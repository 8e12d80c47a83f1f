package diag

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLookup(t *testing.T) {
	c, ok := Lookup("nn1301")
	require.True(t, ok)
	require.Contains(t, c.String(), "NN1301: ")
	require.Equal(t, "nn1301-go-in-mid-run", c.Anchor())
	_, ok = Lookup("NN9999")
	require.False(t, ok)
}

// TestEveryCodeIsKnown holds the table to what the packages report.
func TestEveryCodeIsKnown(t *testing.T) {
	used := regexp.MustCompile(`"(NN\d{4})"`)
	seen := map[string]string{}
	for _, dir := range []string{"../../ast", "../../runtime", "../../modelspec", "../../gen", "../cli", "../schedule"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		require.NoError(t, err)
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			data, err := os.ReadFile(f)
			require.NoError(t, err)
			for _, m := range used.FindAllStringSubmatch(string(data), -1) {
				seen[m[1]] = f
			}
		}
	}
	require.NotEmpty(t, seen)
	for code, file := range seen {
		_, ok := Lookup(code)
		require.True(t, ok, "%s of %s is not in the table of codes", code, file)
	}
}

func TestCodesAreWellFormed(t *testing.T) {
	for _, c := range Codes() {
		require.Regexp(t, `^NN\d{4}$`, c.Code)
		require.NotEmpty(t, c.Title, c.Code)
		require.NotEmpty(t, strings.TrimSpace(c.Text), c.Code)
		require.False(t, strings.HasSuffix(c.Title, "."), c.Code)
	}
}

func TestMarkdown(t *testing.T) {
	page := Markdown()
	for _, c := range Codes() {
		require.Contains(t, page, "### "+c.Code+": ")
	}
	require.Zero(t, strings.Count(page, "```")%2)
}
