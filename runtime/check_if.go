package nn

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
)

// conditional checks an If node: the branch that this run takes must be right;
// what is wrong with the other is of no account, but then the next run has to be
// checked again, whatever its shapes.
func (k *checker) conditional(n Node) error {
	taken, known := k.truth(n.In[0])
	then, errThen := k.branch(n.Then)
	els, errElse := k.branch(n.Else)
	if errThen != nil || errElse != nil {
		k.passing = true
	}
	if errThen != nil && (taken || !known) {
		return errThen
	}
	if errElse != nil && (!taken || !known) {
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

// branch gives the types of what a branch gives.
func (k *checker) branch(b *plan.Body) ([]tensor.Type, error) {
	for _, n := range b.Nodes {
		if err := k.node(n); err != nil {
			return nil, lineError{n.Line, err}
		}
	}
	out := make([]tensor.Type, len(b.Out))
	for i, r := range b.Out {
		out[i] = k.ref(r)
	}
	return out, nil
}

// lineError is an error of a node inside a branch, with the line it stands for.
type lineError struct {
	line int
	error
}

// truth is the value of a condition that parameters decide.
func (k *checker) truth(r Ref) (value, known bool) {
	switch r.Kind {
	case plan.Arg:
		if t, ok := k.given[r.Name]; ok && t.h.dtype == tensor.Bool && t.Len() == 1 {
			return t.Bool(), true
		}
	case plan.Result:
		if c, ok := k.picks[r.Name]; ok {
			n, known := k.chosen(c.param)
			return n == c.value, known
		}
	}
	return false, false
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
