package nn

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/schedule"
)

// edits makes the mediators of the session's edits for one run.
func (t *Trace) edits() []*invoke {
	var out []*invoke
	for i, e := range t.s.set.edits {
		body := e.body
		if body == nil || e.overSteps() { // invokes may begin anew at each step, and the function could not
			body = carryOut
		}
		out = append(out, &invoke{t: t, index: -1 - i, name: "edit " + e.plan.Name, body: eachStep(body)})
	}
	return out
}

// eachStep does the same at every step of a run: an edit stands ahead of each.
func eachStep(body func(v *invoke) error) func(v *invoke) error {
	return func(v *invoke) error {
		for {
			if err := body(v); err != nil {
				return err
			}
			if v.step+1 >= v.run.steps || !v.turn(v.step+1) {
				return nil
			}
			v.step++
		}
	}
}

// carryOut interprets the edit's plan: what an edit that was read from a file
// does. In the model of later steps it is the plan that was made for that.
func carryOut(v *invoke) error {
	e := v.run.s.set.edits[-1-v.index]
	x := &planRun{e: e, v: v, model: map[string]Tensor{}, values: map[string]Tensor{}}
	for _, st := range e.plan.Mediators[0] {
		if err := x.state(st); err != nil {
			return err
		}
	}
	return nil
}

// planRun is an interpreted run of an edit's plan.
type planRun struct {
	e      Edit
	v      *invoke
	model  map[string]Tensor // what was read of the model's tensors
	values map[string]Tensor // results of the plan's nodes
}

func (x *planRun) state(st State) error {
	in := x.v.run.in
	switch st.Event {
	case plan.Value:
		for i, m := range in.moments {
			if _, used := x.e.plan.Tensors[m.Tensor]; used && m.Address == st.At && m.Visit == st.Visit {
				x.model[m.Tensor] = x.read(i)
			}
		}
	case plan.Swap:
		for i, m := range in.moments {
			if m.Address != st.At || m.Visit != st.Visit {
				continue
			}
			for _, w := range x.e.plan.Writes {
				if w.At == m.Address && w.Tensor == m.Tensor {
					return x.write(i, w)
				}
			}
		}
	case plan.Skip:
		return x.skip(st)
	}
	return nil
}

// at is a moment of this step; one inside a module needs its hooks.
func (x *planRun) at(moment int) schedule.At {
	if x.v.run.in.timeline[moment].Operation != nil {
		x.v.inside()
	}
	return schedule.At{Step: x.v.step, Moment: moment}
}

func (x *planRun) read(moment int) Tensor {
	return x.v.request(schedule.Request[Tensor]{Kind: schedule.Value, At: x.at(moment)})
}

func (x *planRun) write(moment int, w plan.Write) error {
	if _, ok := x.model[w.Tensor]; !ok { // where a condition does not hold it stays
		x.model[w.Tensor] = x.read(moment)
	}
	t, err := x.value(w.Value)
	if err == nil {
		x.v.request(schedule.Request[Tensor]{Kind: schedule.Swap, At: x.at(moment), Value: t})
	}
	return err
}

// skip carries a skip out, where its condition holds.
func (x *planRun) skip(st State) error {
	i := slices.IndexFunc(x.e.plan.Skips, func(k Skipped) bool { return k.Module == st.At })
	if i < 0 {
		return fmt.Errorf("the plan skips no %s", st.At)
	}
	k := x.e.plan.Skips[i]
	in := x.v.run.in
	body, err := schedule.BodyOf(in.timeline, in.modules[k.Module], st.Visit)
	if err != nil {
		return err
	}
	var values []Tensor
	for _, name := range k.Outputs[:k.Given] {
		j := slices.IndexFunc(x.e.plan.Writes, func(w Write) bool { return w.Tensor == name && w.At == k.Module+".output" })
		if j < 0 {
			return fmt.Errorf("the plan does not write %s", name)
		}
		r := x.e.plan.Writes[j].Value
		if n := x.maker(r); k.When != "" && n != nil && n.Op == plan.If {
			cond, err := x.value(n.In[0])
			if err != nil || !cond.Bool() {
				return err
			}
			if r, err = x.branch(n.Then, 0); err != nil {
				return err
			}
		}
		t, err := x.value(r)
		if err != nil {
			return err
		}
		values = append(values, t)
	}
	x.v.request(schedule.Request[Tensor]{Kind: schedule.Skip, At: x.at(body.Enter), Skip: &schedule.Skipped[Tensor]{Body: body, Values: values}})
	x.v.run.lose(body, k.Given, userLine())
	return nil
}

