package nn

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// opCall is the plan node that runs a module on another value.
const opCall = "Call"

// callOf is what a Call node says.
type callOf struct {
	module, input, output string
	sides                 []string // model tensors that other operands stand for
	written               []string // those of them that the plan writes
	rows                  int      // invoke, or AllRows
}

func readCall(n Node) (callOf, error) {
	a := ops.Attrs(n.Attrs)
	c := callOf{module: a.String("module"), input: a.String("input"), output: a.String("output"), rows: int(a.Int("rows", AllRows))}
	if s := a.String("sides"); s != "" {
		c.sides = strings.Split(s, "\n")
	}
	if s := a.String("written"); s != "" {
		c.written = strings.Split(s, "\n")
	}
	if len(n.In) != 1+len(c.sides) || len(n.Out) != 1 {
		return c, fmt.Errorf("a call of %s has %d operands and %d results, %d and 1 expected", c.module, len(n.In), len(n.Out), 1+len(c.sides))
	}
	return c, nil
}

// call copies the nodes of a module. They are taken from the untouched model: a
// call fires no points, so it does not see what the plan writes inside.
func (sp *splice) call(n Node, in []ops.Operand) error {
	c, err := readCall(n)
	if err != nil {
		return err
	}
	c, in = takenSides(sp.s, c, in)
	if sp.clean == nil {
		sp.clean = onnx.NewIndex(sp.s.file.Model.Clone().Graph)
	}
	instead := map[string]string{}
	if c.rows != AllRows {
		if err := sp.narrowInputs(c.rows, instead); err != nil {
			return err
		}
	}
	stop := append([]string{c.input}, c.sides...)
	if declared := sp.s.typeOf(sp.p, c.input); sameRank(declared, in[0].Type) {
		for _, src := range sp.s.callShapes(declared, c.output, stop) {
			instead[src.output] = src.emit(sp.e, in[0].Name)
		}
	}
	instead[c.input] = in[0].Name
	for i, side := range c.sides {
		instead[side] = in[1+i].Name
	}
	prefix := fmt.Sprintf("%s%d/", callPrefix, sp.calls)
	sp.calls++
	out, err := copyBetween(sp.clean, sp.e, instead, c.output, prefix)
	if err != nil {
		return fmt.Errorf("call of %s: %w", c.module, err)
	}
	given := make([]tensor.Type, len(in))
	for i, x := range in {
		given[i] = x.Type
	}
	sp.values[n.Out[0]] = ops.Operand{Name: out, Type: sp.s.callType(sp.p, c, given)}
	return nil
}

// sameRank reports whether both ranks are known and the same.
func sameRank(a, b tensor.Type) bool {
	return a.Shape.RankKnown() && b.Shape.RankKnown() && len(a.Shape) == len(b.Shape)
}

// copyBetween copies from one graph into another what leads from the replaced
// values to output, and gives the name of the copy of output.
func copyBetween(from *onnx.Index, to *emitter, instead map[string]string, output, prefix string) (string, error) {
	for _, name := range instead {
		_, made := from.Producer(name)
		if !made && from.Input(name) == nil && from.Initializer(name) == nil {
			from.AddInput(onnx.NewValue(name, tensor.Float32))
		}
	}
	before := len(from.Graph().Nodes)
	names, err := from.CloneBetween(instead, []string{output}, prefix)
	if err != nil {
		return "", err
	}
	if names[output] == output {
		return "", fmt.Errorf("its output does not depend on its input")
	}
	to.insert(from.Graph().Nodes[before:]...)
	return names[output], nil
}

// narrowInputs cuts an invoke's rows out of the graph inputs, for the parts of
// the copy that compute shapes and masks from them.
func (sp *splice) narrowInputs(invoke int, instead map[string]string) error {
	narrow, _ := ops.Lookup("NarrowRows")
	for _, in := range sp.s.info.Inputs {
		axis, scale, ok := batchAxis(in.typ().Shape, sp.s.info.Batch)
		if !ok || sp.rows == nil {
			continue
		}
		attrs := ops.Attrs{"invoke": int64(invoke), "axis": int64(axis), "scale": scale}
		names, err := narrow.Lower(sp.e, []ops.Operand{{Name: in.Name, Type: in.typ()}, *sp.rows}, attrs)
		if err != nil {
			return err
		}
		instead[in.Name] = names[0]
	}
	return nil
}

// takenSides leaves out the sides that follow from sizes alone, and the operands
// that stand for them: the copy computes them for the sizes of its argument. What
// was written is taken as it is.
func takenSides[V any](s *Session, c callOf, in []V) (callOf, []V) {
	sides := c.sides
	c.sides = nil
	taken := []V{in[0]}
	argument, _ := s.specType(c.input)
	for i, side := range sides {
		if slices.Contains(c.written, side) || !s.sizesOnly(side, argument) {
			c.sides = append(c.sides, side)
			taken = append(taken, in[1+i])
		}
	}
	return c, taken
}

