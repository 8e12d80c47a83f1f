package cli

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/nngen-go/nngen/internal/attachspec"
	"github.com/nngen-go/nngen/internal/project"
	"github.com/nngen-go/nngen/internal/tensorfile"
)

func attachCommand() *command {
	return &command{
		name: "attach", args: "[-o FOLDER] [-type NAME] [-dtype keep] FILE",
		short: "describe an autoencoder, probe or vector, to be used in traces",
		long: `Attach looks at a file of arrays (.safetensors, .npz or .npy), says what it is and
writes NAME` + project.AttachSuffix + `: the arrays with their types, and for autoencoders the settings
that differ between libraries, from a cfg.json beside the file where there is one.
Known are the names of SAELens, Gemma Scope, dictionary_learning and sparsify,
torch.nn.Linear and scikit-learn, tuned lenses and single vectors; anything else
becomes a struct of tensors. Look at the file, mend it if need be, and commit it.

nngen generate then writes a Go type with these arrays as fields, a function that
loads it, and its methods. Running attach again keeps what was edited by hand. A trace function takes a pointer to it as a parameter:

  func Clamp(m *gpt2.Model, sae *toysae.ToySAE, feature int, value float32) (logits nn.Tensor)

The folder is a Go package; it may hold several attachments, but no model's spec.`,
		examples: `nngen attach toysae.safetensors -o toysae        # writes toysae/toysae.nnattach.yaml
nngen attach -type Scope -o saes params.npz      # another name for the Go type
nngen attach -dtype keep -o probe probe.safetensors    # float16 stays float16`,
		setup: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			job := &attachJob{}
			fs.StringVar(&job.folder, "o", ".", "write the spec into this `folder`")
			fs.StringVar(&job.typ, "type", "", "`name` of the Go type (default: made from the file's name)")
			fs.StringVar(&job.dtype, "dtype", "float32", "float32 widens other floats when the file is loaded; keep leaves them")
			return func(_ context.Context, e *env, operands []string) error {
				if len(operands) != 1 {
					return usagef("name one file of arrays")
				}
				if job.dtype != "float32" && job.dtype != "keep" {
					return usagef("-dtype is float32 or keep, not %q", job.dtype)
				}
				job.file = operands[0]
				return e.attach(job)
			}
		},
	}
}

// attachJob is what one call of nngen attach is to do.
type attachJob struct {
	file, folder, typ, dtype string
}

func (e *env) attach(job *attachJob) error {
	path := e.path(job.file)
	f, err := tensorfile.Open(path)
	if err != nil {
		return userError{err}
	}
	defer f.Close()
	config, err := settingsBeside(path)
	if err != nil {
		return userError{err}
	}
	base := filepath.Base(path)
	name := strings.TrimSuffix(base, filepath.Ext(base))
	if job.typ != "" {
		name = job.typ
	}
	s, notes := attachspec.Infer(name, f.Arrays(), config, job.dtype == "float32")
	s.Source = base
	if err := s.Check(); err != nil {
		return userError{fmt.Errorf("%s: %w", job.file, err)}
	}
	out := filepath.Join(e.path(job.folder), strings.ToLower(attachspec.GoName(strings.TrimSuffix(base, filepath.Ext(base))))+project.AttachSuffix)
	if old, err := os.ReadFile(out); err == nil {
		before, diags := attachspec.Read(out, old)
		if len(diags) > 0 {
			return e.report("text", diags)
		}
		s.Keep(before, job.typ == "")
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return writeError(out, err)
	}
	files, err := changed([]project.File{{Path: out, Content: attachspec.Write(s)}})
	if err != nil {
		return err
	}
	if err := writeAll(files); err != nil {
		return err
	}
	e.printAttachment(out, s, notes, len(files) > 0)
	return nil
}

// printAttachment says what was written.
func (e *env) printAttachment(out string, s *attachspec.Spec, notes []string, written bool) {
	verb := "unchanged:"
	if written {
		verb = "wrote"
	}
	what := string(s.Kind)
	if s.Kind == attachspec.SAE {
		what = fmt.Sprintf("sae, %s, subtract_b_dec %t, normalize %s", s.Activation, s.SubtractBDec, s.Normalize)
	}
	fmt.Fprintf(e.stdout, "%s %s: type %s, %s\n", verb, shorten(e.dir, out), s.Type, what)
	for _, a := range s.Arrays {
		fmt.Fprintf(e.stdout, "  %-10s %s\n", a.Field, a.Tag)
	}
	for _, n := range notes {
		fmt.Fprintf(e.stdout, "note: %s\n", n)
	}
}

// settingsBeside reads cfg.json or config.json beside a file; nil if there is none.
func settingsBeside(path string) (map[string]any, error) {
	for _, name := range []string{"cfg.json", "config.json"} {
		file := filepath.Join(filepath.Dir(path), name)
		f, err := os.Open(file)
		if err != nil {
			continue
		}
		defer f.Close()
		var out map[string]any
		if err := json.NewDecoder(io.LimitReader(f, 1<<20)).Decode(&out); err != nil {
			return nil, fmt.Errorf("the settings %s cannot be read: %w; mend them, or move the file away", file, err)
		}
		return out, nil
	}
	return nil, nil
}