// maker finds the node that makes a value.
func (x *planRun) maker(r Ref) *Node {
	for i := range x.e.plan.Nodes {
		if slices.Contains(x.e.plan.Nodes[i].Out, r.Name) && r.Kind == plan.Result {
			return &x.e.plan.Nodes[i]
		}
	}
	return nil
}

// value computes a value of the plan.
func (x *planRun) value(r Ref) (Tensor, error) {
	switch r.Kind {
	case plan.Model:
		t, ok := x.model[r.Name]
		if ok {
			return t, nil
		}
		return x.v.t.s.weight(r.Name)
	case plan.Arg:
		if w, ok := x.e.arrays[r.Name]; ok {
			return w.tensor(), nil
		}
		i := slices.IndexFunc(x.e.plan.Params, func(p Param) bool { return p.Name == r.Name })
		if i < 0 {
			return Tensor{}, fmt.Errorf("the plan has no parameter %q", r.Name)
		}
		if !x.e.plan.Params[i].At(int64(x.v.run.began + x.v.step)) {
			return Scalar(false), nil
		}
		return x.e.args[i], nil
	}
	if t, ok := x.values[r.Name]; ok {
		return t, nil
	}
	n := x.maker(r)
	if n == nil {
		return Tensor{}, fmt.Errorf("no node of the plan makes %q", r.Name)
	}
	if err := x.node(n); err != nil {
		return Tensor{}, err
	}
	return x.values[r.Name], nil
}

// node computes one node.
func (x *planRun) node(n *Node) error {
	in := make([]Tensor, len(n.In))
	for i, r := range n.In {
		t, err := x.value(r)
		if err != nil {
			return err
		}
		in[i] = t
	}
	var out []Tensor
	var err error
	switch n.Op {
	case plan.If:
		b := n.Else
		if in[0].Bool() {
			b = n.Then
		}
		for i := range b.Out {
			r, err := x.branch(b, i)
			if err != nil {
				return err
			}
			t, err := x.value(r)
			if err != nil {
				return err
			}
			out = append(out, t)
		}
	case plan.Fit:
		out = in[:1]
	case opCall:
		var c callOf
		if c, err = readCall(*n); err != nil {
			return err
		}
		m, ok := x.v.run.in.modules[pathOf(c.module)]
		if !ok {
			return fmt.Errorf("the model has no module %q", c.module)
		}
		var t Tensor
		if t, err = x.v.run.call(m, in[0], AllRows); err != nil {
			return err
		}
		out = []Tensor{t}
	default:
		if out, err = compute(n.Op, ops.Attrs(n.Attrs), in); err != nil {
			return misuse("NN3114", "%s, line %d: %v", x.e.plan.Name, n.Line, err)
		}
	}
	for i, name := range n.Out {
		x.values[name] = out[i]
	}
	return nil
}

// branch computes the nodes of a branch and says what its i-th value is.
func (x *planRun) branch(b *plan.Body, i int) (Ref, error) {
	for k := range b.Nodes {
		if _, done := x.values[b.Nodes[k].Out[0]]; done {
			continue
		}
		if err := x.node(&b.Nodes[k]); err != nil {
			return Ref{}, err
		}
	}
	return b.Out[i], nil
}
