package cli

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/nngen-go/nngen/internal/diag"
	"github.com/nngen-go/nngen/internal/project"
	"github.com/nngen-go/nngen/modelspec"
)

func scanCommand() *command {
	return &command{
		name: "scan", args: "[-size SYMBOL=N]… SPEC.nnspec.yaml | MODEL.onnx [PATH…]",
		short: "print the shapes of every module for given input sizes",
		long: `Scan prints what each module takes and gives, with the sizes of symbols put in,
without running the model. Traces do not change it: a write keeps shape and dtype.
With paths it prints these modules and all below them.`,
		examples: `nngen scan gpt2.nnspec.yaml
nngen scan -size batch=2 -size seq=7 gpt2.nnspec.yaml transformer.h.0`,
		setup: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			var sizes []string
			fs.Func("size", "the size of a `SYMBOL=N`; the rest stay symbols", func(s string) error {
				sizes = append(sizes, s)
				return nil
			})
			format := formatFlag("text")
			fs.Var(&format, "format", "print diagnostics as `text`, json or github")
			return func(_ context.Context, e *env, operands []string) error {
				if len(operands) == 0 {
					return usagef("name a spec or model file")
				}
				return e.scan(operands[0], operands[1:], sizes, format)
			}
		},
	}
}

func (e *env) scan(operand string, paths, sizes []string, format formatFlag) error {
	s, diags, err := e.specOf(operand)
	if err != nil {
		return err
	}
	if len(diags) > 0 {
		return e.report(format, diags)
	}
	known, err := s.ParseSizes(sizes)
	if err != nil {
		return usageError{err.Error()}
	}
	aliases, _, _ := modelspec.Aliases(s)
	wanted := map[string]bool{}
	for _, p := range paths {
		m, ok := s.Find(p, aliases)
		if !ok {
			return userError{fmt.Errorf("%s has no module %q: nngen tree prints them", operand, p)}
		}
		wanted[m.Path] = true
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, m := range s.Scan(known) {
		if len(wanted) > 0 && !below(m.Path, wanted) {
			continue
		}
		in, hasIn := m.Input()
		out, hasOut := m.Output()
		fmt.Fprintf(w, "%s\t%s\t%s\t→ %s\n", modelspec.PathName(m.Path), m.Class, typeText(in.String(), hasIn), typeText(out.String(), hasOut))
	}
	return w.Flush()
}

// below reports whether a module is one of the wanted or inside one.
func below(path string, wanted map[string]bool) bool {
	for {
		if wanted[path] {
			return true
		}
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			return path != "" && wanted[""]
		}
		path = path[:i]
	}
}

func typeText(text string, ok bool) string {
	if !ok {
		return "-"
	}
	return text
}

// specOf reads a spec, or infers that of a model.
func (e *env) specOf(operand string) (*modelspec.Spec, diag.List, error) {
	path := e.path(operand)
	if strings.HasSuffix(path, project.SpecSuffix) {
		s, diags := project.ReadSpec(path)
		return s, diags, nil
	}
	s, diags, err := inferSpec(path, strings.TrimSuffix(filepath.Base(path), ".onnx"), nil)
	if err != nil {
		return nil, nil, userError{err}
	}
	return s, diags, nil
}
