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
	if kept.count > 0 {
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
	if c.lazy { // each step fetches what the trace takes
		if p.Taps, err = t.taps(c.plan.Name, c.plan.Taps, c.plan.Mediators); err != nil {
			return nil, err
		}
	}
	later, err := s.compile(p, true, c.lazy, opts)
	if err != nil {
		return nil, fmt.Errorf("in %s, the model of later steps: %w", s.info.Name, err)
	}
	later.first = c
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

// cacheTaps gives what a cache of the trace takes of a step.
func (c *Compiled) cacheTaps(number int) ([]Tap, error) {
	if c.first == nil {
		k := c.plan.Caches[number]
		return c.plan.Taps[k.First : k.First+k.Count], nil
	}
	t, err := c.first.s.translationTo(c.s)
	if err != nil {
		return nil, err
	}
	taps, err := c.first.cacheTaps(number)
	if err != nil {
		return nil, err
	}
	return t.taps(c.plan.Name, taps, nil)
}

// generated names the outputs that a decode loop goes on with after a step of c.
func (c *Compiled) generated() ([]string, error) {
	if c.first != nil {
		_, later, err := c.first.s.phases()
		return later.outputs, err
	}
	first, _, err := c.s.phases()
	return first.outputs, err
}
