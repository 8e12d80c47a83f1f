package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCurrent fails when a mirrored file is not what the tool would write.
func TestCurrent(t *testing.T) {
	t.Chdir("../../..")
	files, err := Mirror("internal/golden")
	require.NoError(t, err)
	for path, want := range files {
		got, err := os.ReadFile(filepath.FromSlash(path))
		require.NoError(t, err, "run: go run ./internal/golden/mirror")
		require.Equal(t, want, string(got), "%s is stale: run go run ./internal/golden/mirror", path)
	}
}

func TestDrop(t *testing.T) {
	kept, dropped, err := drop("package p\n\n// A stays.\nfunc A() {}\n\n// B goes.\n//\n//golden:torchscript why\nfunc B() {}\n\n// C stays.\nfunc C() {}\n")
	require.NoError(t, err)
	require.Equal(t, []string{"B"}, dropped)
	require.Equal(t, "package p\n\n// A stays.\nfunc A() {}\n\n// C stays.\nfunc C() {}\n", kept)
	require.Equal(t, "a\nc\n", withoutRows("a\n\t{Name: \"b\", Trace: probes.B, Compile: probes.CompileB},\nc\n", dropped))
}
