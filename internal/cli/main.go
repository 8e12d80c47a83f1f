package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"

	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/nngen-go/nngen/gen/vet"
)

// The exit codes. CI scripts tell "your code has errors, or output is stale"
// from "nngen could not do its work" by them.
const (
	exitOK      = 0
	exitUser    = 1
	exitTrouble = 2
)

// errReported ends a command with exit code 1 when everything there is to say
// was printed already.
var errReported = errors.New("reported")

// usageError is a wrong command line: exit code 2 and the command's usage.
type usageError struct{ msg string }

func (e usageError) Error() string { return e.msg }

func usagef(format string, args ...any) error {
	return usageError{fmt.Sprintf(format, args...)}
}

// userError is a fault in what the user gave (a broken model, a bad spec): exit code 1.
type userError struct{ err error }

func (e userError) Error() string { return e.err.Error() }
func (e userError) Unwrap() error { return e.err }

// env is what a command may touch of the outside.
type env struct {
	dir    string // the folder that relative paths start from
	stdout io.Writer
	stderr io.Writer
}

// Main runs nngen with the process's arguments (without its name) and gives the
// exit code. Called by the go command as a tool for go vet, it ends the process
// as that protocol asks for.
func Main(args []string, stdout, stderr io.Writer) int {
	if forGoVet(args) {
		unitchecker.Main(vet.All()...) // reads os.Args itself, and does not return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintf(stderr, "nngen: the current folder cannot be read: %v\n", err)
		return exitTrouble
	}
	return run(ctx, &env{dir: dir, stdout: stdout, stderr: stderr}, args)
}

// forGoVet tells the arguments of go vet's protocol for tools from a command line:
// -V=full, -flags, or flags and a file unit.cfg.
func forGoVet(args []string) bool {
	if len(args) == 0 {
		return false
	}
	if args[0] == "-V=full" || args[0] == "-flags" {
		return true
	}
	return filepath.Ext(args[len(args)-1]) == ".cfg" && (len(args) == 1 || strings.HasPrefix(args[0], "-"))
}

// run finds the command, parses its flags and turns its error into an exit code.
func run(ctx context.Context, e *env, args []string) (code int) {
	if len(args) == 0 {
		printOverview(e.stderr)
		return exitTrouble
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		return runHelp(e, args[1:])
	}
	c := find(args[0])
	if c == nil {
		fmt.Fprintf(e.stderr, "nngen: there is no command %q%s; nngen help lists them\n", args[0], suggestCommand(args[0]))
		return exitTrouble
	}
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(e.stderr, "nngen %s: internal error, please report it: %v\n%s", c.name, p, debug.Stack())
			code = exitTrouble
		}
	}()
	return invoke(ctx, e, c, args[1:])
}

func invoke(ctx context.Context, e *env, c *command, args []string) int {
	fs := flag.NewFlagSet("nngen "+c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	action := c.setup(fs)
	operands, err := parseMixed(fs, args)
	if errors.Is(err, flag.ErrHelp) {
		c.printHelp(e.stdout, fs)
		return exitOK
	}
	if err == nil {
		err = action(ctx, e, operands)
	} else {
		err = usagef("%v", err)
	}
	return e.exit(c, err)
}

// parseMixed lets flags stand after operands too ("spec model.onnx -o x.yaml"),
// which the flag package alone does not.
func parseMixed(fs *flag.FlagSet, args []string) ([]string, error) {
	var operands []string
	for {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		rest := fs.Args()
		if len(rest) == 0 {
			return operands, nil
		}
		if at := len(args) - len(rest) - 1; at >= 0 && args[at] == "--" {
			return append(operands, rest...), nil
		}
		operands, args = append(operands, rest[0]), rest[1:]
	}
}

// exit prints what went wrong and gives the exit code for it.
func (e *env) exit(c *command, err error) int {
	var usage usageError
	var user userError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errReported):
		return exitUser
	case errors.As(err, &usage):
		fmt.Fprintf(e.stderr, "nngen %s: %s\nusage: nngen %s\nnngen help %s tells more\n",
			c.name, usage.msg, strings.TrimSpace(c.name+" "+c.args), c.name)
		return exitTrouble
	case errors.As(err, &user):
		fmt.Fprintf(e.stderr, "nngen %s: %v\n", c.name, err)
		return exitUser
	}
	fmt.Fprintf(e.stderr, "nngen %s: %v\n", c.name, err)
	return exitTrouble
}
