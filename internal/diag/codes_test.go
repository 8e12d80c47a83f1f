package diag

import (
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

// TestCodesAreOnce: a number means one thing.
func TestCodesAreOnce(t *testing.T) {
	require.Len(t, table, len(all))
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
