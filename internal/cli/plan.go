package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/project"
)

// planSuffix is what the names of plan files end in.
const planSuffix = ".plan.json"

func planCommand() *command {
	return &command{
		name: "plan", args: "[-o FILE] FUNC | FILE.go [FOLDER…] | FILE.json [SPEC.nnspec.yaml]",
		short: "write a trace as a plan, which is data, or print what a plan file does",
		long: `Plan with a trace function compiles it in memory and writes its plan as JSON:
what nn.ReadPlan and Session.Compile run in any program that has the model, and
what nngen serve is sent. A trace with Go in mid-run is more than data and is
refused.

With a plan file it prints what is given to it, what it gives, the schedule of
each mediator and its aliases; with a spec beside it, it fails if the plan does
not fit that model. Plan files may come from anywhere: nothing of them is run.`,
		examples: `nngen plan Steer                          # writes steer.plan.json
nngen plan -o plans/steer.json Steer ./...
nngen plan steer.plan.json
nngen plan steer.plan.json gpt2.nnspec.yaml`,
		setup: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			format := formatFlag("text")
			fs.Var(&format, "format", "print diagnostics as `text`, json or github")
			out := fs.String("o", "", "write to this `FILE`, - for the standard output (default FUNC"+planSuffix+")")
			return func(ctx context.Context, e *env, operands []string) error {
				switch {
				case len(operands) == 0:
					return usagef("name a trace function or a plan file")
				case !strings.HasSuffix(operands[0], ".json"):
					return e.writePlan(ctx, format, operands[0], operands[1:], *out)
				case *out != "" || len(operands) > 2:
					return usagef("a plan file is printed: it takes a spec, and nothing else")
				}
				return e.printPlanFile(format, operands[0], operands[1:])
			}
		},
	}
}

// writePlan compiles in memory and writes the plan of one trace.
func (e *env) writePlan(ctx context.Context, format formatFlag, operand string, patterns []string, out string) error {
	found, _, err := e.findTraces(ctx, format, operand, patterns)
	if err != nil {
		return err
	}
	if len(found) > 1 {
		return userError{fmt.Errorf("%s holds %d traces; a plan is of one, name it and its folder%s", operand, len(found), known(found))}
	}
	t := found[0]
	var text bytes.Buffer
	if err := plan.Encode(&text, t.Plan); errors.Is(err, plan.ErrHooks) {
		return userError{fmt.Errorf("%s: NN3170: %w; nngen explain %s shows which lines", place(e.dir, t.Pos), err, t.Func)}
	} else if err != nil {
		return err
	}
	if out == "-" {
		_, err := e.stdout.Write(text.Bytes())
		return err
	}
	if out == "" {
		out = strings.ToLower(t.Func) + planSuffix
	}
	path := e.path(out)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return writeError(path, err)
	}
	files, err := changed([]project.File{{Path: path, Content: text.Bytes()}})
	if err != nil {
		return err
	}
	if err := writeAll(files); err != nil {
		return err
	}
	verb := "unchanged:"
	if len(files) > 0 {
		verb = "wrote"
	}
	_, err = fmt.Fprintf(e.stdout, "%s %s: %s\n", verb, shorten(e.dir, path), planCounts(t.Plan))
	return err
}

// printPlanFile prints what a plan file does and, with a spec, whether it fits.
func (e *env) printPlanFile(format formatFlag, name string, specs []string) error {
	f, err := os.Open(e.path(name))
	if err != nil {
		return userError{err}
	}
	defer f.Close()
	p, err := plan.Decode(f)
	if err != nil {
		return userError{fmt.Errorf("%s: NN3171: %w", name, err)}
	}
	if err := describePlan(e.stdout, p); err != nil {
		return err
	}
	if len(specs) == 0 {
		return nil
	}
	s, diags, err := e.specOf(specs[0])
	if err != nil {
		return err
	}
	if len(diags) > 0 {
		return e.report(format, diags)
	}
	if err := fits(p, s); err != nil {
		return userError{fmt.Errorf("%s does not fit %s: %w", name, specs[0], err)}
	}
	_, err = fmt.Fprintf(e.stdout, "\nfits %s\n", specs[0])
	return err
}
