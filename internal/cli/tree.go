package cli

import (
	"context"
	"flag"
	"fmt"

	"github.com/nngen-go/nngen/modelspec"
)

func treeCommand() *command {
	return &command{
		name: "tree", args: "[-points] [-ops] SPEC.nnspec.yaml | MODEL.onnx",
		short: "print the module tree of a spec or a model",
		long: `Tree prints modules with their classes, repeated ones folded, aliases beside the
name that they stand for, and how many were found, are sure, unsure or without
nodes. With -points it prints what crosses each module's border too, with -ops the
operations of each module, the fields of what its Source gives: what they take and
the types of what they make.`,
		examples: `nngen tree gpt2.nnspec.yaml
nngen tree -points gpt2.onnx
nngen tree -ops gpt2.nnspec.yaml`,
		setup: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			points := fs.Bool("points", false, "print inputs and outputs of each module")
			ops := fs.Bool("ops", false, "print the operations inside each module")
			format := formatFlag("text")
			fs.Var(&format, "format", "print diagnostics as `text`, json or github")
			return func(_ context.Context, e *env, operands []string) error {
				if len(operands) != 1 {
					return usagef("name one spec or model file")
				}
				return e.tree(operands[0], modelspec.TreeOptions{Points: *points, Ops: *ops}, format)
			}
		},
	}
}

func (e *env) tree(operand string, o modelspec.TreeOptions, format formatFlag) error {
	s, diags, err := e.specOf(operand)
	if err != nil {
		return err
	}
	if len(diags) > 0 {
		return e.report(format, diags)
	}
	_, err = fmt.Fprint(e.stdout, modelspec.Tree(s, o))
	return err
}
