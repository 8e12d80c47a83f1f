package cli

import (
	"bytes"
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/diag"
)

func sample() diag.List {
	var l diag.List
	d := l.Add("NN1203", token.Position{Filename: "/w/probes/steer.go", Line: 12, Column: 5}, "block 6, written %d%%", 100)
	d.Hint = "write it first\nor not at all"
	d.Related = []diag.Related{{Pos: token.Position{Filename: "/w/other.go", Line: 9, Column: 2}, Message: "read here"}}
	return l
}

func TestFormats(t *testing.T) {
	for name, want := range map[string]string{
		"text": "steer.go:12:5: block 6, written 100% [NN1203]\n\t../other.go:9:2: read here\n" +
			"\thint: write it first\n\tor not at all\n",
		"json": `{"code":"NN1203","file":"steer.go","line":12,"column":5,"message":"block 6, written 100%",` +
			`"hint":"write it first\nor not at all","related":[{"file":"../other.go","line":9,"column":2,"message":"read here"}]}` + "\n",
		"github": "::error file=steer.go,line=12,col=5,title=NN1203::block 6, written 100%25%0A../other.go:9:2: read here" +
			"%0Ahint: write it first%0Aor not at all\n",
	} {
		var out bytes.Buffer
		e := &env{dir: "/w/probes", stdout: &out, stderr: &out}
		require.ErrorIs(t, e.report(formatFlag(name), sample()), errReported)
		require.Equal(t, want, strings.ReplaceAll(out.String(), "/w/other.go", "../other.go"), name)
	}
}

func TestTextIsCapped(t *testing.T) {
	var l diag.List
	for i := range maxText + 7 {
		l.Add("NN1", token.Position{Filename: "a.go", Line: i + 1}, "message %d", i)
	}
	var out bytes.Buffer
	require.NoError(t, (&textPrinter{w: &out, dir: "/"}).print(l))
	require.Contains(t, out.String(), "and 7 more")
	require.Equal(t, maxText+1, strings.Count(out.String(), "\n"))
}

// TestExcerpt: the caret stands under the column whatever tabs come before it,
// and what steers a terminal is left out.
func TestExcerpt(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.go")
	require.NoError(t, os.WriteFile(file, []byte("package a\n\n\tb.SetOutput(é,\th)\n\tx\x1b[1m := 1\r\n"), 0o600))
	at := func(line, column int) string {
		var l diag.List
		l.Add("NN1203", token.Position{Filename: file, Line: line, Column: column}, "message")
		var out bytes.Buffer
		require.NoError(t, (&textPrinter{w: &out, dir: filepath.Dir(file)}).print(l))
		_, rest, _ := strings.Cut(out.String(), "\n")
		return rest
	}
	require.Equal(t, "\t| b.SetOutput(é,\th)\n\t| ^\n", at(3, 2))
	require.Equal(t, "\t| b.SetOutput(é,\th)\n\t|             ^\n", at(3, 14))
	require.Equal(t, "\t| b.SetOutput(é,\th)\n\t|               \t^\n", at(3, 18))
	require.Equal(t, "\t| x [1m := 1\n\t| ^\n", at(4, 2))
	for _, p := range [][2]int{{2, 1}, {3, 0}, {3, 99}, {9, 1}} {
		require.Empty(t, at(p[0], p[1]))
	}
}

func TestColours(t *testing.T) {
	var out bytes.Buffer
	require.False(t, coloured(&out))
	require.NoError(t, (&textPrinter{w: &out, dir: "/w/probes", colours: true}).print(sample()))
	require.Contains(t, out.String(), "\x1b[1msteer.go:12:5\x1b[0m: block 6, written 100% \x1b[31m[NN1203]\x1b[0m\n")
	require.Contains(t, out.String(), "\x1b[36mhint:\x1b[0m write it first")
}

func TestFormatFlag(t *testing.T) {
	f := formatFlag("text")
	require.NoError(t, f.Set("github"))
	require.Equal(t, formatFlag("github"), f)
	require.ErrorContains(t, f.Set("xml"), "use text, json or github")
}

func TestExitCodes(t *testing.T) {
	c := versionCommand()
	for _, tc := range []struct {
		err  error
		code int
		text string
	}{
		{nil, 0, ""},
		{errReported, 1, ""},
		{userError{fmt.Errorf("broken")}, 1, "nngen version: broken\n"},
		{usagef("no"), 2, "nngen version: no\nusage: nngen version\n"},
		{fmt.Errorf("disk"), 2, "nngen version: disk\n"},
	} {
		var out bytes.Buffer
		e := &env{dir: "/", stdout: &out, stderr: &out}
		require.Equal(t, tc.code, e.exit(c, tc.err))
		require.True(t, strings.HasPrefix(out.String(), tc.text), out.String())
	}
}
