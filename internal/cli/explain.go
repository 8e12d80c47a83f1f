package cli

import (
	"context"
	"flag"
	"fmt"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/nngen-go/nngen/ast"
	"github.com/nngen-go/nngen/internal/diag"
	"github.com/nngen-go/nngen/internal/project"
	"github.com/nngen-go/nngen/modelspec"
)

func explainCommand() *command {
	return &command{
		name: "explain", args: "[-size SYMBOL=N]… CODE | FUNC | FILE [FOLDER…]",
		short: "what a diagnostic means, or where each piece of a trace runs",
		long: `Explain with a code, as in NN1203, prints what that diagnostic means and how to
mend it. With a trace function, or a Go file that holds some, it compiles them
in memory and prints each piece with its line, its placement and why, the
schedule of each mediator, and the memory that a run needs beyond the model's,
caches each by itself; -size says how large a run is.`,
		examples: `nngen explain NN1203
nngen explain Steer             # a trace function of the current folder
nngen explain Steer ./...       # of any folder below
nngen explain probes/steer.go
nngen explain -size batch=8 -size seq=128 Collect`,
		setup: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			format := formatFlag("text")
			fs.Var(&format, "format", "print diagnostics as `text`, json or github")
			var sizes []string
			fs.Func("size", "the size of a `SYMBOL=N`, for the memory of a run", func(s string) error {
				sizes = append(sizes, s)
				return nil
			})
			return func(ctx context.Context, e *env, operands []string) error {
				if len(operands) == 0 {
					return usagef("name a code, a trace function or a file")
				}
				if diagnosticCode.MatchString(operands[0]) {
					return e.explainCode(operands[0])
				}
				return e.explainTraces(ctx, format, operands[0], operands[1:], sizes)
			}
		},
	}
}

var diagnosticCode = regexp.MustCompile(`^(?i)nn[0-9]+$`)

// explainCode prints a code's entry of the table.
func (e *env) explainCode(name string) error {
	name = strings.ToUpper(name)
	c, ok := diag.Lookup(name)
	if !ok {
		return userError{fmt.Errorf("there is no code %s; docs/errors.md lists all", name)}
	}
	_, err := fmt.Fprint(e.stdout, c)
	return err
}

// explainTraces compiles in memory and prints the traces that the operand names.
func (e *env) explainTraces(ctx context.Context, format formatFlag, operand string, patterns, sizes []string) error {
	found, res, err := e.findTraces(ctx, format, operand, patterns)
	if err != nil {
		return err
	}
	for i, t := range found {
		if i > 0 {
			fmt.Fprintln(e.stdout)
		}
		if err := e.explainTrace(t, res.Accessor[t.Model.Path].Spec, sizes); err != nil {
			return err
		}
	}
	return nil
}

// findTraces compiles in memory and gives the traces that an operand names: a
// function, or a Go file that holds some.
func (e *env) findTraces(ctx context.Context, format formatFlag, operand string, patterns []string) ([]*ast.Trace, *project.Result, error) {
	file := ""
	if strings.HasSuffix(operand, ".go") {
		if len(patterns) > 0 {
			return nil, nil, usagef("a file needs no folder")
		}
		file = operand
		if !filepath.IsAbs(file) {
			file = filepath.Join(e.dir, file)
		}
		patterns = []string{filepath.Dir(file)}
	} else if !token.IsIdentifier(operand) {
		return nil, nil, usagef("%q is neither a code, nor a function, nor a Go file", operand)
	}
	res, diags, err := e.compile(ctx, patterns)
	if err != nil {
		return nil, nil, err
	}
	if len(diags) > 0 {
		return nil, nil, e.report(format, diags)
	}
	found := slices.DeleteFunc(slices.Clone(res.Traces), func(t *ast.Trace) bool {
		return t.Func != operand && (file == "" || t.File != file)
	})
	if len(found) == 0 {
		return nil, nil, userError{fmt.Errorf("no trace function is named so%s", known(res.Traces))}
	}
	return found, res, nil
}

// known lists the trace functions there are, for a message.
func known(traces []*ast.Trace) string {
	if len(traces) == 0 {
		return ": the folder has none (//nngen:trace marks them; ./... takes in subfolders)"
	}
	names := make([]string, len(traces))
	for i, t := range traces {
		names[i] = t.Func
	}
	slices.Sort(names)
	return "; there are " + strings.Join(slices.Compact(names), ", ")
}

// explainTrace prints one trace: pieces, schedule, memory.
func (e *env) explainTrace(t *ast.Trace, spec *modelspec.Spec, sizes []string) error {
	known, err := planSizes(t.Plan, sizes)
	if err != nil {
		return usageError{err.Error()}
	}
	w := tabwriter.NewWriter(e.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "%s (%s, %s)\n\n", t.Func, place(e.dir, t.Pos), t.Form)
	fmt.Fprintln(w, "line\tplacement\tpiece\twhy")
	for _, p := range t.Pieces {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", p.Line, p.Placement, printable(p.What), printable(p.Why))
	}
	for i, m := range t.Plan.Mediators {
		fmt.Fprintf(w, "\nschedule of %s\n", invokeTitle(t, i))
		for _, s := range m {
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", s.Event, s.At, s.Placement, lineOf(s.Line))
		}
	}
	fmt.Fprintln(w)
	for _, l := range memory(t.Plan, spec, known) {
		fmt.Fprintln(w, l)
	}
	return w.Flush()
}

func invokeTitle(t *ast.Trace, i int) string {
	if t.Form == ast.OneInvoke || i >= len(t.Invokes) {
		return t.Func
	}
	return fmt.Sprintf("invoke %s, line %d", t.Invokes[i].Name, t.Invokes[i].Line)
}

func lineOf(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("line %d", n)
}

// printable keeps a table cell on one line.
func printable(s string) string { return strings.Join(strings.Fields(s), " ") }
