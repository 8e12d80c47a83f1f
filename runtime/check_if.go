package nn

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
)

// conditional checks an If node: the branch that this run takes must be right;
// what is wrong with the other is of no account, but then the next run has to be
// checked again, whatever its shapes. Where a step of mid-run decides, a branch
// that is wrong is left to the check that follows that step.
func (k *checker) conditional(n Node) error {
	taken, known := k.truth(n.In[0])
	awaited := !known && k.awaits(n.In[0])
	then, errThen := k.branch(n.Then)
	els, errElse := k.branch(n.Else)
	if errThen != nil || errElse != nil {
		k.passing = true
		k.doubts = k.doubts || awaited
	}
	if errThen != nil && (taken || !known) && (!awaited || errElse != nil) {
		return errThen
	}
	if errElse != nil && !taken && !awaited {
		return errElse
	}
	for i, name := range n.Out {
		t := k.known(n.Types[i]) // what holds of either
		switch {
		case errElse != nil, known && taken:
			t = then[i]
		case errThen != nil, known:
			t = els[i]
		case then[i].Shape.Equal(els[i].Shape):
			t = then[i]
		case awaited && then[i].Shape.Differs(els[i].Shape):
			k.doubts = true
			t = either(then[i], els[i])
		case n.Types[i].Shape.RankKnown() && then[i].Shape.Differs(els[i].Shape):
			return fmt.Errorf("the value is %s where the condition holds and %s elsewhere", then[i], els[i])
		}
		if errThen == nil && errElse == nil && !then[i].Shape.Equal(els[i].Shape) {
			k.passing = true
		}
		k.values[name] = t
		if err := k.count(n, t); err != nil {
			return err
		}
	}
	return nil
}

// either is what holds of two types of one dtype.
func either(a, b tensor.Type) tensor.Type {
	if !a.Shape.RankKnown() || len(a.Shape) != len(b.Shape) {
		return tensor.Type{DType: a.DType}
	}
	out := tensor.Type{DType: a.DType, Shape: a.Shape.Clone()}
	for i := range out.Shape {
		if a.Shape[i] != b.Shape[i] {
			out.Shape[i] = tensor.Unknown
		}
	}
	return out
}

// branch gives the types of what a branch gives.
func (k *checker) branch(b *plan.Body) ([]tensor.Type, error) {
	for _, n := range b.Nodes {
		if err := k.node(n); err != nil {
			return nil, &nodeError{n, err}
		}
	}
	out := make([]tensor.Type, len(b.Out))
	for i, r := range b.Out {
		out[i] = k.ref(r)
	}
	return out, nil
}

// truth is the value of a condition that parameters decide, or steps of mid-run
// that are over.
func (k *checker) truth(r Ref) (value, known bool) {
	switch r.Kind {
	case plan.Arg:
		if t, ok := k.given[r.Name]; ok && t.h.dtype == tensor.Bool && t.Len() == 1 {
			return t.Bool(), true
		}
	case plan.Result:
		if v, ok := k.told[r.Name]; ok {
			return v, true
		}
		if c, ok := k.picks[r.Name]; ok {
			n, known := k.chosen(c.param)
			return n == c.value, known
		}
		if n, ok := k.logic[r.Name]; ok {
			return k.combined(n)
		}
	}
	return false, false
}

// combined is the value of And, Or and Not.
func (k *checker) combined(n Node) (value, known bool) {
	a, knownA := k.truth(n.In[0])
	if n.Op == "Not" {
		return !a, knownA
	}
	b, knownB := k.truth(n.In[1])
	decides := n.Op == "Or" // the value of one that decides alone
	if knownA && a == decides || knownB && b == decides {
		return decides, true
	}
	return !decides, knownA && knownB
}

// awaits reports whether steps to come will tell the value of a condition.
func (k *checker) awaits(r Ref) bool {
	if _, known := k.truth(r); known {
		return true
	}
	if n, ok := k.logic[r.Name]; ok {
		return !slices.ContainsFunc(n.In, func(in Ref) bool { return !k.awaits(in) })
	}
	return r.Kind == plan.Result && slices.ContainsFunc(k.c.hooks, func(h hookNodeOf) bool { return slices.Contains(h.names, r.Name) })
}

// pick is a value of the plan that tells whether a choice is a certain one.
type pick struct {
	param string
	value int64
}

// note remembers the nodes that compare a choice with a constant.
func (k *checker) note(n Node) {
	a := ops.Attrs(n.Attrs)
	switch n.Op {
	case "Const":
		if v, ok := n.Attrs["value"].(int64); ok && a.String("dtype") == tensor.Int64.String() {
			k.consts[n.Out[0]] = v
		}
	case "And", "Or", "Not":
		k.logic[n.Out[0]] = n
	case "Eq":
		if v, ok := k.consts[n.In[1].Name]; ok && n.In[0].Kind == plan.Arg {
			k.picks[n.Out[0]] = pick{n.In[0].Name, v}
		}
	}
}

// chosen is the value of an integer parameter.
func (k *checker) chosen(name string) (int64, bool) {
	t, ok := k.given[name]
	if !ok || t.h.dtype != tensor.Int64 || t.Len() != 1 {
		return 0, false
	}
	return t.Int(), true
}
