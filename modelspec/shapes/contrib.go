package shapes

import "github.com/nngen-go/nngen/internal/tensor"

// The operators of quantised and fused models: enough that the shapes around
// them are known, since their insides are not ours to open.

func dequantize(c *call) []tensor.Type { return of(c.t(1).DType, c.t(0).Shape.Clone()) }

func quantize(c *call) []tensor.Type {
	d := c.t(2).DType
	if d == tensor.Invalid {
		d = tensor.Uint8
	}
	return of(d, c.t(0).Shape.Clone())
}

func dynamicQuantize(c *call) []tensor.Type {
	return []tensor.Type{
		{DType: tensor.Uint8, Shape: c.t(0).Shape.Clone()},
		{DType: tensor.Float32, Shape: tensor.Shape{}},
		{DType: tensor.Uint8, Shape: tensor.Shape{}},
	}
}

func retype(ts []tensor.Type, d tensor.DType) []tensor.Type {
	ts[0].DType = d
	return ts
}

func matMulInteger(c *call) []tensor.Type { return retype(matMul(c), tensor.Int32) }

func convInteger(c *call) []tensor.Type { return retype(conv(c), tensor.Int32) }

func qlinearMatMul(c *call) []tensor.Type {
	inner := &call{p: c.p, n: c.n, in: []tensor.Type{c.t(0), c.t(3)}}
	return retype(matMul(inner), c.t(7).DType)
}

func qlinearConv(c *call) []tensor.Type {
	inner := &call{p: c.p, n: c.n, in: []tensor.Type{c.t(0), c.t(3)}}
	return retype(conv(inner), c.t(7).DType)
}

func matMulNBits(c *call) []tensor.Type {
	s := c.t(0).Shape.Clone()
	if n := c.int("N", 0); len(s) > 0 && n > 0 {
		s[len(s)-1] = tensor.N(n)
	}
	return of(c.t(0).DType, s)
}

// skipNorm gives the normalised value and, as output 3, the sum that goes on.
func skipNorm(c *call) []tensor.Type {
	t := func() tensor.Type { return tensor.Type{DType: c.t(0).DType, Shape: c.t(0).Shape.Clone()} }
	return []tensor.Type{t(), {DType: tensor.Float32}, {DType: tensor.Float32}, t()}
}

// groupQuery is attention over a cache whose length an input says.
func groupQuery(c *call) []tensor.Type {
	q := c.t(0).Shape.Clone()
	heads, kv := c.int("num_heads", 0), c.int("kv_num_heads", 0)
	if len(q) == 3 && !c.has(1) && heads > 0 { // packed q, k and v
		q[2] = quotient([]tensor.Dim{q[2], tensor.N(heads)}, []tensor.Dim{tensor.N(heads + 2*kv)})
	}
	cache := func(i int) tensor.Type {
		s := c.t(i).Shape.Clone()
		if len(s) == 4 {
			s[2] = tensor.Unknown
		}
		return tensor.Type{DType: c.t(i).DType, Shape: s}
	}
	return []tensor.Type{{DType: c.t(0).DType, Shape: q}, cache(3), cache(4)}
}

func embedNorm(c *call) []tensor.Type {
	ids, table := c.t(0), c.t(2)
	if len(table.Shape) != 2 || ids.Shape == nil {
		return of(table.DType, nil)
	}
	return of(table.DType, append(ids.Shape.Clone(), table.Shape[1]))
}

// attention is the standard operator: its result has the query's rows and the value's width.
func attention(c *call) []tensor.Type {
	q, v := c.t(0), c.t(2)
	s := q.Shape.Clone()
	if len(s) == 4 && len(v.Shape) == 4 {
		s[3] = v.Shape[3]
	}
	return of(q.DType, s)
}

// branches is an If: what both of its bodies give, walked with the names around them.
func branches(c *call) []tensor.Type {
	var out []tensor.Type
	for _, a := range c.n.Attrs {
		if a.G == nil {
			continue
		}
		for _, t := range a.G.Initializers {
			c.p.constant(t.Name, t)
		}
		for _, n := range a.G.Nodes {
			c.p.node(n)
		}
		for i, v := range a.G.Outputs {
			t := complete(c.p.types[v.Name], c.p.hint(v, nil))
			if i >= len(out) {
				out = append(out, t)
				continue
			}
			out[i] = alike(out[i], t)
		}
	}
	return out
}

// alike keeps what two types have in common.
func alike(a, b tensor.Type) tensor.Type {
	if a.DType != b.DType {
		return tensor.Type{}
	}
	if a.Shape == nil || len(a.Shape) != len(b.Shape) {
		return tensor.Type{DType: a.DType}
	}
	s := a.Shape.Clone()
	for i, d := range b.Shape {
		if s[i] != d {
			s[i] = tensor.Unknown
		}
	}
	return tensor.Type{DType: a.DType, Shape: s}
}
