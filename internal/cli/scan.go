package cli

import (
	"context"
	"flag"
	"fmt"
	"go/token"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/nngen-go/nngen/internal/diag"
	"github.com/nngen-go/nngen/internal/project"
	"github.com/nngen-go/nngen/modelspec"
)

func scanCommand() *command {
	return &command{
		name: "scan", args: "[-size SYMBOL=N]… [-shape PARAM=N,N]… SPEC.nnspec.yaml | MODEL.onnx [PATH…] | FUNC | FILE.go [FOLDER…]",
		short: "print the shapes of modules, or of the tensors of a trace, for given sizes",
		long: `Scan prints what each module takes and gives, with the sizes of symbols put in,
without running the model. Traces do not change it: a write keeps shape and dtype.
With paths it prints these modules and all below them.

With a trace function, or a Go file that holds some, it compiles them in memory and
prints every tensor that they read, compute, set and return, by line. What does not
fit with these sizes is an error. Parameters that are tensors of any shape are given
one with -shape; rows0, rows1… are the rows of each invoke.`,
		examples: `nngen scan gpt2.nnspec.yaml
nngen scan -size batch=2 -size seq=7 gpt2.nnspec.yaml transformer.h.0
nngen scan -size batch=2 -size seq=7 -shape v=768 Steer
nngen scan -size rows0=1 -size rows1=3 -size seq=7 Patch ./...`,
		setup: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			job := &scanJob{format: formatFlag("text")}
			fs.Func("size", "the size of a `SYMBOL=N`; the rest stay symbols", func(s string) error {
				job.sizes = append(job.sizes, s)
				return nil
			})
			fs.Func("shape", "the shape of a trace's parameter, as `PARAM=2,48`", func(s string) error {
				job.shapes = append(job.shapes, s)
				return nil
			})
			fs.Var(&job.format, "format", "print diagnostics as `text`, json or github")
			return func(ctx context.Context, e *env, operands []string) error {
				if len(operands) == 0 {
					return usagef("name a spec or model file, a trace function or a Go file")
				}
				of := operands[0]
				if strings.HasSuffix(of, ".go") || token.IsIdentifier(of) {
					return e.scanTraces(ctx, job, of, operands[1:])
				}
				if len(job.shapes) > 0 {
					return usagef("-shape is for the parameters of traces")
				}
				return e.scan(of, operands[1:], job.sizes, job.format)
			}
		},
	}
}

// scanJob is what one call of nngen scan is to do.
type scanJob struct {
	sizes, shapes []string
	format        formatFlag
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
