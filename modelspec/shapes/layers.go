package shapes

import (
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

func matMul(c *call) []tensor.Type {
	a, b := c.t(0), c.t(1)
	if a.Shape == nil || b.Shape == nil || len(a.Shape) == 0 || len(b.Shape) == 0 {
		return of(a.DType, nil)
	}
	x, y := a.Shape.Clone(), b.Shape.Clone()
	if c.int("transA", 0) == 1 {
		swapLast(x)
	}
	if c.int("transB", 0) == 1 {
		swapLast(y)
	}
	if len(x) > 1 && len(y) > 1 {
		c.p.same(x[len(x)-1], y[len(y)-2])
	}
	return of(a.DType, c.p.matMulShape(x, y))
}

func (p *pass) matMulShape(x, y tensor.Shape) tensor.Shape {
	rows, cols := x[:len(x)-1], y[len(y)-1:]
	if len(y) == 1 {
		return rows.Clone()
	}
	if len(x) == 1 {
		return append(y[:len(y)-2].Clone(), cols...)
	}
	lead := p.broadcastShapes(x[:len(x)-2], y[:len(y)-2])
	return append(append(lead, x[len(x)-2]), cols...)
}

func swapLast(s tensor.Shape) {
	if n := len(s); n >= 2 {
		s[n-1], s[n-2] = s[n-2], s[n-1]
	}
}

func gemm(c *call) []tensor.Type {
	a, b := c.t(0), c.t(1)
	if len(a.Shape) != 2 || len(b.Shape) != 2 {
		return of(a.DType, unknowns(2))
	}
	x, y := a.Shape.Clone(), b.Shape.Clone()
	if c.int("transA", 0) == 1 {
		swapLast(x)
	}
	if c.int("transB", 0) == 1 {
		swapLast(y)
	}
	return of(a.DType, tensor.Shape{x[0], y[1]})
}

func conv(c *call) []tensor.Type {
	x, w := c.t(0), c.t(1)
	if len(x.Shape) < 3 || len(w.Shape) != len(x.Shape) {
		return of(x.DType, nil)
	}
	out := append(tensor.Shape{x.Shape[0], w.Shape[0]}, c.windowed(x.Shape[2:], w.Shape[2:])...)
	return of(x.DType, out)
}

func pool(c *call) []tensor.Type {
	x := c.t(0)
	kernel := c.ints("kernel_shape")
	if len(x.Shape) < 3 || len(kernel) != len(x.Shape)-2 {
		return of(x.DType, nil)
	}
	s := append(x.Shape[:2].Clone(), c.windowed(x.Shape[2:], tensor.Dims(kernel...))...)
	return []tensor.Type{{DType: x.DType, Shape: s}, {DType: tensor.Int64, Shape: s.Clone()}}
}

// windowed is the spatial part of a convolution's or a pool's result.
func (c *call) windowed(in, kernel tensor.Shape) tensor.Shape {
	strides, dilations, pads := c.ints("strides"), c.ints("dilations"), c.ints("pads")
	auto := c.str("auto_pad", "NOTSET")
	at := func(list []int64, i int, def int64) int64 {
		if i < len(list) {
			return list[i]
		}
		return def
	}
	out := make(tensor.Shape, len(in))
	for i, d := range in {
		out[i] = tensor.Unknown
		k, ok := kernel[i].Const()
		stride := at(strides, i, 1)
		if !ok || stride <= 0 {
			continue
		}
		if strings.HasPrefix(auto, "SAME") {
			out[i] = ceilDim(d, stride)
			continue
		}
		span := d.Add(tensor.N(at(pads, i, 0) + at(pads, i+len(in), 0) - at(dilations, i, 1)*(k-1) - 1))
		if auto == "VALID" {
			span = d.Sub(tensor.N(at(dilations, i, 1)*(k-1) + 1))
		}
		if c.int("ceil_mode", 0) == 1 {
			out[i] = ceilDim(span, stride).Add(tensor.N(1))
		} else {
			out[i] = floorDim(span, stride).Add(tensor.N(1))
		}
	}
	return out
}

func floorDim(d tensor.Dim, n int64) tensor.Dim {
	if k, ok := d.Const(); ok {
		return tensor.N(-ceilDiv(-k, n))
	}
	return d.Div(n)
}

func ceilDim(d tensor.Dim, n int64) tensor.Dim {
	if k, ok := d.Const(); ok {
		return tensor.N(ceilDiv(k, n))
	}
	return d.Div(n)
}

func globalPool(c *call) []tensor.Type {
	s := c.t(0).Shape.Clone()
	for i := 2; i < len(s); i++ {
		s[i] = tensor.N(1)
	}
	return of(c.t(0).DType, s)
}

func convTranspose(c *call) []tensor.Type {
	x, w := c.t(0), c.t(1)
	if len(x.Shape) < 3 || len(w.Shape) != len(x.Shape) {
		return of(x.DType, nil)
	}
	out := unknowns(len(x.Shape))
	out[0], out[1] = x.Shape[0], w.Shape[1].Mul(tensor.N(c.int("group", 1)))
	if c.attr("output_shape") != nil || c.str("auto_pad", "NOTSET") != "NOTSET" {
		return of(x.DType, out)
	}
	strides, dil, pads, extra := c.ints("strides"), c.ints("dilations"), c.ints("pads"), c.ints("output_padding")
	n := len(out) - 2
	at := func(list []int64, i int, def int64) tensor.Dim {
		if i < len(list) {
			def = list[i]
		}
		return tensor.N(def)
	}
	for i := 0; i < n; i++ {
		one := tensor.N(1)
		d := x.Shape[2+i].Sub(one).Mul(at(strides, i, 1)).Add(at(extra, i, 0))
		d = d.Add(w.Shape[2+i].Sub(one).Mul(at(dil, i, 1))).Add(one)
		out[2+i] = d.Sub(at(pads, i, 0)).Sub(at(pads, i+n, 0))
	}
	return of(x.DType, out)
}

func resize(c *call) []tensor.Type {
	t := c.t(0)
	if t.Shape == nil {
		return of(t.DType, nil)
	}
	if sizes, ok := c.value(3); ok && len(sizes) == len(t.Shape) {
		return of(t.DType, append(tensor.Shape{}, sizes...))
	}
	scales, ok := c.consts(2)
	if !ok || len(scales) != len(t.Shape) {
		return of(t.DType, unknowns(len(t.Shape)))
	}
	out := make(tensor.Shape, len(scales))
	for i, k := range scales {
		out[i] = t.Shape[i].Mul(tensor.N(k))
	}
	return of(t.DType, out)
}

func recurrent(c *call) []tensor.Type {
	x := c.t(0)
	dirs := int64(1)
	if c.str("direction", "forward") == "bidirectional" {
		dirs = 2
	}
	hidden := tensor.Unknown
	if h := c.int("hidden_size", 0); h > 0 {
		hidden = tensor.N(h)
	}
	if len(x.Shape) != 3 || c.int("layout", 0) != 0 {
		return []tensor.Type{{DType: x.DType, Shape: unknowns(4)}, {DType: x.DType, Shape: unknowns(3)}, {DType: x.DType, Shape: unknowns(3)}}
	}
	d, batch := tensor.N(dirs), x.Shape[1]
	last := tensor.Shape{d, batch, hidden}
	return []tensor.Type{
		{DType: x.DType, Shape: tensor.Shape{x.Shape[0], d, batch, hidden}},
		{DType: x.DType, Shape: last},
		{DType: x.DType, Shape: last.Clone()},
	}
}

// einsum follows letters; an ellipsis leaves the result open.
func einsum(c *call) []tensor.Type {
	dtype := c.t(0).DType
	left, right, ok := strings.Cut(strings.ReplaceAll(c.str("equation", ""), " ", ""), "->")
	terms := strings.Split(left, ",")
	if !ok || strings.Contains(left, ".") || len(terms) != len(c.in) {
		return of(dtype, nil)
	}
	dims := map[rune]tensor.Dim{}
	for i, letters := range terms {
		s := c.in[i].Shape
		if s == nil || len(s) != len([]rune(letters)) {
			return of(dtype, nil)
		}
		for k, r := range []rune(letters) {
			if old, seen := dims[r]; seen {
				dims[r] = c.p.broadcast(old, s[k])
			} else {
				dims[r] = s[k]
			}
		}
	}
	out := tensor.Shape{}
	for _, r := range right {
		out = append(out, dims[r])
	}
	return of(dtype, out)
}
