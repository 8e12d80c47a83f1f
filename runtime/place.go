package nn

import (
	"errors"
	"fmt"
	"go/token"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"

	"github.com/nngen-go/nngen/internal/plan"
)

// FileOf is the file that declares a function, with its folder. Generated code
// calls it with the trace function, so that errors name the file as those of an
// interpreted run do.
func FileOf(function any) string {
	f := runtime.FuncForPC(reflect.ValueOf(function).Pointer())
	if f == nil {
		return ""
	}
	file, _ := f.FileLine(f.Entry())
	return file
}

// position is a line of a plan as a place in the user's text.
func (c *Compiled) position(file string, line int) token.Position {
	return token.Position{Filename: c.inFolder(file), Line: line, Column: 1}
}

// inFolder is a file as the plan names it with the folder that it lies in: "" and
// names alone, and paths that begin with a dot, are of the trace function's.
func (c *Compiled) inFolder(file string) string {
	switch {
	case file == "":
		return c.plan.File
	case !strings.HasPrefix(file, ".") && strings.ContainsAny(file, `/\`):
		return file
	}
	return filepath.Join(filepath.Dir(c.plan.File), filepath.FromSlash(file))
}

// whole gives the line of what the user's Go ended a run with the folder of its
// file, which the lines of generated code do not name.
func (c *Compiled) whole(err error) error {
	var own *Error
	var user *RunError
	switch {
	case errors.As(err, &own) && own.Pos.Filename != "":
		own.Pos.Filename = c.inFolder(own.Pos.Filename)
	case errors.As(err, &user) && user.Pos.Filename != "":
		user.Pos.Filename = c.inFolder(user.Pos.Filename)
	}
	return err
}

// atLine is an error of one line of the trace function, found by a run outside of
// the user's Go.
func (c *Compiled) atLine(code, file string, line int, format string, args ...any) error {
	return outside(c.place(fault(code, format, args...), file, line))
}

// outside marks an error as one that was found outside of the user's Go.
func outside(err error) error {
	if own := (*Error)(nil); errors.As(err, &own) {
		own.outside = true
	}
	return err
}

// place gives an error its line: that of the user's, as in an interpreted run.
// Plans that do not name their file are made by hand, or older: there the message
// says the line, and the position is that of the caller.
func (c *Compiled) place(e *Error, file string, line int) error {
	if c.plan.File == "" {
		e.Pos = userLine()
		e.Message = fmt.Sprintf("%s, line %d: %s", c.plan.Name, line, e.Message)
		return e
	}
	e.Pos = c.position(file, line)
	return e
}

// nodeError is what is wrong with a node.
type nodeError struct {
	node Node
	err  error
}

func (e *nodeError) Error() string { return e.err.Error() }
func (e *nodeError) Unwrap() error { return e.err }

// atNode is what is wrong with a node, or with one in a branch of it, as the
// interpreter says it: operations refuse their operands (NN3114), writes and
// calls sizes that do not fit (NN3130).
func (c *Compiled) atNode(n Node, err error) error {
	for inner := (*nodeError)(nil); errors.As(err, &inner); err = inner.err {
		n = inner.node
	}
	if own := (*Error)(nil); errors.As(err, &own) {
		placed := *own
		return outside(c.place(&placed, n.File, n.Line))
	}
	return c.atLine(codeOf(n), n.File, n.Line, "%v", err)
}

// codeOf is the code of what a node refuses.
func codeOf(n Node) string {
	switch n.Op {
	case opCall, plan.If, plan.Fit:
		return "NN3130"
	}
	return "NN3114"
}

// spliceError is an error of a line of a plan, found where it is spliced.
type spliceError struct {
	trace, file string
	line        int
	err         *Error
}

func (e *spliceError) Error() string { return fmt.Sprintf("%s, line %d: %v", e.trace, e.line, e.err) }
func (e *spliceError) Unwrap() error { return e.err }

// spliced gives what went wrong with a splice its line in the user's file.
func (c *Compiled) spliced(err error) error {
	var at *spliceError
	if !errors.As(err, &at) || at.trace != c.plan.Name {
		return err
	}
	e := *at.err
	return c.place(&e, at.file, at.line)
}
