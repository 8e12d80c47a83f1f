package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/nngen-go/nngen/internal/diag"
	"github.com/nngen-go/nngen/internal/project"
)

func generateCommand() *command {
	return &command{
		name: "generate", args: "[-format F] [FOLDER…]",
		short: "write accessors for specs and compiled traces for functions",
		long: `Generate reads *.nnspec.yaml files and functions marked //nngen:trace, and writes
model_nngen.go beside each spec (typed accessors, as a package named after the
folder) and FILE_nngen.go beside each file with traces. It needs neither the
model nor onnxruntime.

All files are written or none; files that are up to date are not touched.
Generated files whose source is gone are removed. Folders are named as in
. or ./gpt2 or ./... (a whole tree); without any, the current folder.`,
		examples: `nngen generate .                # in a folder with a spec, or with traces
nngen generate ./...            # a whole module
nngen generate -format github ./...`,
		setup: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			format := formatFlag("text")
			fs.Var(&format, "format", "print diagnostics as `text`, json or github")
			return func(ctx context.Context, e *env, patterns []string) error { return e.generate(ctx, format, patterns) }
		},
	}
}

func orHere(patterns []string) []string {
	if len(patterns) == 0 {
		return []string{"."}
	}
	return patterns
}

// compile computes what the folders come to, in memory.
func (e *env) compile(ctx context.Context, patterns []string) (*project.Result, diag.List, error) {
	res, diags, err := project.Generate(ctx, project.Config{Dir: e.dir, Patterns: orHere(patterns)})
	var pattern *project.PatternError
	if errors.As(err, &pattern) {
		err = usagef("%v", pattern)
	}
	return res, diags, err
}

func (e *env) generate(ctx context.Context, format formatFlag, patterns []string) error {
	res, diags, err := e.compile(ctx, patterns)
	if err != nil {
		return err
	}
	if len(diags) > 0 {
		return e.report(format, diags)
	}
	if len(res.Files) == 0 {
		return usagef("nothing to generate: no *%s and no //nngen:trace function in %v (nngen spec makes a spec; ./... takes in subfolders)",
			project.SpecSuffix, orHere(patterns))
	}
	files, err := changed(res.Files)
	if err != nil {
		return err
	}
	if err := writeAll(files); err != nil {
		return err
	}
	for _, f := range files {
		if f.Content == nil {
			fmt.Fprintf(e.stdout, "removed %s\n", shorten(e.dir, f.Path))
		} else {
			fmt.Fprintf(e.stdout, "wrote %s\n", shorten(e.dir, f.Path))
		}
	}
	return e.warnNeeded(res)
}

// warnNeeded tells of accessors outside of the given folders that the traces
// were compiled against but that are not so on disk.
func (e *env) warnNeeded(res *project.Result) error {
	stale, err := changed(res.Needed)
	if err != nil {
		return err
	}
	for _, f := range stale {
		folder := shorten(e.dir, dirOf(f.Path))
		fmt.Fprintf(e.stderr, "nngen generate: %s is stale or missing, and the traces need it: run nngen generate %s\n",
			shorten(e.dir, f.Path), folder)
	}
	return nil
}
