package nn

import (
	"errors"
	"fmt"
	"sync"
)

// stepOf gives the trace and the program that run step i of a decode loop.
func (c *Compiled) stepOf(i int, kept *keeping) (*Compiled, *program, error) {
	if c.s.at(i) != c.s {
		later, err := c.later()
		if err != nil {
			return nil, nil, err
		}
		c = later
	}
	if len(kept.taps) > 0 {
		p, err := kept.program(c)
		return c, p, err
	}
	p, err := c.step()
	return c, p, err
}

// compileLater carries the plan over to the model of the steps after the first.
func (c *Compiled) compileLater(opts []CompileOption) (*Compiled, error) {
	s := c.s.at(1)
	t, err := c.s.translationTo(s)
	if err != nil {
		return nil, err
	}
	p, err := t.plan(c.plan)
	if err != nil {
		return nil, err
	}
	_, phase, err := c.s.phases()
	if err != nil {
		return nil, err
	}
	later, err := s.compile(p, true, c.lazy, opts)
	if err != nil {
		return nil, fmt.Errorf("in %s, the model of later steps: %w", s.info.Name, err)
	}
	later.step = sync.OnceValues(func() (*program, error) { return later.build(later.stopTaps(), phase.outputs) })
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, errors.Join(fmt.Errorf("the compiled trace %s is closed", c.plan.Name), later.Close())
	}
	c.others = append(c.others, later)
	return later, nil
}

// of makes the run one of another form of its trace; r may be nil.
func (r *stepRun) of(c *Compiled) *stepRun {
	if r != nil {
		r.c = c
	}
	return r
}
