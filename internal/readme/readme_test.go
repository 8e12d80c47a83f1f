package readme

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// blocks gives the fenced blocks of the README in one language.
func blocks(t *testing.T, lang string) []string {
	text, err := os.ReadFile(root + "/README.md")
	require.NoError(t, err)
	var out []string
	for _, m := range regexp.MustCompile("(?s)```"+lang+"\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		out = append(out, m[1])
	}
	require.NotEmpty(t, out, "blocks of %s", lang)
	return out
}

// run gives the combined output of a command in the module's root.
func run(t *testing.T, name string, args ...string) string {
	cmd := exec.Command(name, args...)
	cmd.Dir = root
	out, _ := cmd.CombinedOutput() // a diagnostic's exit code is 1
	return string(out)
}

// TestProgram holds the example to the program, and its output to a run.
func TestProgram(t *testing.T) {
	src, err := os.ReadFile(root + "/examples/readme/main.go")
	require.NoError(t, err)
	for _, part := range strings.Split(blocks(t, "go")[0], "\n\n") {
		require.Contains(t, string(src), strings.TrimSpace(part))
	}
	require.Contains(t, run(t, "go", "run", "./examples/readme"), blocks(t, "text")[0])
}

// TestMistake holds the diagnostic to what nngen says.
func TestMistake(t *testing.T) {
	const folder = "internal/readme/testdata/late"
	got := run(t, "go", "run", "./cmd/nngen", "generate", folder)
	require.Contains(t, strings.ReplaceAll(got, folder+"/", ""), blocks(t, "text")[1])
}

// TestCommands: CI runs every command, because it runs tools/readme.sh.
func TestCommands(t *testing.T) {
	ci, err := os.ReadFile(root + "/.ci/run")
	require.NoError(t, err)
	require.Contains(t, string(ci), "tools/readme.sh")
	listed := run(t, "bash", "tools/readme.sh", "-list")
	for _, b := range blocks(t, "sh") {
		for _, line := range strings.Split(strings.TrimSpace(b), "\n") {
			require.Contains(t, listed, line)
		}
	}
}
