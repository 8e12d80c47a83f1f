package cli

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/diag"
)

var update = flag.Bool("update", false, "write the pages that are made from tables anew")

// TestPages holds the pages that are made from tables current; make generate writes them.
func TestPages(t *testing.T) {
	for path, want := range map[string][]byte{
		"../../docs/cli.md":    commandsPage(),
		"../../docs/errors.md": []byte(diag.Markdown()),
	} {
		if *update {
			require.NoError(t, os.WriteFile(path, want, 0o644))
		}
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got), "%s is stale: run make generate", path)
	}
}
