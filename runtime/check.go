package nn

import (
	"fmt"
	"maps"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
)

// checkRun checks what only the sizes of a run can tell: parameters, every
// operation of the plan, and that each write keeps its tensor's shape. It gives
// the types of what leaves the run; a size that even the run's symbols do not
// tell is unknown.
func (c *Compiled) checkRun(b *batch, args []Tensor) (*checked, error) {
	k := newChecker(c, b)
	if err := k.edits(b); err != nil {
		return nil, err
	}
	return c.checkWith(k, args)
}

func (c *Compiled) checkWith(k *checker, args []Tensor) (*checked, error) {
	if err := k.params(args); err != nil {
		return nil, err
	}
	if err := c.checkPlan(k); err != nil {
		return nil, err
	}
	out := &checked{taps: make([]tensor.Type, len(c.plan.Taps)), steps: k.stepTypes(), passing: k.passing}
	for i, t := range c.plan.Taps {
		out.taps[i] = k.ref(t.Value)
	}
	if k.doubts || out.open() {
		out.late = k
	}
	return out, nil
}

// checkPlan checks the operations and writes of the plan with what k knows by now.
func (c *Compiled) checkPlan(k *checker) error {
	for _, n := range c.plan.Nodes {
		if err := k.node(n); err != nil {
			return c.atNode(n, err)
		}
	}
	for _, ch := range c.plan.Checks {
		got, want := k.ref(ch.Value), k.known(ch.Want)
		if got.DType != want.DType || got.Shape.Differs(want.Shape) {
			return c.atLine("NN3130", ch.File, ch.Line, "%s takes %s, but is set to %s", ch.At, want, got)
		}
	}
	return nil
}

func newChecker(c *Compiled, b *batch) *checker {
	k := &checker{
		c: c, step: int64(b.step), symbols: maps.Clone(b.symbols), values: map[string]tensor.Type{}, args: map[string]tensor.Type{},
		given: map[string]Tensor{}, consts: map[string]int64{}, picks: map[string]pick{}, logic: map[string]Node{},
	}
	for i := range len(b.rows) - 1 {
		k.symbols[string(ops.RowsSymbol(int64(i)))] = b.rows[i+1] - b.rows[i]
	}
	k.rows = tensor.Type{DType: tensor.Int64, Shape: tensor.Dims(int64(len(b.rows)))}
	for name, w := range c.weights {
		k.args[name] = w.typ
	}
	return k
}

// checked is what a run's sizes tell.
type checked struct {
	taps  []tensor.Type
	steps [][]tensor.Type // of the outputs of each step of mid-run
	// passing: parameters of the same shapes and other values may be right or wrong otherwise.
	passing bool
	// late goes on checking in mid-run, where only Go tells the sizes of what it
	// makes; nil where all of them are known ahead.
	late *checker
}

// checker computes types with the sizes of one run.
type checker struct {
	c       *Compiled
	symbols map[string]int64
	values  map[string]tensor.Type
	args    map[string]tensor.Type
	rows    tensor.Type
	bytes   int64 // of the values so far

	step   int64             // of a decode loop
	given  map[string]Tensor // the parameters themselves
	consts map[string]int64  // integer constants of the plan
	picks  map[string]pick
	// passing says that other parameters of the same shapes may be checked otherwise.
	passing bool
	made    map[string]tensor.Type // by steps of mid-run, so far
	told    map[string]bool        // conditions that such steps decided
	logic   map[string]Node        // And, Or and Not
	// doubts: what a step decides may make the run wrong.
	doubts bool
}