// sizesOnly reports whether a tensor follows from sizes that an argument of the
// given type has, and from nothing else: a causal mask, a table of positions.
func (s *Session) sizesOnly(name string, argument tensor.Type) bool {
	key := name + " " + argument.Shape.String()
	known, _ := s.sized.LoadOrStore(key, sync.OnceValue(func() bool { return s.followsFromSizes(name, argument) }))
	return known.(func() bool)()
}

func (s *Session) followsFromSizes(name string, argument tensor.Type) bool {
	ix, axes := s.index(), symbolAxes(argument)
	seen := map[string]bool{}
	for list := []string{name}; len(list) > 0; {
		at := list[len(list)-1]
		list = list[:len(list)-1]
		if seen[at] || at == "" || ix.Initializer(at) != nil {
			continue
		}
		seen[at] = true
		n := ix.ProducerNode(at)
		switch {
		case n == nil, n.HasBody():
			return false
		case n.Op == "Shape" && n.Domain == "":
			if _, ok := s.shapeDims(n, axes); !ok {
				list = append(list, n.Inputs...) // which may itself follow from sizes
			}
		default:
			list = append(list, n.Inputs...)
		}
	}
	return true
}

// callFits compares the sizes of a call's argument with those of what the module
// takes besides: where both are known they are equal, or one broadcasts.
func callFits(c callOf, typeOf func(string) tensor.Type, given []tensor.Type) error {
	sizes, _ := matchDims(typeOf(c.input).Shape, given[0].Shape)
	for i, side := range c.sides {
		others, _ := matchDims(typeOf(side).Shape, given[1+i].Shape)
		for symbol, d := range others {
			a, ok := sizes[symbol].Const()
			b, known := d.Const()
			if ok && known && a != b && a != 1 && b != 1 {
				return fmt.Errorf("%s is called on a value with %s %d, but takes %q of the run besides, where it is %d: call it on a value of the run's own sizes",
					modelspec.PathName(c.module), symbol, a, side, b)
			}
		}
	}
	return nil
}

// callType is the type of a module's output when its input has another type: the
// sizes that the two inputs' shapes give to symbols are put into the output's.
// What the sides say of the same symbols is broadcast with it. given are the
// types of the argument and of the sides.
func (s *Session) callType(p *Plan, c callOf, given []tensor.Type) tensor.Type {
	in, out := s.typeOf(p, c.input), s.typeOf(p, c.output)
	sizes, ok := matchDims(in.Shape, given[0].Shape)
	if !ok || !out.Shape.RankKnown() {
		return tensor.Type{DType: out.DType}
	}
	for i, side := range c.sides {
		others, _ := matchDims(s.typeOf(p, side).Shape, given[1+i].Shape)
		for symbol, d := range others {
			if own, ok := sizes[symbol]; ok {
				sizes[symbol] = broadcastDim(own, d)
			}
		}
	}
	t := tensor.Type{DType: out.DType, Shape: make(tensor.Shape, len(out.Shape))}
	for i, d := range out.Shape {
		t.Shape[i] = substitute(d, sizes)
	}
	return t
}

// broadcastDim is what two sizes of one axis come to together.
func broadcastDim(a, b tensor.Dim) tensor.Dim {
	switch {
	case a == b, b == "1", !b.Known() && a != "1":
		return a
	case a == "1":
		return b
	}
	return tensor.Unknown
}

// matchDims finds what each plain symbol of a shape is in another of equal rank,
// and what a product such as batch*seq is as a whole.
func matchDims(declared, got tensor.Shape) (map[string]tensor.Dim, bool) {
	if declared == nil || got == nil || len(declared) != len(got) {
		return nil, false
	}
	sizes := map[string]tensor.Dim{}
	for i, d := range declared {
		if len(d.Symbols()) > 0 {
			sizes[string(d)] = got[i]
		}
	}
	return sizes, true
}

// substitute puts sizes in the place of a dimension's symbols, where it is a
// multiple of one; others are left to the run.
func substitute(d tensor.Dim, sizes map[string]tensor.Dim) tensor.Dim {
	syms := d.Symbols()
	if len(syms) == 0 {
		return d
	}
	if to, ok := sizes[string(d)]; ok {
		return to
	}
	if len(syms) == 1 {
		if k, ok := d.Coefficient(syms[0]); ok {
			if to, ok := sizes[syms[0]]; ok {
				return to.Mul(tensor.N(k))
			}
		}
	}
	return tensor.Unknown
}
