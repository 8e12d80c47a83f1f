package nn

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
)

// stepRun is one run of a plan with Go in mid-run.
type stepRun struct {
	c     *Compiled
	frame Frame
	types [][]tensor.Type // of each step's outputs, as far as the run's sizes tell
	step  Step
	call  func(*backend.HookCall) error // visit, bound once
	zeros []int64
	// checks and late go on checking where sizes are known in mid-run only.
	checks, late *checker
	// stopped says that the run was ended by a step, with what it was handed.
	stopped   bool
	collected map[int]Tensor
}

var stepRuns = sync.Pool{New: func() any {
	r := &stepRun{}
	r.call = r.visit
	return r
}}

func newStepRun(c *Compiled, f Frame) *stepRun {
	r := stepRuns.Get().(*stepRun)
	r.c, r.frame = c, f
	r.step.run = r
	return r
}

func (r *stepRun) done() {
	r.c, r.frame, r.types, r.checks, r.late = nil, nil, nil, nil, nil
	r.step.call, r.step.node = nil, nil
	r.stopped, r.collected = false, nil
	stepRuns.Put(r)
}

// options adds to a run's options what its steps need; r may be nil.
func (r *stepRun) options(o *backend.RunOptions, types *checked) {
	if r == nil {
		return
	}
	r.types, r.checks, r.late = types.steps, types.late, nil
	o.Hook, o.Reuse = r.call, true
}

func releaseValues(list []backend.Value) {
	for _, v := range list {
		v.Release()
	}
}

// visit runs one step. A panic of the user's Go becomes the run's error, with
// the line that panicked.
func (r *stepRun) visit(c *backend.HookCall) (err error) {
	if c.ID < 0 || c.ID >= int64(len(r.c.hooks)) {
		return fmt.Errorf("no step %d belongs to plan %s", c.ID, r.c.plan.Name)
	}
	s := &r.step
	s.call, s.node = c, &r.c.hooks[c.ID]
	s.set, s.in = s.set[:0], r.invoke()
	for range s.node.names {
		s.set = append(s.set, false)
	}
	if l, ok := r.frame.(leaver); ok && l.MayLeave(s.State()) {
		err = r.apart()
	} else {
		err = r.protected()
	}
	if err != nil {
		return userError{err}
	}
	return nil
}

// protected runs the step's code and makes an error of a panic.
func (r *stepRun) protected() (err error) {
	s := &r.step
	defer func() {
		if p := recover(); p != nil {
			err = r.c.whole(recovered(p, s.in))
			if own, ok := err.(*Error); ok {
				atomic.StoreInt32(&own.in, int32(s.in+1))
			}
		}
	}()
	if err := r.frame.Step(s); err != nil {
		return err
	}
	if err := r.decided(s); err != nil {
		return err
	}
	if r.stopped {
		r.collect(s)
		return errStopped
	}
	if s.node.gate {
		if err := s.call.PassThrough(len(s.node.names), len(s.call.Inputs)-1); err != nil {
			return err
		}
	}
	return s.rest()
}

// userError marks what the user's Go ended a run with: it is passed on as it is.
type userError struct{ error }

func (e userError) Unwrap() error { return e.error }

// invoke is the index of the invoke that a panic is said to be in.
func (r *stepRun) invoke() int {
	if len(r.c.plan.Invokes) == 1 {
		return 0
	}
	return -1
}

// accept compares a tensor with what the graph takes.
func (r *stepRun) accept(s *Step, i int, h *handle) error {
	want := s.node.types[i]
	if k := s.State(); k < len(r.types) {
		want = r.types[k][i]
	}
	got := h.typ()
	if got.DType == want.DType && !got.Shape.Differs(want.Shape) {
		return r.learn(s.node.names[i], got)
	}
	for _, ch := range r.c.plan.Checks {
		if ch.Value.Kind == plan.Result && ch.Value.Name == s.node.names[i] {
			return misuse("NN3130", "%s takes %s, but is set to %s", ch.At, want, got)
		}
	}
	return misuse("NN3130", "%s made in mid-run is %s, but the trace takes %s", s.node.names[i], got, want)
}

// zeroShape is the shape of an output that was not set, and its size in bytes:
// dimensions that nobody knows are 1, which fits whatever the graph does with it.
func (r *stepRun) zeroShape(n *hookNodeOf, i int) ([]int64, int64) {
	t := n.types[i]
	if k := r.step.State(); k < len(r.types) {
		t = r.types[k][i]
	}
	r.zeros = r.zeros[:0]
	for _, d := range t.Shape {
		c, ok := d.Const()
		if !ok {
			c = 1
		}
		r.zeros = append(r.zeros, c)
	}
	return r.zeros, elements(r.zeros) * int64(t.DType.Size())
}

