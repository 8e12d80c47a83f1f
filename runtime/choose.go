package nn

import (
	"fmt"
	"math"
	"slices"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
)

// integer is what Go allows as an index.
type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// Choose is the index of a module that is chosen when a trace runs, as an input
// of the graph. It panics as Go does where an index is out of range of n modules.
// Generated code calls it.
func Choose[T integer](i T, n int) int64 {
	_ = make([]struct{}, n)[i]
	return int64(i)
}

// noChoice is the choice of no module: the index is out of range, which Go says
// itself where the program comes to it.
const noChoice = math.MinInt64

// Chosen is Choose for a place ahead of the one where Go checks the index: out of
// range it chooses nothing. Generated code calls it.
func Chosen[T integer](i T, n int) int64 {
	if i < 0 || uint64(i) >= uint64(n) {
		return noChoice
	}
	return int64(i)
}

// Span checks the bounds of a loop over the modules lo to hi-1 of n, and panics
// as Go does where the first index that the loop comes to is out of range.
// Generated code calls it.
func Span(lo, hi, n int) {
	all := make([]struct{}, n)
	if lo < hi && (lo < 0 || lo >= n) {
		_ = all[lo]
	}
	if lo < hi && hi > n {
		_ = all[n]
	}
}

// argOf gives a parameter of the plan.
func (c *Compiled) argOf(args []Tensor, name string) (Tensor, bool) {
	i := slices.IndexFunc(c.plan.Params, func(p Param) bool { return p.Name == name })
	if i < 0 || i >= len(args) || args[i].h == nil {
		return Tensor{}, false
	}
	return args[i], true
}

// choiceOf reads a parameter that picks one of several.
func (c *Compiled) choiceOf(args []Tensor, name string) (int64, error) {
	t, ok := c.argOf(args, name)
	if !ok || t.h.dtype != tensor.Int64 || t.Len() != 1 {
		return 0, misuse("NN3131", "parameter %s of %s picks a module: it is an int64 of one element", name, c.plan.Name)
	}
	return t.Int(), nil
}

// checkChoices checks that every choice picks a module that there is, and that
// what was picked leaves reads and writes in the order of the run.
func (c *Compiled) checkChoices(args []Tensor) error {
	for _, ch := range c.plan.Choices {
		n, err := c.choiceOf(args, ch.Param)
		if err != nil {
			return err
		}
		if n != noChoice && (n < 0 || n >= int64(len(ch.Of))) {
			return c.atLine("NN3130", ch.File, ch.Line, "%s is %d, but there are %d modules to choose from", ch.Param, n, len(ch.Of))
		}
	}
	for _, o := range c.plan.Orders {
		if err := c.checkOrder(args, o); err != nil {
			return err
		}
	}
	return nil
}

// checkOrder is the error that the interpreter gives for a write that comes too late.
func (c *Compiled) checkOrder(args []Tensor, o plan.Order) error {
	first, firstAt, ok := c.momentOf(args, o.First)
	if !ok {
		return nil
	}
	then, thenAt, ok := c.momentOf(args, o.Then)
	if !ok || first <= then {
		return nil
	}
	verb := "read"
	switch {
	case o.First.Skip:
		verb = "skipped"
	case o.First.Write:
		verb = "written"
	}
	done := "written"
	if o.Then.Skip {
		done = "skipped"
	}
	e := fault("NN3102", "%s cannot be %s any more: %s, which comes later in the run, was already %s in line %d",
		thenAt, done, firstAt, verb, o.First.Line)
	e.Hint = "choose a module that comes no earlier in the run than the other"
	return c.place(e, o.Then.File, o.Then.Line)
}

// momentOf is when an access happens in this run; false: it does not.
func (c *Compiled) momentOf(args []Tensor, a plan.Access) (moment int, at string, happens bool) {
	if a.When != "" {
		if t, ok := c.argOf(args, a.When); ok && t.h.dtype == tensor.Bool && t.Len() == 1 && !t.Bool() {
			return 0, "", false
		}
	}
	i := int64(0)
	if a.Choice != "" {
		n, err := c.choiceOf(args, a.Choice)
		if err != nil {
			return 0, "", false
		}
		i = n
	}
	if i < 0 || i >= int64(len(a.Moments)) || i >= int64(len(a.At)) {
		return 0, "", false
	}
	return a.Moments[i], a.At[i], true
}

// choiceName is the output of one candidate of a tap.
func choiceName(tap, candidate int) string { return fmt.Sprintf("%s.%d", tapName(tap), candidate) }

// outputsOf are the outputs that a run fetches, taps from the n-th on: of a tap
// with choices, the one that was chosen.
func (c *Compiled) outputsOf(outputs []string, from int, args []Tensor) ([]string, error) {
	if !slices.ContainsFunc(c.plan.Taps, func(t Tap) bool { return len(t.Choices) > 0 }) {
		return outputs, nil
	}
	out := slices.Clone(outputs)
	for i, t := range c.plan.Taps {
		if len(t.Choices) == 0 {
			continue
		}
		n, err := c.choiceOf(args, t.Choice)
		if err != nil {
			return nil, err
		}
		if n == noChoice {
			n = 0 // Go fails before it looks
		}
		if n < 0 || n >= int64(len(t.Choices)) {
			return nil, c.atLine("NN3130", t.File, t.Line, "%s is %d, but there are %d modules to choose from", t.Choice, n, len(t.Choices))
		}
		out[from+i] = choiceName(i, int(n))
	}
	return out, nil
}

// tapOutputs are the outputs by which a tap leaves a graph: one, or one for each
// candidate of a choice. single: what was chosen is picked in the graph, for
// those who run it without this package.
func (sp *splice) tapOutputs(i int, t Tap, single bool) (names []string, values []ops.Operand, err error) {
	if len(t.Choices) == 0 {
		v, err := sp.operand(t.Value)
		return []string{tapName(i)}, []ops.Operand{v}, err
	}
	for k, r := range t.Choices {
		v, err := sp.operand(r)
		if err != nil {
			return nil, nil, err
		}
		names, values = append(names, choiceName(i, k)), append(values, v)
	}
	if !single {
		return names, values, nil
	}
	value := t.Choices[0]
	for k, r := range t.Choices[1:] {
		name := func(what string) string { return fmt.Sprintf("nngen.%s.%d.%d", what, i, k+1) }
		number, is, picked := name("number"), name("is"), name("picked")
		for _, n := range []Node{
			{Op: "Const", Out: []string{number}, Attrs: map[string]any{"dtype": tensor.Int64.String(), "value": int64(k + 1)}},
			{Op: "Eq", In: []Ref{Arg(t.Choice), Val(number)}, Out: []string{is}},
			{
				Op: plan.If, In: []Ref{Val(is)}, Out: []string{picked}, Types: []Type{values[0].Type}, Line: t.Line,
				Then: &Body{Out: []Ref{r}}, Else: &Body{Out: []Ref{value}},
			},
		} {
			if err := sp.node(n); err != nil {
				return nil, nil, err
			}
		}
		value = Val(picked)
	}
	v, err := sp.operand(value)
	return []string{tapName(i)}, []ops.Operand{v}, err
}