// params compares arguments with the plan's parameters; symbols that only
// parameters have get their sizes here.
func (k *checker) params(args []Tensor) error {
	p := k.c.plan
	if len(args) != len(p.Params) {
		return misuse("NN3131", "%s takes %d parameters, %d given", p.Name, len(p.Params), len(args))
	}
	for i, want := range p.Params {
		if args[i].h == nil {
			return misuse("NN3131", "parameter %s of %s (%s) is not set", want.Name, p.Name, want.Type)
		}
		got := args[i].h.typ()
		if got.DType != want.Type.DType || want.Type.Shape.RankKnown() && len(got.Shape) != len(want.Type.Shape) {
			return misuse("NN3131", "parameter %s of %s is %s, but the trace takes %s", want.Name, p.Name, got, want.Type)
		}
		for a, d := range want.Type.Shape {
			n, err := d.Eval(k.symbols)
			if err != nil {
				if s := d.Symbols(); len(s) == 1 && s[0] == string(d) {
					k.symbols[s[0]] = args[i].h.shape[a]
				}
				continue
			}
			if n != args[i].h.shape[a] {
				return misuse("NN3131", "parameter %s of %s is %s, but the trace takes %s (%s is %d here)", want.Name, p.Name, got, want.Type, d, n)
			}
		}
		k.args[want.Name], k.given[want.Name] = got, args[i]
		if !want.At(k.step) {
			k.given[want.Name] = Scalar(false)
		}
	}
	return nil
}

// known puts the run's sizes into a type.
func (k *checker) known(t tensor.Type) tensor.Type {
	if t.Shape == nil {
		return t
	}
	out := tensor.Type{DType: t.DType, Shape: make(tensor.Shape, len(t.Shape))}
	for i, d := range t.Shape {
		out.Shape[i] = tensor.Unknown
		if n, err := d.Eval(k.symbols); err == nil {
			out.Shape[i] = tensor.N(n)
		}
	}
	return out
}

// ref gives the type of a value.
func (k *checker) ref(r Ref) tensor.Type {
	switch {
	case r.Name == plan.RowBounds:
		return k.rows
	case r.Kind == plan.Arg:
		return k.args[r.Name]
	case r.Kind == plan.Result:
		return k.values[r.Name]
	}
	return k.known(k.c.s.typeOf(k.c.plan, r.Name))
}

// node infers the types of a node's results.
func (k *checker) node(n Node) error {
	in := make([]tensor.Type, len(n.In))
	for i, r := range n.In {
		in[i] = k.ref(r)
	}
	if n.Op == opCall {
		call, err := readCall(n)
		if err != nil {
			return err
		}
		call, in = takenSides(k.c.s, call, in)
		typeOf := func(name string) tensor.Type { return k.c.s.typeOf(k.c.plan, name) }
		if err := callFits(call, typeOf, in); err != nil {
			return err
		}
		k.values[n.Out[0]] = k.known(k.c.s.callType(k.c.plan, call, in))
		return k.count(n, k.values[n.Out[0]])
	}
	if n.Op == plan.HookOp {
		for i, name := range n.Out {
			k.values[name] = k.known(n.Types[i])
			if t, ok := k.made[name]; ok {
				k.values[name] = t
			}
		}
		return nil
	}
	switch n.Op {
	case plan.If:
		return k.conditional(n)
	case plan.Fit:
		return k.fit(n, in[0])
	}
	k.note(n)
	op, ok := ops.Lookup(n.Op)
	if !ok {
		return fmt.Errorf("no operator %s", n.Op)
	}
	out, err := op.Infer(in, ops.Attrs(n.Attrs))
	if err != nil {
		return err
	}
	for i, name := range n.Out {
		k.values[name] = k.known(out[i])
		if err := k.count(n, k.values[name]); err != nil {
			return err
		}
	}
	return nil
}

// fit checks a value against the point that it is written to, and goes on with
// the type of that.
func (k *checker) fit(n Node, got tensor.Type) error {
	want := k.known(n.Types[0])
	if got.DType != want.DType || got.Shape.Differs(want.Shape) {
		return fmt.Errorf("%s takes %s, but is set to %s", ops.Attrs(n.Attrs).String("at"), want, got)
	}
	if shape, err := want.Shape.Unify(got.Shape); err == nil {
		want.Shape = shape
	}
	k.values[n.Out[0]] = want
	return nil
}
