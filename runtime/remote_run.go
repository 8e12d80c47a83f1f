package nn

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// runRemote runs the plan where the model is.
func (c *Compiled) runRemote(ctx context.Context, ins []InvokeInputs, args []Tensor, into []*Tensor) error {
	// Copies, so that the callers' lists need no memory where nothing is remote.
	list := make([]*Tensor, len(into))
	copy(list, into)
	inputs := make([]InvokeInputs, len(ins))
	for i, in := range ins {
		inputs[i] = copied(in)
	}
	given := make([]Tensor, len(args))
	copy(given, args)
	return c.told(c.s.remote.Run(ctx, c.remoteID, inputs, RemoteRun{Args: given}, func(i int, t Tensor) error {
		switch {
		case i < 0 || i >= len(c.plan.Taps):
			return fmt.Errorf("%s: the server sent result %d of %d", c.plan.Name, i, len(c.plan.Taps))
		case i < len(list) && list[i] != nil:
			*list[i] = t
		}
		return nil
	}))
}

// told gives an error of whoever holds the model its line in the user's file.
func (c *Compiled) told(err error) error {
	if own := (*Error)(nil); errors.As(err, &own) && own.Pos.Line > 0 {
		own.Pos = c.position(own.Pos.Filename, own.Pos.Line)
	}
	return err
}

// runWhole is RunRaw where the model is another process's.
func (s *Session) runWhole(ctx context.Context, in InvokeInputs, outputs []string) ([]Tensor, error) {
	if len(outputs) == 0 {
		for _, o := range s.info.Outputs {
			outputs = append(outputs, o.Name)
		}
	}
	c, err := s.wholes.get(strings.Join(append([]string{"run"}, outputs...), "\n"), func() (*Compiled, error) {
		p, err := s.whole("RunRaw", outputs)
		if err != nil {
			return nil, err
		}
		return s.remoteCopy().compileRemote(p, nil)
	})
	if err != nil {
		return nil, err
	}
	out := make([]Tensor, len(outputs))
	into := make([]*Tensor, len(outputs))
	for i := range out {
		into[i] = &out[i]
	}
	if err := c.runRemote(ctx, []InvokeInputs{in}, nil, into); err != nil {
		return nil, err
	}
	return out, nil
}

// generateWhole is Generate of the plain model, edits included.
func (s *Session) generateWhole(ctx context.Context, in InvokeInputs, opts []GenerateOption) ([][]int64, error) {
	c, err := s.wholes.get("generate", func() (*Compiled, error) {
		p, err := s.whole("Generate", nil)
		if err != nil {
			return nil, err
		}
		return s.compileRemote(p, nil)
	})
	if err != nil {
		return nil, err
	}
	return c.Generate(ctx, in, nil, opts...)
}

// remoteCopy is the session without its edits, for what does not see them.
func (s *Session) remoteCopy() *Session {
	set := s.set.clone()
	set.edits = nil
	return &Session{info: s.info, path: s.path, set: set, remote: s.remote, spec: s.spec}
}

// pickCaches gives the tensors of the caches that a caller keeps, of all that
// came, and releases the others.
func (k *keeping) pickCaches(c *Compiled, all []Tensor) ([]Tensor, error) {
	want := 0
	at := make([]int, len(c.plan.Caches))
	for i, p := range c.plan.Caches {
		at[i] = want
		want += p.Count
	}
	if len(all) != want {
		return nil, fmt.Errorf("%s: the server sent %d tensors of caches, not %d", c.plan.Name, len(all), want)
	}
	var out []Tensor
	for _, number := range k.list {
		out = append(out, all[at[number]:at[number]+c.plan.Caches[number].Count]...)
	}
	for i, p := range c.plan.Caches {
		if !slices.Contains(k.list, i) {
			releaseAll(all[at[i] : at[i]+p.Count])
		}
	}
	return out, nil
}
