package nn

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
)

// Names in spliced graphs. A model's own names do not begin like this.
const (
	argPrefix  = "nngen.arg."
	tapPrefix  = "nngen.tap."
	callPrefix = "nngen.call"
	// hookedOutput is fetched where a plan has steps, or nodes that may end the
	// run, and nothing leaves it.
	hookedOutput = "nngen.hooked"
	nodeStem     = "nngen/"
)

// splice puts a plan into a copy of the model's graph.
type splice struct {
	s      *Session
	p      *Plan
	model  *onnx.Model
	ix     *onnx.Index
	e      *emitter
	clean  *onnx.Index // the model untouched, from which calls are copied
	values map[string]ops.Operand
	args   map[string]ops.Operand
	rows   *ops.Operand
	writes []pendingWrite
	calls  int
	hooks  []*onnx.Node // in the order of their steps
	last   string       // token of the last hook
	ending []*onnx.Node // what may end the run: it is computed though nothing needs it
	ends   int          // nodes of the plan so far that may end the run
	ifs    []*onnx.Node // that the plan made

	edits    []*splice   // of the session's edits
	versions *versionsOf // what they have made of the model's tensors; nil: there are none
	isEdit   bool
	seen     map[string]string // the names under which the plan sees tensors that it touches
}

// pendingWrite is a write whose uses are redirected to a name that gets its
// value when the plan's nodes are there: so that those read the model's own
// tensors, not what other writes have made of them.
type pendingWrite struct {
	name  string
	write plan.Write
}

// graphOf splices p and keeps what the outputs need: taps (nil taps: none) and
// named outputs of the model. weights are the arrays of the plan's attachments.
func (s *Session) graphOf(p *Plan, taps []Tap, outputs []string, weights map[string]weight, single bool) (*onnx.Model, error) {
	sp := &splice{
		s: s, p: p, model: s.file.Model.Clone(),
		values: map[string]ops.Operand{}, args: map[string]ops.Operand{},
	}
	sp.ix = onnx.NewIndex(sp.model.Graph)
	sp.e = &emitter{ix: sp.ix, opset: sp.model.Opset(""), stem: nodeStem}
	if len(s.set.edits) > 0 {
		if err := sp.applyEdits(); err != nil {
			return nil, err
		}
	}
	sp.redirect()
	sp.addParams()
	sp.addWeights(weights)
	for i, n := range p.Nodes {
		if err := sp.node(n); err != nil {
			return nil, fmt.Errorf("plan %s, node %d (line %d): %w", p.Name, i, n.Line, err)
		}
	}
	if sp.e.err != nil {
		return nil, sp.e.err
	}
	if err := sp.carryOut(); err != nil {
		return nil, err
	}
	keep := slices.Clone(outputs)
	for i, t := range taps {
		names, values, err := sp.tapOutputs(i, t, single)
		if err != nil {
			return nil, fmt.Errorf("plan %s, result %s: %w", p.Name, t.Name, err)
		}
		for k, name := range names {
			if err := sp.ix.AddOutput(valueInfo(name, values[k].Type), values[k].Name); err != nil {
				return nil, err
			}
		}
		keep = append(keep, names...)
	}
	if len(keep) == 0 { // run for what its Go does, or for how it may end
		token := sp.last
		if token == "" {
			token = sp.e.Const(tensor.Int64, nil, []int64{0})
		}
		if err := sp.ix.AddOutput(onnx.NewValue(hookedOutput, tensor.Int64), token); err != nil {
			return nil, err
		}
		keep = []string{hookedOutput}
	}
	effects := map[*onnx.Node]bool{}
	for _, n := range append(sp.hooks, sp.ending...) {
		effects[n] = true
	}
	sp.ix.RemoveDead(keep, effects)
	for _, one := range append(sp.edits, sp) {
		if err := one.leaveOut(); err != nil {
			return nil, err
		}
	}
	sp.ix.DropInputs(sp.ix.UnusedInputs()...)
	if _, err := sp.ix.Finish(); err != nil {
		return nil, fmt.Errorf("plan %s cannot be spliced: %w", p.Name, err)
	}
	return sp.model, nil
}

func tapName(i int) string { return fmt.Sprintf("%s%d", tapPrefix, i) }

// redirect lets the consumers of written tensors use the writes' placeholders.
func (sp *splice) redirect() {
	versions := map[string][]string{}
	for i, w := range sp.p.Writes {
		name := sp.ix.FreshName(fmt.Sprintf("nngen.write.%d", i))
		from := append([]string{w.Tensor}, versions[w.Tensor]...)
		if sp.versions != nil {
			from = sp.targets(w, versions[w.Tensor])
		}
		for _, from := range from {
			sp.ix.ReplaceUses(from, name, w.Consumers)
		}
		versions[w.Tensor] = append(versions[w.Tensor], name)
		sp.writes = append(sp.writes, pendingWrite{name, w})
	}
}

