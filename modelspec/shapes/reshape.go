package shapes

import "github.com/nngen-go/nngen/internal/tensor"

func reshape(c *call) []tensor.Type {
	t := c.t(0)
	target, ok := c.value(1)
	if !ok {
		if n, isConst := rank1(c.t(1).Shape); isConst {
			return of(t.DType, unknowns(int(n)))
		}
		return of(t.DType, nil)
	}
	if v, followed := c.value(0); followed && len(target) <= 1 {
		c.set(v)
	}
	return of(t.DType, reshapeTo(t.Shape, target, c.int("allowzero", 0) == 1))
}

// reshapeTo resolves 0 (the input's dimension) and the one -1, or the one
// unknown, that the number of elements determines.
func reshapeTo(in tensor.Shape, target []tensor.Dim, zeros bool) tensor.Shape {
	out := append(tensor.Shape{}, target...)
	open := -1
	for i, d := range target {
		switch n, isConst := d.Const(); {
		case isConst && n == 0 && !zeros:
			out[i] = tensor.Unknown
			if i < len(in) {
				out[i] = in[i]
			}
		case isConst && n == -1:
			open = i
			out[i] = tensor.Unknown
		}
	}
	unknown := 0
	for i, d := range out {
		if !d.Known() {
			unknown++
			if open < 0 {
				open = i
			}
		}
	}
	if unknown == 1 && open >= 0 && !out[open].Known() && in != nil {
		rest := append(append([]tensor.Dim{}, out[:open]...), out[open+1:]...)
		out[open] = quotient(in, rest)
	}
	return out
}

func flatten(c *call) []tensor.Type {
	t := c.t(0)
	if t.Shape == nil {
		return of(t.DType, unknowns(2))
	}
	lo, _ := clampRange(c.int("axis", 1), 0, len(t.Shape))
	return of(t.DType, tensor.Shape{product(t.Shape[:lo]), product(t.Shape[lo:])})
}

func product(dims []tensor.Dim) tensor.Dim {
	out := tensor.N(1)
	for _, d := range dims {
		out = out.Mul(d)
	}
	return out
}

func squeeze(c *call) []tensor.Type {
	t := c.t(0)
	if v, ok := c.value(0); ok {
		c.set(v)
	}
	if t.Shape == nil {
		return of(t.DType, nil)
	}
	axes, ok := c.axesArg("axes", 1)
	if !ok && c.has(1) {
		return of(t.DType, nil)
	}
	drop := map[int]bool{}
	for _, a := range axes {
		if k, err := t.Shape.Axis(a); err == nil {
			drop[k] = true
		}
	}
	out := tensor.Shape{}
	for i, d := range t.Shape {
		if ok && drop[i] || !ok && d == tensor.N(1) {
			continue
		}
		out = append(out, d)
	}
	return of(t.DType, out)
}

func unsqueeze(c *call) []tensor.Type {
	t := c.t(0)
	if v, ok := c.value(0); ok {
		c.set(v)
	}
	axes, ok := c.axesArg("axes", 1)
	if t.Shape == nil || !ok {
		return of(t.DType, nil)
	}
	rank := len(t.Shape) + len(axes)
	added := map[int]bool{}
	for _, a := range axes {
		if a < 0 {
			a += int64(rank)
		}
		added[int(a)] = true
	}
	out := tensor.Shape{}
	rest := t.Shape
	for i := 0; i < rank; i++ {
		switch {
		case added[i]:
			out = append(out, tensor.N(1))
		case len(rest) > 0:
			out, rest = append(out, rest[0]), rest[1:]
		}
	}
	return of(t.DType, out)
}

func transpose(c *call) []tensor.Type {
	t := c.t(0)
	if t.Shape == nil {
		return of(t.DType, nil)
	}
	perm := c.ints("perm")
	out := make(tensor.Shape, len(t.Shape))
	for i := range out {
		from := len(out) - 1 - i
		if len(perm) == len(out) {
			from = int(perm[i])
		}
		if from < 0 || from >= len(out) {
			return of(t.DType, unknowns(len(out)))
		}
		out[i] = t.Shape[from]
	}
	return of(t.DType, out)
}

func expand(c *call) []tensor.Type {
	t := c.t(0)
	target, ok := c.value(1)
	if !ok || t.Shape == nil {
		if n, isConst := rank1(c.t(1).Shape); isConst && t.Shape != nil {
			return of(t.DType, unknowns(max(int(n), len(t.Shape))))
		}
		return of(t.DType, nil)
	}
	if v, followed := c.value(0); followed && len(v) == 1 && len(target) == 1 {
		if n, isConst := target[0].Const(); isConst && n > 0 && n <= maxValues {
			c.set(repeat(v[0], int(n)))
		}
	}
	return of(t.DType, expandTo(t.Shape, target))
}

// expandTo is Expand's broadcast: unlike between two activations, a dimension of
// the target that is one for some sizes leaves the input's, so nothing is concluded
// from a difference but where the input's is 1.
func expandTo(in tensor.Shape, target []tensor.Dim) tensor.Shape {
	out := append(tensor.Shape{}, target...)
	for len(out) < len(in) {
		out = append(tensor.Shape{tensor.N(1)}, out...)
	}
	off := len(out) - len(in)
	for i, d := range in {
		at := &out[off+i]
		n, isConst := at.Const()
		switch {
		case d == tensor.N(1) && !(isConst && n == -1):
		case isConst && (n == 1 || n == -1), d.Equal(*at):
			*at = d
		case !at.Known():
			if k, fixed := d.Const(); fixed && k > 1 {
				*at = d
			}
		case !d.Known() && !isConst:
			*at = tensor.Unknown
		case !isConst:
			*at = d
		}
	}
	return out
}

func repeat(d tensor.Dim, n int) []tensor.Dim {
	out := make([]tensor.Dim, n)
	for i := range out {
		out[i] = d
	}
	return out
}

func tile(c *call) []tensor.Type {
	t := c.t(0)
	times, ok := c.value(1)
	if t.Shape == nil || !ok || len(times) != len(t.Shape) {
		if t.Shape != nil {
			return of(t.DType, unknowns(len(t.Shape)))
		}
		return of(t.DType, nil)
	}
	out := make(tensor.Shape, len(t.Shape))
	for i, d := range t.Shape {
		out[i] = d.Mul(times[i])
	}
	return of(t.DType, out)
}
