package shapes

import "github.com/nngen-go/nngen/internal/tensor"

// arithmetic is an elementwise operator that is also followed on elements.
func arithmetic(c *call, f func(a, b tensor.Dim) tensor.Dim) []tensor.Type {
	out := elementwise(c)
	c.zip(f)
	return out
}

// zip applies f to the followed elements of both inputs, the shorter repeated.
func (c *call) zip(f func(a, b tensor.Dim) tensor.Dim) {
	a, okA := c.value(0)
	b, okB := c.value(1)
	if !okA || !okB || len(a) == 0 || len(b) == 0 || len(a) != len(b) && len(a) != 1 && len(b) != 1 {
		return
	}
	out := make([]tensor.Dim, max(len(a), len(b)))
	for i := range out {
		out[i] = f(a[i%len(a)], b[i%len(b)])
	}
	c.set(out)
}

func add(c *call) []tensor.Type { return arithmetic(c, tensor.Dim.Add) }
func sub(c *call) []tensor.Type { return arithmetic(c, tensor.Dim.Sub) }
func mul(c *call) []tensor.Type { return arithmetic(c, tensor.Dim.Mul) }

func div(c *call) []tensor.Type {
	return arithmetic(c, func(a, b tensor.Dim) tensor.Dim {
		n, ok := b.Const()
		if !ok {
			return quotient([]tensor.Dim{a}, []tensor.Dim{b})
		}
		if k, isConst := a.Const(); isConst && n > 0 && k >= 0 {
			return tensor.N(k / n)
		}
		return a.Div(n)
	})
}

func neg(c *call) []tensor.Type {
	if v, ok := c.value(0); ok {
		out := make([]tensor.Dim, len(v))
		for i, d := range v {
			out[i] = tensor.N(0).Sub(d)
		}
		c.set(out)
	}
	return sameAsFirst(c)
}

func minimum(c *call) []tensor.Type {
	return arithmetic(c, pick(func(a, b int64) bool { return a <= b }))
}

func maximum(c *call) []tensor.Type {
	return arithmetic(c, pick(func(a, b int64) bool { return a >= b }))
}

// pick chooses between two elements where the difference has one sign for all
// sizes; sizes are at least zero.
func pick(first func(a, b int64) bool) func(a, b tensor.Dim) tensor.Dim {
	return func(a, b tensor.Dim) tensor.Dim {
		if a.Equal(b) {
			return a
		}
		diff := a.Sub(b)
		if n, ok := diff.Const(); ok {
			if first(n, 0) {
				return a
			}
			return b
		}
		if positive(diff) {
			if first(1, 0) {
				return a
			}
			return b
		}
		if neg := b.Sub(a); positive(neg) {
			if first(0, 1) {
				return a
			}
			return b
		}
		return tensor.Unknown
	}
}

// equal compares; sizes are never negative, which decides the comparison with -1
// that exporters build around Expand.
func equal(c *call) []tensor.Type {
	out := comparison(c)
	c.zip(func(a, b tensor.Dim) tensor.Dim {
		if a.Equal(b) {
			return tensor.N(1)
		}
		if n, ok := a.Sub(b).Const(); ok && n != 0 {
			return tensor.N(0)
		}
		if negative(a) && positive(b) || negative(b) && positive(a) {
			return tensor.N(0)
		}
		return tensor.Unknown
	})
	return out
}

func negative(d tensor.Dim) bool {
	n, ok := d.Const()
	return ok && n < 0
}

func where(c *call) []tensor.Type {
	shape := c.broadcastAll(0)
	cond, ok := c.value(0)
	a, okA := c.value(1)
	b, okB := c.value(2)
	if ok && okA && okB && len(cond) > 0 && len(a) > 0 && len(b) > 0 {
		out := make([]tensor.Dim, max(len(cond), len(a), len(b)))
		for i := range out {
			x, y := a[i%len(a)], b[i%len(b)]
			switch cond[i%len(cond)] {
			case tensor.N(1):
				out[i] = x
			case tensor.N(0):
				out[i] = y
			default:
				out[i] = tensor.Unknown
				if x.Equal(y) {
					out[i] = x
				}
			}
		}
		c.set(out)
	}
	return of(c.t(1).DType, shape)
}

func cast(c *call) []tensor.Type {
	if v, ok := c.value(0); ok {
		c.set(v)
	}
	return of(tensor.DType(c.int("to", 0)), c.t(0).Shape.Clone())
}

