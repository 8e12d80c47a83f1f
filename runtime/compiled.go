package nn

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/nngen-go/nngen/internal/caching"
	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
)

// Compiled is a plan spliced into a model and ready to run; safe for concurrent use.
type Compiled struct {
	s    *Session
	plan *Plan
	set  settings
	main *program                 // gives the taps
	step func() (*program, error) // gives what generation needs: built when first used
	last atomic.Pointer[verified]
	// later is the trace in the model of the steps after the first, where that is
	// another; made when first used, closed with c.
	later func() (*Compiled, error)
	first *Compiled // whose later this is
	// keepers give what decode loops with caches need, by which caches.
	keepers cache[*program]

	argNames []string          // graph inputs of the plan's parameters
	weights  map[string]weight // of the plan's attachments
	remoteID string            // by which whoever holds the model knows the plan
	hooks    []hookNodeOf      // the steps of mid-run
	opts     []CompileOption
	known    *caching.Names // by the plan's aliases; nil: the session's names
	early    []*early       // by stop, where parameters decide; nil for others

	lazy       bool // a trace over decoding steps: its sessions are built when they are first used
	stepping   sync.Mutex
	once, each *program // for one run of it, and for a decode loop

	mu     sync.Mutex
	closed bool
	open   []*program
	others []*Compiled // the same trace in other files
	own    *Session    // closed with it: a copy with edits of this trace alone
}

// program is one back-end session with what it takes and gives.
type program struct {
	session backend.Session
	takes   map[string]bool
	outputs []string
	device  map[string]bool // outputs stay where they are computed
}

// Compile checks that a plan fits the model, splices it in and builds the
// session. A plan with Go in mid-run is refused (NN3170): it needs its program.
func (s *Session) Compile(p *Plan, opts ...CompileOption) (*Compiled, error) {
	return s.compile(p, false, false, opts)
}

// compile compiles a plan. steps: the caller has the Go of mid-run; lazy: nothing
// is built yet.
func (s *Session) compile(p *Plan, steps, lazy bool, opts []CompileOption) (*Compiled, error) {
	if p.HasHooks() && !steps {
		return nil, misuse("NN3170", "plan %s has Go in mid-run, which is part of its program: compile it with the generated Compile%s", p.Name, p.Name)
	}
	hooks, err := findHooks(p)
	if err != nil {
		return nil, err
	}
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	if s.remote != nil {
		return s.compileRemote(p, opts)
	}
	if err := s.verify(p); err != nil {
		return nil, err
	}
	known, err := s.planNames(p)
	if err != nil {
		return nil, err
	}
	c := &Compiled{s: s, plan: p, set: s.set.clone(), hooks: hooks, opts: opts, known: known}
	if !lazy { // a loop over steps ends with the step that stops
		c.early = c.earlyStops()
	}
	for _, o := range opts {
		o.applyCompile(&c.set)
	}
	if err := c.fewNodes(); err != nil {
		return nil, err
	}
	if c.weights, err = c.set.weightsOf(p); err != nil {
		return nil, err
	}
	for _, param := range p.Params {
		c.argNames = append(c.argNames, argPrefix+param.Name)
	}
	c.step = sync.OnceValues(func() (*program, error) {
		first, _, err := s.phases()
		if err != nil {
			return nil, err
		}
		return c.build(c.stopTaps(), first.outputs)
	})
	c.later = sync.OnceValues(func() (*Compiled, error) { return c.compileLater(opts) })
	if c.lazy = lazy; lazy || len(p.Taps) == 0 && len(hooks) == 0 && !mayEnd(p.Nodes) {
		return c, nil
	}
	if c.main, err = c.build(p.Taps, nil); err != nil {
		return nil, err
	}
	for i := range p.Taps {
		if k := p.CacheAt(i); k != nil && !k.Device {
			delete(c.main.device, tapName(i))
		}
	}
	return c, nil
}

// mayEnd reports whether one of the nodes can end a run, by an operator that
// refuses some values: then the plan is run even if nothing leaves it.
func mayEnd(nodes []Node) bool {
	for _, n := range nodes {
		if n.Then != nil && (mayEnd(n.Then.Nodes) || mayEnd(n.Else.Nodes)) {
			return true
		}
		if op, ok := ops.Lookup(n.Op); ok && op.MayFail(make([]tensor.Type, len(n.In))) {
			return true
		}
	}
	return false
}

// build splices and opens a session for taps and outputs of the model.
func (c *Compiled) build(taps []Tap, outputs []string) (*program, error) {
	model, err := c.s.graphOf(c.plan, taps, outputs, c.weights, false)
	if err != nil {
		return nil, c.spliced(err)
	}
	names := slices.Clone(outputs)
	for i := range taps {
		names = append(names, tapName(i))
	}
	if len(names) == 0 {
		names = []string{hookedOutput}
	}
	session, err := c.s.build(model, c.set)
	if err != nil {
		return nil, fmt.Errorf("plan %s: %w", c.plan.Name, err)
	}
	p := newProgram(session, names)
	for i, t := range taps {
		if t.Name == stoppedTap {
			delete(p.device, tapName(i))
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, errors.Join(fmt.Errorf("the compiled trace %s is closed", c.plan.Name), c.s.dispose(session))
	}
	c.open = append(c.open, p)
	return p, nil
}

func newProgram(session backend.Session, outputs []string) *program {
	p := &program{session: session, outputs: outputs, takes: inputsOf(session), device: map[string]bool{}}
	for _, o := range session.Outputs() {
		p.device[o.Name] = true
	}
	return p
}

// inputsOf names what a session takes.
func inputsOf(session backend.Session) map[string]bool {
	names := map[string]bool{}
	for _, in := range session.Inputs() {
		names[in.Name] = true
	}
	return names
}

// Plan gives the plan.
func (c *Compiled) Plan() *Plan { return c.plan }

// Close frees the session of this trace; the model's Session stays open.
func (c *Compiled) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	var err error
	for _, p := range c.open {
		err = errors.Join(err, c.s.dispose(p.session))
	}
	c.open = nil
	for _, o := range c.others {
		err = errors.Join(err, o.Close())
	}
	c.others = nil
	if c.own != nil {
		err = errors.Join(err, c.own.Close())
	}
	return err
}
