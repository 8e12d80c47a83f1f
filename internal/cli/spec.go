package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/internal/diag"
	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/project"
	"github.com/nngen-go/nngen/modelspec"
)

func specCommand() *command {
	return &command{
		name: "spec", args: "[-o FILE] [-standard-names] [-no-verify] MODEL.onnx",
		short: "write the module spec of a model",
		long: `Spec finds the modules of an ONNX model and writes NAME.nnspec.yaml into the
current folder: the module tree, what crosses each module's border, shapes in
symbols, the order of everything in time. It then runs the model to measure
dimensions that the graph leaves open, and to check each point: a write there has
to move the result, and a write of the same value must not.

Running it again keeps what was edited by hand, and prints what changed.`,
		examples: `nngen spec gpt2.onnx
nngen spec -o models/gpt2/gpt2.nnspec.yaml export/model.onnx
nngen spec -standard-names gpt2.onnx    # aliases Layers, SelfAttn, MLP, LMHead, EmbedTokens, LnFinal
nngen spec -no-verify gpt2.onnx    # without onnxruntime; the spec says so`,
		setup: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			job := &specJob{format: "text"}
			fs.StringVar(&job.out, "o", "", "write the spec to this `file` (default NAME.nnspec.yaml in the current folder)")
			fs.BoolVar(&job.noVerify, "no-verify", false, "do not run the model to measure and check points")
			fs.BoolVar(&job.standard, "standard-names", false, "add aliases that are the same for all families of models: layers, self_attn, mlp, lm_head, embed_tokens, ln_final")
			fs.Var(&job.format, "format", "print diagnostics as `text`, json or github")
			return func(ctx context.Context, e *env, operands []string) error {
				if len(operands) != 1 {
					return usagef("name one model file")
				}
				job.model = operands[0]
				return e.spec(ctx, job)
			}
		},
	}
}

// specJob is what one call of nngen spec is to do.
type specJob struct {
	model, out string
	noVerify   bool
	standard   bool
	format     formatFlag
}

func (e *env) spec(ctx context.Context, job *specJob) error {
	model := e.path(job.model)
	name := strings.TrimSuffix(filepath.Base(model), ".onnx")
	out := e.path(job.out)
	if job.out == "" {
		out = filepath.Join(e.dir, name+project.SpecSuffix)
	} else {
		if !strings.HasSuffix(out, project.SpecSuffix) {
			return usagef("a spec's name ends in %s: -o %s", project.SpecSuffix, strings.TrimSuffix(job.out, ".yaml")+project.SpecSuffix)
		}
		name = strings.TrimSuffix(filepath.Base(out), project.SpecSuffix)
	}
	old, diags := oldSpec(out)
	if len(diags) > 0 {
		return e.report(job.format, diags)
	}
	fresh, diags, err := inferSpec(model, name, old)
	if err != nil {
		return userError{err}
	}
	if len(diags) > 0 {
		return e.report(job.format, diags)
	}
	if job.noVerify {
		remark(fresh, unverified)
	} else if err := e.verify(ctx, model, fresh); err != nil {
		return err
	}
	var changes []string
	if old != nil {
		fresh, changes = modelspec.Merge(old, fresh)
	}
	if job.standard {
		for _, name := range fresh.AddStandardNames() {
			changes = append(changes, "alias "+name)
		}
	}
	return e.writeSpec(out, fresh, changes)
}

// unverified is the note of a spec whose points nobody tried.
const unverified = "the points were not checked by running the model (nngen spec -no-verify)"

func remark(s *modelspec.Spec, text string) {
	if !slices.Contains(s.Notes, text) {
		s.Notes = append(s.Notes, text)
	}
}

// path makes a path absolute.
func (e *env) path(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(e.dir, p)
}

// oldSpec reads the spec that is there already, nil if there is none.
func oldSpec(path string) (*modelspec.Spec, diag.List) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return project.ReadSpec(path)
}

// inferSpec finds the modules of a model. A hand-written map of an old spec is obeyed.
func inferSpec(model, name string, old *modelspec.Spec) (*modelspec.Spec, diag.List, error) {
	file, err := onnx.Open(model)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	o := modelspec.Options{Name: name, File: model}
	if old != nil {
		o.Map = old.Map
	}
	s, diags := modelspec.Infer(file.Model, o)
	return s, diags, nil
}

// writeSpec writes the spec if it differs from what is there, and says what changed.
func (e *env) writeSpec(path string, s *modelspec.Spec, changes []string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return writeError(path, err)
	}
	files, err := changed([]File{{Path: path, Content: modelspec.Write(s)}})
	if err != nil {
		return err
	}
	if err := writeAll(files); err != nil {
		return err
	}
	for _, c := range changes {
		fmt.Fprintf(e.stdout, "  %s\n", c)
	}
	verb := "wrote"
	if len(files) == 0 {
		verb = "unchanged:"
	}
	c := s.Counts
	fmt.Fprintf(e.stdout, "%s %s: %s (%d sure, %d unsure, %d without nodes), from %s\n", verb, shorten(e.dir, path),
		count(c.Found, "module", "modules"), c.Sure, c.Unsure, c.WithoutNodes, s.Source)
	for _, n := range s.Notes {
		fmt.Fprintf(e.stdout, "note: %s\n", n)
	}
	return nil
}
