package nn

import (
	"slices"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// phase is what one file of a model does in a decode loop: the prompt's step, or
// the steps after it. Most models have one file for both.
type phase struct {
	info    *ModelInfo
	outputs []string // the logits, then what the cache goes on with
	past    []string // the cache's inputs of the next step that outputs[1:] become
}

// DecodeWith names the model that generates all tokens after the first, where a
// model is exported in two files: one that takes the prompt, and one that takes
// one token and the cache (decoder_model.onnx and decoder_with_past_model.onnx).
// Traces of the first are carried over to the second by the names of modules.
// The caller closes later, after the session that is opened with it.
func DecodeWith(later *Session) Option { return openOption(func(s *settings) { s.later = later }) }

// at is the session that runs step i of a decode loop.
func (s *Session) at(i int) *Session {
	if later, err := s.next(); i > 0 && later != nil && err == nil {
		return later
	}
	return s
}

// next is the model of later steps, nil where there is none, as where the model
// is another process's.
func (s *Session) next() (*Session, error) {
	if s.later == nil {
		return nil, nil
	}
	return s.later()
}

// openLater gives the model of later steps, nil where there is none, with this
// session's edits on top of its own. phases tells its error before anything runs.
func (s *Session) openLater() (*Session, error) {
	later := s.set.later
	if later == nil || len(s.set.edits) == 0 {
		return later, nil
	}
	t, err := s.translationTo(later)
	if err != nil {
		return nil, err
	}
	edits := later.Edits()
	for _, e := range s.set.edits {
		if e.plan, err = t.plan(e.plan); err != nil {
			return nil, err
		}
		edits = append(edits, e)
	}
	with, err := later.copyWith(edits)
	if err == nil {
		s.onClose(with, with.Close)
	}
	return with, err
}

// phases says what the prompt's step and those after it take and give.
func (s *Session) phases() (first, later phase, err error) {
	l, err := s.next()
	if err != nil {
		return first, later, err
	}
	if l == nil {
		first.info = &s.info
		first.outputs, err = s.info.generates()
		for _, in := range s.info.Inputs {
			if in.Role == modelspec.RolePast {
				first.past = append(first.past, in.Name)
			}
		}
		return first, first, err
	}
	if err := l.local("a model of later steps"); err != nil {
		return first, later, err
	}
	first.info, later.info = &s.info, &l.info
	for _, p := range []*phase{&first, &later} {
		logits, err := p.info.logits()
		if err != nil {
			return first, later, err
		}
		p.outputs = []string{logits}
	}
	for _, in := range l.info.Inputs {
		if in.Role != modelspec.RolePast {
			continue
		}
		from, ok := s.info.presentOf(in)
		if !ok {
			return first, later, misuse("NN3141", "no output of %s is what the input %q of %s, the model of later steps, begins with", s.info.Name, in.Name, l.info.Name)
		}
		first.outputs, first.past = append(first.outputs, from), append(first.past, in.Name)
		if in.Pair != "" {
			later.outputs, later.past = append(later.outputs, in.Pair), append(later.past, in.Name)
		}
	}
	return first, later, nil
}

// presentOf finds the output that becomes the cache of another file's input.
func (m *ModelInfo) presentOf(in InputInfo) (string, bool) {
	for _, o := range m.Outputs {
		if o.Name == in.Pair || in.Pair == "" && o.Role == modelspec.RolePresent && modelspec.SameCache(in.Name, o.Name) {
			return o.Name, true
		}
	}
	return "", false
}

// grows reports whether a mask or position has an entry for each token that is
// made: those of an encoder's states have not.
func (m *ModelInfo) grows(in InputInfo) bool {
	ids, err := m.madeInput()
	if err != nil || len(in.Shape) == 0 || len(ids.Shape) == 0 {
		return true
	}
	last := tensor.Dim(in.Shape[len(in.Shape)-1])
	if !last.Known() {
		return true
	}
	own := slices.Clone(ids.Shape[1:])
	for _, v := range m.Inputs {
		if v.Role == modelspec.RolePast && v.Pair != "" {
			own = append(own, v.Shape...)
		}
	}
	for _, s := range last.Symbols() {
		if s != m.Batch && slices.Contains(own, s) {
			return true
		}
	}
	// A length that no other input has is a name of its own for that of the tokens.
	for _, v := range m.Inputs {
		if v.Name != in.Name && slices.Contains(v.Shape, string(last)) {
			return false
		}
	}
	return true
}
