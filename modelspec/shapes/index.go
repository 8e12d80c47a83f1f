package shapes

import (
	"math"

	"github.com/nngen-go/nngen/internal/tensor"
)

func slice(c *call) []tensor.Type {
	t := c.t(0)
	if t.Shape == nil {
		return of(t.DType, nil)
	}
	starts, ok1 := c.value(1)
	ends, ok2 := c.value(2)
	axes, ok3 := c.consts(3)
	steps, ok4 := c.consts(4)
	if !c.has(3) {
		ok3 = true
		for i := range starts {
			axes = append(axes, int64(i))
		}
	}
	if !c.has(4) {
		ok4 = true
		steps = nil
	}
	if !ok3 || ok1 && len(starts) != len(axes) {
		return of(t.DType, unknowns(len(t.Shape)))
	}
	out := t.Shape.Clone()
	for i, a := range axes {
		k, err := t.Shape.Axis(a)
		if err != nil {
			return of(t.DType, nil)
		}
		out[k] = tensor.Unknown
		if ok1 && ok2 && ok4 && i < len(ends) {
			step := int64(1)
			if i < len(steps) {
				step = steps[i]
			}
			out[k] = sliced(t.Shape[k], starts[i], ends[i], step)
		}
	}
	sliceValues(c, starts, ends, steps)
	return of(t.DType, out)
}

// sliced is the length of d[lo:hi:step]. Symbolic bounds are taken to lie inside,
// as exported slices of masks and caches do.
func sliced(d, lo, hi tensor.Dim, step int64) tensor.Dim {
	if step < 0 {
		if n, ok := lo.Const(); ok && n == -1 && step == -1 {
			if e, isConst := hi.Const(); isConst && e < -math.MaxInt32 {
				return d
			}
		}
		return tensor.Unknown
	}
	from, to := bound(d, lo), bound(d, hi)
	if n, ok := hi.Const(); ok && n >= math.MaxInt32 {
		to = d
	}
	if n, ok := d.Const(); ok { // clamp what is known
		from, to = clampTo(from, n), clampTo(to, n)
	}
	length := to.Sub(from)
	if n, ok := length.Const(); ok {
		return tensor.N(max(0, ceilDiv(max(n, 0), step)))
	}
	if step == 1 {
		return length
	}
	return length.Div(step)
}

func bound(d, b tensor.Dim) tensor.Dim {
	if n, ok := b.Const(); ok && n < 0 {
		return d.Add(b)
	}
	for _, t := range knownTerms(b) {
		if t.k > 0 {
			return b
		}
	}
	if b.Known() && len(b.Symbols()) > 0 { // all terms negative: counted from the end
		return d.Add(b)
	}
	return b
}

func knownTerms(d tensor.Dim) []term {
	if !d.Known() {
		return nil
	}
	return termsOf(d)
}

func clampTo(d tensor.Dim, n int64) tensor.Dim {
	if k, ok := d.Const(); ok {
		return tensor.N(min(max(k, 0), n))
	}
	return d
}

func sliceValues(c *call, starts, ends []tensor.Dim, steps []int64) {
	v, ok := c.value(0)
	if !ok || len(starts) != 1 || len(ends) != 1 || len(c.t(0).Shape) != 1 {
		return
	}
	lo, okLo := starts[0].Const()
	hi, okHi := ends[0].Const()
	if !okLo || !okHi {
		return
	}
	step := int64(1)
	if len(steps) == 1 {
		step = steps[0]
	}
	if step == -1 && lo == -1 {
		out := make([]tensor.Dim, 0, len(v))
		for i := len(v) - 1; i >= 0; i-- {
			out = append(out, v[i])
		}
		c.set(out)
		return
	}
	if step != 1 {
		return
	}
	a, b := clampRange(lo, hi, len(v))
	c.set(v[a:b])
}

