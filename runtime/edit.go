package nn

import (
	"fmt"
	"slices"
	"strings"
)

// Edit is an intervention that stays: what a function marked //nngen:edit does
// with the values that it was made of. Sessions have it put under every trace,
// interpreted and compiled, and under plain generation, over all rows.
type Edit struct {
	plan *Plan
	args []Tensor
	body func(v *invoke) error // nil: read from a file, the plan alone
	// arrays are those of its attachments, by their names in the plan; wrong says
	// why they cannot be had.
	arrays map[string]weight
	wrong  error
}

// NewEdit makes an edit of a plan and the values of its parameters. Generated
// code calls it; f is the user's function with these values, attached what its
// attachments are. One that is not loaded is told where the edit is used.
func NewEdit[M any](p *Plan, args []Tensor, f func(m *M), attached ...CompileOption) Edit {
	e := Edit{plan: p, args: args, body: bodyOf(func(m *M) error { f(m); return nil })}
	var s settings
	for _, o := range attached {
		o.applyCompile(&s)
	}
	e.arrays, e.wrong = s.weightsOf(p)
	return e
}

// Name is the function's name.
func (e Edit) Name() string { return e.plan.Name }

// Plan is what the edit does, as data.
func (e Edit) Plan() *Plan { return e.plan }

// String prints the name and the values that are not long.
func (e Edit) String() string {
	var args []string
	for i, p := range e.plan.Params {
		text := e.args[i].h.typ().String()
		if elements(e.args[i].h.shape) == 1 {
			text = e.args[i].String()
		}
		args = append(args, p.Name+" "+text)
	}
	return fmt.Sprintf("%s(%s)", e.plan.Name, strings.Join(args, ", "))
}

// check refuses edits that do not fit the model.
func (e Edit) check(info *ModelInfo) error {
	switch {
	case e.plan == nil:
		return misuse("NN3183", "an edit that was never made: EditX of a function marked //nngen:edit gives one")
	case e.plan.Model != "" && info.Fingerprint != "" && e.plan.Model != info.Fingerprint:
		return misuse("NN3183", "the edit %s was compiled for another model than %s: its fingerprint is %s, not %s", e.plan.Name, info.Name, e.plan.Model, info.Fingerprint)
	case e.wrong != nil:
		return e.wrong
	case len(e.plan.Invokes) != 1 || len(e.plan.Stops) > 0 || e.plan.HasHooks():
		return misuse("NN3183", "the plan %s is no edit: an edit has one invoke, no stop and no Go in mid-run", e.plan.Name)
	case len(e.arrays) != len(e.plan.Weights):
		return misuse("NN3183", "the edit %s has %d arrays for the %d of its attachments", e.plan.Name, len(e.arrays), len(e.plan.Weights))
	case len(e.args) != len(e.plan.Params):
		return misuse("NN3183", "the edit %s has %d values for %d parameters", e.plan.Name, len(e.args), len(e.plan.Params))
	}
	for i, p := range e.plan.Params {
		if e.args[i].h == nil || e.args[i].h.dtype != p.Type.DType {
			return misuse("NN3183", "the value of %s of the edit %s is not %s", p.Name, e.plan.Name, p.Type)
		}
	}
	return nil
}

// WithEdits opens a model with edits under all of its traces, in their order.
func WithEdits(edits ...Edit) Option {
	return openOption(func(s *settings) { s.edits = append(slices.Clone(s.edits), edits...) })
}

// Edits lists what stands under the session's traces, in order.
func (s *Session) Edits() []Edit { return slices.Clone(s.set.edits) }

// With gives a session over the same file with further edits on top of those it
// has. The session itself stays as it is. Both are closed by themselves; the
// file is freed when the last of them is.
func (s *Session) With(edits ...Edit) (*Session, error) {
	for _, e := range edits {
		if err := e.check(&s.info); err != nil {
			return nil, err
		}
	}
	return s.copyWith(append(slices.Clone(s.set.edits), edits...))
}

// Without gives a session over the same file with none of the edits.
func (s *Session) Without() (*Session, error) { return s.copyWith(nil) }

func (s *Session) copyWith(edits []Edit) (*Session, error) {
	root := s
	if s.root != nil {
		root = s.root
	}
	if err := root.enter(); err != nil {
		return nil, err
	}
	c := &Session{info: s.info, path: s.path, file: s.file, set: s.set.clone(), back: s.back, remote: s.remote, root: root}
	c.set.edits = edits
	if s.remote != nil {
		c.spec = s.spec
		return c, nil
	}
	c.prepare()
	c.shared, c.spec, c.types, c.index = s.shared, s.spec, s.types, s.index
	return c, nil
}