// findHooks lists the hooks of a plan by their steps.
func findHooks(p *Plan) ([]hookNodeOf, error) {
	var out []hookNodeOf
	for _, n := range p.Nodes {
		if n.Op != plan.HookOp {
			continue
		}
		if k, ok := stepOf(n); !ok || k != len(out) {
			return nil, fmt.Errorf("plan %s: its steps are not in their order: generate it again", p.Name)
		}
		if len(n.Types) != len(n.Out) {
			return nil, fmt.Errorf("plan %s: a step has %d results of %d types: generate it again", p.Name, len(n.Out), len(n.Types))
		}
		h := hookNodeOf{names: n.Out, types: n.Types, line: n.Line}
		if ends, ok := n.Attrs["ends"].(string); ok {
			h.ends = strings.Split(ends, "\n")
			h.collect, _ = n.Attrs["collect"].([]int64)
			_, h.gate = n.Attrs["gate"].(string)
		}
		out = append(out, h)
	}
	return out, nil
}

// CompileSteps is Compile for a plan with Go in mid-run, of which the caller
// has the steps: generated code, which hands them to RunSteps.
func (s *Session) CompileSteps(p *Plan, opts ...CompileOption) (*Compiled, error) {
	return s.compile(p, true, false, opts)
}

// RunSteps is RunInto with the Go of mid-run.
func (c *Compiled) RunSteps(ctx context.Context, f Frame, ins []InvokeInputs, args []Tensor, into ...*Tensor) error {
	r := newStepRun(c, f)
	defer r.done()
	return c.runInto(ctx, r, ins, args, into)
}

// GenerateSteps is Generate with the Go of mid-run. begin is called before each
// decoding step: it makes the frame new and gives the plan's parameters.
func (c *Compiled) GenerateSteps(ctx context.Context, f Frame, in InvokeInputs, begin func() ([]Tensor, error), opts ...GenerateOption) ([][]int64, error) {
	r := newStepRun(c, f)
	defer r.done()
	return c.generate(ctx, r, nil, []InvokeInputs{in}, begin, opts)
}

// stepTypes gives what is known of the outputs of each step.
func (k *checker) stepTypes() [][]tensor.Type {
	if len(k.c.hooks) == 0 {
		return nil
	}
	out := make([][]tensor.Type, len(k.c.hooks))
	for i, h := range k.c.hooks {
		for _, name := range h.names {
			out[i] = append(out[i], k.values[name])
		}
	}
	return out
}

// hook adds a node that calls Go.
func (sp *splice) hook(n Node) error {
	k, ok := stepOf(n)
	if !ok || len(n.Types) != len(n.Out) {
		return fmt.Errorf("a step of the plan is not whole: generate it again")
	}
	in := []string{sp.token()}
	for _, r := range n.In {
		o, err := sp.operand(r)
		if err != nil {
			return err
		}
		in = append(in, o.Name)
	}
	gate, _ := n.Attrs["gate"].(string)
	if gate = sp.editedName(gate); gate != "" {
		if !sp.known(gate) {
			return fmt.Errorf("the model has no tensor %q", gate)
		}
		in = append(in, gate)
	}
	out := []string{sp.ix.FreshName(fmt.Sprintf("nngen.token.%d", k))}
	var types []int64
	for i, t := range n.Types {
		name := sp.ix.FreshName(fmt.Sprintf("nngen.step.%d.%s", k, n.Out[i]))
		out = append(out, name)
		types = append(types, int64(t.DType))
		sp.model.Graph.ValueInfo = append(sp.model.Graph.ValueInfo, valueInfo(name, t))
		sp.values[n.Out[i]] = ops.Operand{Name: name, Type: t}
	}
	if gate != "" {
		name, t := sp.ix.FreshName(fmt.Sprintf("nngen.gate.%d", k)), sp.s.typeOf(sp.p, n.Attrs["gate"].(string))
		out, types = append(out, name), append(types, int64(t.DType))
		sp.model.Graph.ValueInfo = append(sp.model.Graph.ValueInfo, valueInfo(name, t))
		sp.ix.ReplaceUses(gate, name, nil)
	}
	node := hookNode(int64(k), slices.Clone(in), out, types)
	sp.ix.Insert(node)
	sp.hooks = append(sp.hooks, node)
	sp.last = out[0]
	return nil
}

// token is what the next hook is chained to: the last one, or what starts a run.
func (sp *splice) token() string {
	if sp.last == "" {
		sp.ix.AddInput(tokenInput())
		sp.model.ImportOpset(backend.HookDomain, 1)
		sp.last = backend.TokenInput
	}
	return sp.last
}
