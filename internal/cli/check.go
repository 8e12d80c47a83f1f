package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pmezard/go-difflib/difflib"

	"github.com/nngen-go/nngen/internal/diag"
)

func checkCommand() *command {
	return &command{
		name: "check", args: "[-format F] [FOLDER…]",
		short: "fail if a generated file is stale, edited or missing",
		long: `Check does what generate does, but compares instead of writing: exit code 1 and a
unified diff for each generated file that is stale, was edited by hand, is
missing, or has lost its source. For CI.`,
		examples: `nngen check ./...
nngen check -format github ./...   # annotations on a pull request`,
		setup: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			format := formatFlag("text")
			fs.Var(&format, "format", "print what is stale as `text` (a diff), json or github")
			return func(ctx context.Context, e *env, patterns []string) error { return e.check(ctx, format, patterns) }
		},
	}
}

func dirOf(path string) string { return filepath.Dir(path) }

func (e *env) check(ctx context.Context, format formatFlag, patterns []string) error {
	res, diags, err := e.compile(ctx, patterns)
	if err != nil {
		return err
	}
	if len(diags) > 0 {
		return e.report(format, diags)
	}
	stale, err := changed(append(res.Files, res.Needed...))
	if err != nil || len(stale) == 0 {
		return err
	}
	if format != "text" {
		return e.report(format, staleDiagnostics(stale))
	}
	for _, f := range stale {
		if err := writeDiff(e.stdout, shorten(e.dir, f.Path), f); err != nil {
			return err
		}
	}
	fmt.Fprintf(e.stderr, "nngen check: %s; run nngen generate\n", count(len(stale), "generated file is", "generated files are")+" not up to date")
	return errReported
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// state says what is the matter with a stale file.
func state(f File) string {
	switch {
	case f.Content == nil:
		return "this generated file has lost its source"
	case !exists(f.Path):
		return "this generated file is missing"
	}
	return "this generated file is stale or was edited by hand"
}

func staleDiagnostics(stale []File) diag.List {
	var l diag.List
	for _, f := range stale {
		l.Add("NN4006", token.Position{Filename: f.Path, Line: 1, Column: 1}, "%s", state(f)).Hint = "run nngen generate"
	}
	return l
}

// writeDiff prints the difference between a file on disk and what it should be.
func writeDiff(w io.Writer, name string, f File) error {
	old, err := os.ReadFile(f.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	from, to := name, name+" (generated)"
	if err != nil {
		from = os.DevNull
	}
	if f.Content == nil {
		to = os.DevNull
	}
	return difflib.WriteUnifiedDiff(w, difflib.UnifiedDiff{
		A: lines(old), B: lines(f.Content), FromFile: from, ToFile: to, Context: 3,
	})
}

func lines(b []byte) []string {
	if len(b) == 0 {
		return nil
	}
	return difflib.SplitLines(string(b))
}