func castLike(c *call) []tensor.Type {
	if v, ok := c.value(0); ok {
		c.set(v)
	}
	return of(c.t(1).DType, c.t(0).Shape.Clone())
}

func constant(c *call) []tensor.Type {
	name := c.n.Outputs[0]
	for _, a := range c.n.Attrs {
		switch a.Name {
		case "value":
			if a.T != nil {
				c.p.constant(name, a.T)
			}
		case "value_int":
			c.set(numbers([]int64{a.I}))
			return of(tensor.Int64, tensor.Shape{})
		case "value_ints":
			c.set(numbers(a.Ints))
			return of(tensor.Int64, tensor.Dims(int64(len(a.Ints))))
		case "value_float":
			return of(tensor.Float32, tensor.Shape{})
		case "value_floats":
			return of(tensor.Float32, tensor.Dims(int64(len(a.Floats))))
		}
	}
	return one(c.p.types[name])
}

func constantOfShape(c *call) []tensor.Type {
	dtype, fill := tensor.Float32, tensor.N(0)
	if a := c.attr("value"); a != nil && a.T != nil {
		dtype = tensor.DType(a.T.DType)
		fill = tensor.Unknown
		if ints, err := a.T.Int64s(); err == nil && len(ints) == 1 {
			fill = tensor.N(ints[0])
		}
	}
	v, ok := c.value(0)
	if !ok {
		if n, isConst := rank1(c.t(0).Shape); isConst {
			return of(dtype, unknowns(int(n)))
		}
		return of(dtype, nil)
	}
	if dtype.IsInt() || dtype == tensor.Bool {
		if n, isConst := elements(v); isConst && len(v) <= 1 && n <= maxValues {
			out := make([]tensor.Dim, n)
			for i := range out {
				out[i] = fill
			}
			c.set(out)
		}
	}
	return of(dtype, append(tensor.Shape{}, v...))
}

// rank1 is the constant length of a vector.
func rank1(s tensor.Shape) (int64, bool) {
	if len(s) != 1 {
		return 0, false
	}
	n, ok := s[0].Const()
	return n, ok && n >= 0 && n <= maxValues
}

// elements is the constant number of elements of a shape.
func elements(s []tensor.Dim) (int64, bool) {
	n := int64(1)
	for _, d := range s {
		k, ok := d.Const()
		if !ok || k < 0 || k > 1<<31 {
			return 0, false
		}
		if n *= k; n > 1<<40 {
			return 0, false
		}
	}
	return n, true
}

func shapeOf(c *call) []tensor.Type {
	s := c.t(0).Shape
	if s == nil {
		return of(tensor.Int64, unknowns(1))
	}
	lo, hi := clampRange(c.int("start", 0), c.int("end", int64(len(s))), len(s))
	v := append([]tensor.Dim{}, s[lo:hi]...)
	c.set(v)
	return of(tensor.Int64, tensor.Dims(int64(len(v))))
}

func clampRange(lo, hi int64, n int) (int, int) {
	clamp := func(x int64) int {
		if x < 0 {
			x += int64(n)
		}
		return int(min(max(x, 0), int64(n)))
	}
	a, b := clamp(lo), clamp(hi)
	return a, max(a, b)
}

func sizeOf(c *call) []tensor.Type {
	if s := c.t(0).Shape; s != nil {
		n := tensor.N(1)
		for _, d := range s {
			n = n.Mul(d)
		}
		c.set([]tensor.Dim{n})
	}
	return of(tensor.Int64, tensor.Shape{})
}

func rangeOf(c *call) []tensor.Type {
	out := tensor.Unknown
	start, okA := c.value(0)
	limit, okB := c.value(1)
	step, okC := c.consts(2)
	if okA && okB && okC && len(start) == 1 && len(limit) == 1 && len(step) == 1 {
		span := limit[0].Sub(start[0])
		switch n, isConst := span.Const(); {
		case step[0] == 1 && !isConst:
			out = span
		case isConst && step[0] != 0:
			out = tensor.N(max(0, ceilDiv(n, step[0])))
		case step[0] > 1:
			out = span.Div(step[0])
		}
	}
	return of(c.t(0).DType, tensor.Shape{out})
}

func ceilDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a > 0) == (b > 0) {
		q++
	}
	return q
}
