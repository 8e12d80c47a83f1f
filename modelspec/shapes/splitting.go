package shapes

import "github.com/nngen-go/nngen/internal/tensor"

func concat(c *call) []tensor.Type {
	var v []tensor.Dim
	followed := true
	for i := range c.n.Inputs {
		x, ok := c.value(i)
		if !ok || len(c.t(i).Shape) != 1 {
			followed = false
			break
		}
		v = append(v, x...)
	}
	if followed {
		c.set(v)
	}
	t := c.t(0)
	var out tensor.Shape
	for i := range c.in {
		s := c.in[i].Shape
		if s == nil || out != nil && len(s) != len(out) {
			return of(t.DType, nil)
		}
		axis, err := s.Axis(c.int("axis", 0))
		if err != nil {
			return of(t.DType, nil)
		}
		if out == nil {
			out = s.Clone()
			continue
		}
		for k, d := range s {
			if k == axis {
				out[k] = out[k].Add(d)
			} else {
				out[k] = c.p.same(out[k], d)
			}
		}
	}
	return of(t.DType, out)
}

func split(c *call) []tensor.Type {
	t := c.t(0)
	n := len(c.n.Outputs)
	outs := make([]tensor.Type, n)
	for i := range outs {
		outs[i].DType = t.DType
	}
	axis, err := t.Shape.Axis(c.int("axis", 0))
	if err != nil {
		return outs
	}
	sizes, ok := c.axesArg("split", 1)
	even := !ok && !c.has(1)
	for i := range outs {
		s := t.Shape.Clone()
		s[axis] = tensor.Unknown
		if ok && i < len(sizes) {
			s[axis] = tensor.N(sizes[i])
		} else if even {
			s[axis] = evenPart(t.Shape[axis], i, n)
		}
		outs[i].Shape = s
	}
	splitValues(c, sizes, ok)
	return outs
}

// evenPart is the i-th of n parts: all alike but the last, which may be smaller.
func evenPart(d tensor.Dim, i, n int) tensor.Dim {
	if k, ok := d.Const(); ok {
		size := ceilDiv(k, int64(n))
		return tensor.N(min(size, max(0, k-size*int64(i))))
	}
	return d.Div(int64(n))
}

func splitValues(c *call, sizes []int64, ok bool) {
	v, followed := c.value(0)
	if !followed {
		return
	}
	n := len(c.n.Outputs)
	for i, name := range c.n.Outputs {
		size := int64(len(v) / n)
		if ok && i < len(sizes) {
			size = sizes[i]
		}
		if size < 0 || int(size) > len(v) {
			return
		}
		c.p.values[name], v = v[:size], v[size:]
	}
}

func pad(c *call) []tensor.Type {
	t := c.t(0)
	if t.Shape == nil {
		return of(t.DType, nil)
	}
	pads, ok := c.value(1)
	axes, given := c.consts(3)
	if !given {
		axes = make([]int64, len(t.Shape))
		for i := range axes {
			axes[i] = int64(i)
		}
	}
	if !ok || c.has(3) && !given || len(pads) != 2*len(axes) {
		return of(t.DType, unknowns(len(t.Shape)))
	}
	out := t.Shape.Clone()
	for i, a := range axes {
		if k, err := t.Shape.Axis(a); err == nil {
			out[k] = out[k].Add(pads[i]).Add(pads[len(axes)+i])
		}
	}
	return of(t.DType, out)
}
