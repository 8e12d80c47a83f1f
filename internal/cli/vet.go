package cli

import (
	"context"
	"flag"
)

func vetCommand() *command {
	return &command{
		name: "vet", args: "[-format F] [FOLDER…]",
		short: "report what is wrong with traces and specs, writing nothing",
		long: `Vet does what generate does and writes nothing: exit code 1 and every diagnostic
if there are any. The folders' code need not build yet, and generated files may
be stale or missing.

nngen is also a tool for go vet, which then reports the same in packages that
build, beside its own reports:

  go vet -vettool=$(which nngen) ./...

docs/vet.md tells about editors, CI and the formats.`,
		examples: `nngen vet ./...
nngen vet -format github ./...     # annotations on a pull request`,
		setup: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			format := formatFlag("text")
			fs.Var(&format, "format", "print diagnostics as `text`, json or github")
			return func(ctx context.Context, e *env, patterns []string) error { return e.vet(ctx, format, patterns) }
		},
	}
}

func (e *env) vet(ctx context.Context, format formatFlag, patterns []string) error {
	_, diags, err := e.compile(ctx, patterns)
	if err != nil || len(diags) == 0 {
		return err
	}
	return e.report(format, diags)
}
