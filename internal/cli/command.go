package cli

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
)

// command is one subcommand: its texts, and setup, which declares flags and
// gives the function that runs once they are parsed.
type command struct {
	name     string
	args     string // after the name, in the usage line
	short    string // one line for the overview
	long     string
	examples string
	setup    func(fs *flag.FlagSet) func(ctx context.Context, e *env, operands []string) error
}

// commands is the table, in the order of a newcomer's work.
func commands() []*command {
	return []*command{
		specCommand(), treeCommand(), scanCommand(), attachCommand(), generateCommand(), checkCommand(), vetCommand(),
		explainCommand(), planCommand(), serveCommand(), doctorCommand(), ortCommand(), versionCommand(),
	}
}

func find(name string) *command {
	for _, c := range commands() {
		if c.name == name {
			return c
		}
	}
	return nil
}

// suggestCommand names the nearest command, for a typing error of at most two letters.
func suggestCommand(name string) string {
	best, at := "", 3
	for _, c := range commands() {
		if d := distance(name, c.name); d < at {
			best, at = c.name, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// distance is the number of single-letter edits between a and b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

func printOverview(w io.Writer) {
	fmt.Fprint(w, "nngen compiles interventions on neural networks to Go.\n\nusage: nngen COMMAND [flags] [operands]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-9s %s\n", c.name, c.short)
	}
	fmt.Fprint(w, "\nnngen help COMMAND (or nngen COMMAND --help) shows a command's flags and examples.\n"+
		"exit code: 0 done, 1 the input has errors or output is stale, 2 nngen could not do its work\n")
}

// printHelp prints a command's usage, flags and examples.
func (c *command) printHelp(w io.Writer, fs *flag.FlagSet) {
	fmt.Fprintf(w, "usage: nngen %s\n\n%s\n", strings.TrimSpace(c.name+" "+c.args), strings.TrimSpace(c.long))
	printed := false
	fs.VisitAll(func(f *flag.Flag) {
		if !printed {
			fmt.Fprint(w, "\nflags:\n")
			printed = true
		}
		kind, usage := flag.UnquoteUsage(f)
		fmt.Fprintf(w, "  -%-14s %s", strings.TrimSpace(f.Name+" "+kind), usage)
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" {
			fmt.Fprintf(w, " (default %s)", f.DefValue)
		}
		fmt.Fprintln(w)
	})
	fmt.Fprintf(w, "\nexamples:\n%s\n", indent(c.examples, "  "))
}

func indent(s, by string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return by + strings.Join(lines, "\n"+by)
}

// runHelp prints the overview, or the help of the named command.
func runHelp(e *env, args []string) int {
	if len(args) == 0 {
		printOverview(e.stdout)
		return exitOK
	}
	c := find(args[0])
	if c == nil {
		fmt.Fprintf(e.stderr, "nngen help: there is no command %q%s; nngen help lists them\n", args[0], suggestCommand(args[0]))
		return exitTrouble
	}
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	c.setup(fs)
	c.printHelp(e.stdout, fs)
	return exitOK
}
