package features

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
)

var (
	named = regexp.MustCompile("`([a-z0-9/]+)\\.(Test[A-Za-z0-9]+)`")
	rows  = regexp.MustCompile(`(?m)^\| (.+) \| (have|differs|not) \| (.+) \| (.*) \|$`)
)

// TestTable holds that each row of the README's table of features names tests that
// there are, unless the feature is missing here.
func TestTable(t *testing.T) {
	root, err := golden.Root()
	require.NoError(t, err)
	page, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	found := rows.FindAllStringSubmatch(string(page), -1)
	require.Greater(t, len(found), 30)
	for _, row := range found {
		tests := named.FindAllStringSubmatch(row[4], -1)
		if row[2] == "not" {
			continue
		}
		require.NotEmpty(t, tests, row[1])
		for _, name := range tests {
			require.True(t, exists(t, filepath.Join(root, name[1]), name[2]), "%s: no test %s.%s", row[1], name[1], name[2])
		}
	}
}

// exists looks for a test in a package's folder.
func exists(t *testing.T, folder, name string) bool {
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		if strings.Contains(string(text), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}