func gather(c *call) []tensor.Type {
	data, idx := c.t(0), c.t(1)
	if data.Shape == nil || idx.Shape == nil {
		return of(data.DType, nil)
	}
	axis, err := data.Shape.Axis(c.int("axis", 0))
	if err != nil {
		return of(data.DType, nil)
	}
	out := append(tensor.Shape{}, data.Shape[:axis]...)
	out = append(append(out, idx.Shape...), data.Shape[axis+1:]...)
	v, ok := c.value(0)
	at, okAt := c.consts(1)
	if ok && okAt && len(data.Shape) == 1 {
		picked := make([]tensor.Dim, len(at))
		for i, k := range at {
			if k < 0 {
				k += int64(len(v))
			}
			if k < 0 || k >= int64(len(v)) {
				return of(data.DType, out)
			}
			picked[i] = v[k]
		}
		c.set(picked)
	}
	return of(data.DType, out)
}

func gatherElements(c *call) []tensor.Type { return of(c.t(0).DType, c.t(1).Shape.Clone()) }

func gatherND(c *call) []tensor.Type {
	data, idx := c.t(0), c.t(1)
	b := int(c.int("batch_dims", 0))
	if data.Shape == nil || len(idx.Shape) == 0 {
		return of(data.DType, nil)
	}
	depth, ok := idx.Shape[len(idx.Shape)-1].Const()
	if !ok || b+int(depth) > len(data.Shape) || depth < 0 {
		return of(data.DType, nil)
	}
	out := idx.Shape[:len(idx.Shape)-1].Clone()
	return of(data.DType, append(out, data.Shape[b+int(depth):]...))
}

func topK(c *call) []tensor.Type {
	t := c.t(0)
	s := t.Shape.Clone()
	if axis, err := s.Axis(c.int("axis", -1)); err == nil {
		s[axis] = tensor.Unknown
		if v, ok := c.value(1); ok && len(v) == 1 {
			s[axis] = v[0]
		}
	}
	return []tensor.Type{{DType: t.DType, Shape: s}, {DType: tensor.Int64, Shape: s.Clone()}}
}

func oneHot(c *call) []tensor.Type {
	s := c.t(0).Shape
	if s == nil {
		return of(c.t(2).DType, nil)
	}
	depth := tensor.Unknown
	if v, ok := c.value(1); ok && len(v) == 1 {
		depth = v[0]
	}
	axis := c.int("axis", -1)
	if axis < 0 {
		axis += int64(len(s)) + 1
	}
	if axis < 0 || axis > int64(len(s)) {
		return of(c.t(2).DType, nil)
	}
	out := append(s[:axis].Clone(), depth)
	return of(c.t(2).DType, append(out, s[axis:]...))
}

func nonZero(c *call) []tensor.Type {
	if s := c.t(0).Shape; s != nil {
		return of(tensor.Int64, tensor.Shape{tensor.N(int64(len(s))), tensor.Unknown})
	}
	return of(tensor.Int64, unknowns(2))
}

func reduce(c *call) []tensor.Type {
	t := c.t(0)
	if v, ok := c.value(0); ok && c.n.Op == "ReduceProd" {
		c.set([]tensor.Dim{product(v)})
	}
	axes, ok := c.axesArg("axes", 1)
	return of(t.DType, c.reduced(axes, ok))
}

// reduced drops axes, or makes them 1; no axes are all of them.
func (c *call) reduced(axes []int64, known bool) tensor.Shape {
	t := c.t(0)
	keep := c.int("keepdims", 1) == 1
	if t.Shape == nil {
		return nil
	}
	if !known && c.has(1) {
		if keep {
			return unknowns(len(t.Shape))
		}
		return nil
	}
	if len(axes) == 0 && c.int("noop_with_empty_axes", 0) == 1 {
		return t.Shape.Clone()
	}
	gone := map[int]bool{}
	for _, a := range axes {
		if k, err := t.Shape.Axis(a); err == nil {
			gone[k] = true
		}
	}
	out := tensor.Shape{}
	for i, d := range t.Shape {
		switch {
		case len(axes) > 0 && !gone[i]:
			out = append(out, d)
		case keep:
			out = append(out, tensor.N(1))
		}
	}
	return out
}

func argReduce(c *call) []tensor.Type {
	return of(tensor.Int64, c.reduced([]int64{c.int("axis", 0)}, true))
}
