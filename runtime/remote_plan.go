package nn

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/nngen-go/nngen/internal/plan"
)

// RemotePlan is a compiled trace with everything that it needs beside the model,
// as data: what travels to whoever holds that.
type RemotePlan struct {
	Plan    []byte            // as WritePlan writes it
	Edits   []byte            // as WriteEdits writes those under it; nil: none
	Weights map[string]Tensor // the arrays of its attachments, by their names in the plan
	// Padding says on which side prompts of different lengths are filled: "left",
	// "right", or "" for what the model needs. PadToken fills them.
	Padding  string
	PadToken int64
}

// remotePlan makes a plan ready to travel.
func (s *Session) remotePlan(p *Plan, set settings) (RemotePlan, error) {
	out := RemotePlan{Padding: padSides[set.padding.side], PadToken: set.padding.token}
	var data, edits bytes.Buffer
	if err := plan.Encode(&data, p); err != nil {
		return out, planError(p.Name, err)
	}
	out.Plan = data.Bytes()
	if len(set.edits) > 0 {
		if err := WriteEdits(&edits, set.edits...); err != nil {
			return out, err
		}
		out.Edits = edits.Bytes()
	}
	weights, err := set.weightsOf(p)
	if err != nil {
		return out, err
	}
	for name, w := range weights {
		if out.Weights == nil {
			out.Weights = map[string]Tensor{}
		}
		shape, _ := w.typ.Shape.Eval(nil) // it is a tensor's
		out.Weights[name] = hostTensor(w.typ.DType, shape, w.data)
	}
	return out, nil
}

// padSides are the names of where prompts are filled.
var padSides = map[padSide]string{padAuto: "", padLeft: "left", padRight: "right"}

// parsePadding is the reverse of padSides.
func parsePadding(name string, token int64) (padding, error) {
	for side, text := range padSides {
		if text == name {
			return padding{side, token}, nil
		}
	}
	return padding{}, misuse("NN3171", "prompts are filled on the left or the right, not %q", name)
}

// Arrays gives Compile the arrays of a plan's attachments by their names in the
// plan ("sae.WEnc"), as Plan.Weights lists them: for plans that were read, whose
// attachments' types the program does not have.
func Arrays(arrays map[string]Tensor) CompileOption {
	return compileOption(func(s *settings) {
		if s.arrays == nil {
			s.arrays = map[string]Tensor{}
		}
		for name, t := range arrays {
			s.arrays[name] = t
		}
	})
}

// CompileRemote compiles what another process sent, which may be hostile: it is
// for servers. The edits are put under this trace alone.
func (s *Session) CompileRemote(p RemotePlan, opts ...CompileOption) (*Compiled, error) {
	read, err := ReadPlan(bytes.NewReader(p.Plan))
	if err != nil {
		return nil, err
	}
	var edits []Edit
	if len(p.Edits) > 0 {
		if edits, err = ReadEdits(bytes.NewReader(p.Edits)); err != nil {
			return nil, err
		}
	}
	for _, one := range append([]*Plan{read}, plansOf(edits)...) {
		if one.Model == "" || one.Model != s.info.Fingerprint {
			e := misuse("NN3192", "%q was compiled for another model", one.Name)
			e.Hint = "run nngen generate with the spec of this model"
			return nil, e
		}
	}
	pad, err := parsePadding(p.Padding, p.PadToken)
	if err != nil {
		return nil, err
	}
	for _, w := range read.Weights {
		if _, ok := p.Weights[w.Name]; !ok {
			return nil, misuse("NN3180", "%q needs the array %q, which did not come with it", read.Name, w.Name)
		}
	}
	if len(p.Weights) > len(read.Weights) {
		return nil, misuse("NN3180", "%d arrays came with %q, which has %d", len(p.Weights), read.Name, len(read.Weights))
	}
	for _, e := range edits {
		if err := e.check(&s.info); err != nil {
			return nil, err
		}
	}
	own, err := s.copyWith(append(s.Edits(), edits...))
	if err != nil {
		return nil, err
	}
	if pad.side != padAuto || pad.token != 0 {
		own.info.padding = pad
	}
	c, err := own.Compile(read, append([]CompileOption{Arrays(p.Weights)}, opts...)...)
	if err != nil {
		return nil, errors.Join(err, own.Close())
	}
	c.own = own
	return c, nil
}

func plansOf(edits []Edit) []*Plan {
	out := make([]*Plan, len(edits))
	for i, e := range edits {
		out[i] = e.plan
	}
	return out
}

// compileRemote sends a plan to whoever holds the model.
func (s *Session) compileRemote(p *Plan, opts []CompileOption) (*Compiled, error) {
	set := s.set.clone()
	for _, o := range opts {
		o.applyCompile(&set)
	}
	known, err := s.planNames(p)
	if err != nil {
		return nil, err
	}
	sent, err := s.remotePlan(p, set)
	if err != nil {
		return nil, err
	}
	c := &Compiled{s: s, plan: p, set: set, known: known}
	if c.remoteID, err = s.remote.Load(context.Background(), sent); err != nil {
		return nil, c.told(err)
	}
	return c, nil
}

// whole is the plan of a trace that does nothing and takes some of the model's
// outputs: how the plain model runs where it is another process's.
func (s *Session) whole(name string, outputs []string) (*Plan, error) {
	p := &Plan{
		Name: name, Model: s.info.Fingerprint, Invokes: []string{"invoke0"}, Mediators: []Mediator{{{Event: plan.End, Rows: plan.AllRows}}},
		Tensors: map[string]Type{},
	}
	for _, name := range outputs {
		found := false
		for _, o := range s.info.Outputs {
			if found = o.Name == name; found {
				p.Tensors[name] = o.typ()
				break
			}
		}
		if !found {
			return nil, fmt.Errorf("the model %s has no output %q", s.info.Name, name)
		}
		p.Taps = append(p.Taps, Tap{Name: name, Value: ModelTensor(name)})
	}
	return p, nil
}