// carryOut gives the placeholders their values.
func (sp *splice) carryOut() error {
	for _, w := range sp.writes {
		v, err := sp.operand(w.write.Value)
		if err != nil {
			return fmt.Errorf("plan %s writes %s: %w", sp.p.Name, w.write.At, err)
		}
		if sp.isEdit {
			v.Name = sp.e.Node("Identity", []string{v.Name}) // a name that is the version's alone
			sp.made(w.write, v.Name)
		}
		want := sp.s.typeOf(sp.p, w.write.Tensor)
		if want.DType != tensor.Invalid && v.Type.DType != want.DType {
			return fmt.Errorf("plan %s writes %s to %s (line %d), which is %s", sp.p.Name, v.Type.DType, w.write.At, w.write.Line, want.DType)
		}
		sp.ix.ReplaceUses(w.name, v.Name, nil)
	}
	return nil
}

// addParams makes the plan's parameters and the row bounds graph inputs.
func (sp *splice) addParams() {
	for _, p := range sp.p.Params {
		o := ops.Operand{Name: argPrefix + p.Name, Type: p.Type}
		sp.ix.AddInput(valueInfo(o.Name, p.Type))
		sp.args[p.Name] = sp.atSteps(p, o)
	}
	if len(sp.p.Invokes) > 1 {
		t := tensor.Type{DType: tensor.Int64, Shape: tensor.Dims(int64(len(sp.p.Invokes)) + 1)}
		sp.rows = &ops.Operand{Name: plan.RowBounds, Type: t}
		sp.ix.AddInput(valueInfo(plan.RowBounds, t))
	}
}

// addWeights makes the arrays of attachments constants of the graph.
func (sp *splice) addWeights(weights map[string]weight) {
	for _, p := range sp.p.Weights {
		w := weights[p.Name]
		name := sp.ix.FreshName(argPrefix + p.Name) // two edits may call theirs the same
		sp.ix.AddInitializer(&onnx.Tensor{Name: name, DType: int32(w.typ.DType), Dims: w.dims(), Data: w.data, Offset: -1, Lent: true})
		sp.args[p.Name] = ops.Operand{Name: name, Type: w.typ}
	}
}

// operand finds what a Ref means.
func (sp *splice) operand(r Ref) (ops.Operand, error) {
	if r.Name == plan.RowBounds {
		if sp.rows == nil {
			return ops.Operand{}, fmt.Errorf("a plan of one invoke has no row bounds")
		}
		return *sp.rows, nil
	}
	switch r.Kind {
	case plan.Arg:
		if o, ok := sp.args[r.Name]; ok {
			return o, nil
		}
		return ops.Operand{}, fmt.Errorf("the plan has no parameter %q", r.Name)
	case plan.Result:
		if o, ok := sp.values[r.Name]; ok {
			return o, nil
		}
		return ops.Operand{}, fmt.Errorf("no earlier node of the plan makes %q", r.Name)
	}
	if !sp.known(r.Name) {
		return ops.Operand{}, fmt.Errorf("the model has no tensor %q", r.Name)
	}
	return ops.Operand{Name: sp.editedName(r.Name), Type: sp.s.typeOf(sp.p, r.Name)}, nil
}

func (sp *splice) known(name string) bool {
	_, made := sp.ix.Producer(name)
	return made || sp.ix.Input(name) != nil || sp.ix.Initializer(name) != nil
}

// node adds one node of the plan.
func (sp *splice) node(n Node) error {
	if n.Op == plan.HookOp {
		return sp.hook(n)
	}
	in := make([]ops.Operand, len(n.In))
	for i, r := range n.In {
		o, err := sp.operand(r)
		if err != nil {
			return err
		}
		in[i] = o
	}
	switch n.Op {
	case opCall:
		return sp.call(n, in)
	case plan.If:
		return sp.conditional(n, in)
	case plan.Fit:
		if len(in) != 1 || len(n.Out) != 1 || len(n.Types) != 1 {
			return fmt.Errorf("a value that is to fit a point has one operand and one type: generate it again")
		}
		sp.values[n.Out[0]] = ops.Operand{Name: in[0].Name, Type: n.Types[0]}
		return nil
	}
	op, ok := ops.Lookup(n.Op)
	if !ok {
		return fmt.Errorf("no operator %s: the plan was made by another version of nngen, generate again", n.Op)
	}
	types := make([]tensor.Type, len(in))
	for i, o := range in {
		types[i] = o.Type
	}
	inferred, err := op.Infer(types, ops.Attrs(n.Attrs))
	if err != nil {
		return err
	}
	sp.e.where = whereOf(n)
	names, err := op.Lower(sp.e, in, ops.Attrs(n.Attrs))
	sp.e.where = ""
	if err != nil {
		return err
	}
	if len(names) != len(n.Out) {
		return fmt.Errorf("%s gives %d results, the plan names %d", n.Op, len(names), len(n.Out))
	}
	for i, out := range n.Out {
		sp.values[out] = ops.Operand{Name: names[i], Type: inferred[i]}
	}
	if op.MayFail(types) {
		sp.mayEnd(names)
	}
	return nil
}

// mayEnd notes that the node that gives these names may end the run. In a branch
// it does so by way of the If that the branch is of.
func (sp *splice) mayEnd(names []string) {
	sp.ends++
	if sp.e.body != nil {
		return
	}
	for _, name := range names {
		if n := sp.ix.ProducerNode(name); n != nil {
			sp.ending = append(sp.ending, n)
		}
	}
}
