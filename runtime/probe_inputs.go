package nn

import (
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// Sizes of symbols that a probe may choose: small, and none of them the same.
const (
	probeSequence = 5
	probeStep     = 2  // so much longer is each further symbol
	probePast     = 3  // a cache that holds something, so that it is seen to matter
	probeImage    = 64 // sides of images: networks halve them several times
)

// sizes chooses the sizes of symbols for runs of so many rows.
func (p *Prober) sizes(rows int64) map[string]int64 {
	out := map[string]int64{}
	next := int64(probeSequence)
	for _, s := range p.spec.Symbols {
		in, _ := p.s.info.input(s.Input)
		switch {
		case s.Name == p.spec.Batch:
			out[s.Name] = rows
		case in.Role == modelspec.RolePast && p.emptied:
			out[s.Name] = 0
		case in.Role == modelspec.RolePast:
			out[s.Name] = probePast
		case len(in.Shape) == 4 && in.DType.IsFloat():
			out[s.Name] = probeImage
		default:
			out[s.Name] = next
			next += probeStep
		}
	}
	return out
}

// hasPast reports whether the model takes a cache.
func (p *Prober) hasPast() bool {
	return slices.ContainsFunc(p.s.info.Inputs, func(in InputInfo) bool { return in.Role == modelspec.RolePast })
}

// inputs makes up inputs for the given sizes: different in every row, ids within
// the range of what they index, masks and positions as by default.
func (p *Prober) inputs(sizes map[string]int64) (*batch, error) {
	rng := rand.New(rand.NewPCG(1, 2))
	in := InvokeInputs{}
	for _, want := range p.s.info.Inputs {
		if want.Role == modelspec.RoleMask || want.Role == modelspec.RolePosition || want.Class == classUseCache {
			continue
		}
		dims, err := want.typ().Shape.Eval(sizes)
		if err != nil {
			return nil, misuse("NN3161", "the size of input %q (%s) cannot be chosen: %v", want.Name, want.typ(), err)
		}
		in[want.Name] = makeUp(rng, want.DType, dims, p.limit(want.Name))
	}
	b, err := p.s.info.join([]InvokeInputs{in})
	if err != nil {
		return nil, err
	}
	for _, t := range in {
		b.made = append(b.made, t)
	}
	maps.Copy(b.symbols, sizes)
	return b, nil
}

// makeUp makes a tensor of random numbers; integers are below limit.
func makeUp(rng *rand.Rand, d tensor.DType, dims []int64, limit int64) Tensor {
	n := elements(dims)
	if d.IsFloat() {
		v := make([]float64, n)
		for i := range v {
			v[i] = rng.NormFloat64()
		}
		return encodeFloats(d, dims, v)
	}
	v := make([]int64, n)
	for i := range v {
		v[i] = rng.Int64N(limit)
	}
	if t := encodeInts(d, dims, v); t.h != nil {
		return t
	}
	return hostTensor(d, dims, make([]byte, n*int64(d.Size())))
}

// encodeFloats makes a tensor of any floating-point type.
func encodeFloats(d tensor.DType, dims []int64, v []float64) Tensor {
	t, err := onnx.NewTensor("", d, dims, v)
	if err != nil {
		return Tensor{}
	}
	return hostTensor(d, dims, t.Data)
}

// limit finds how large the integers of an input may be: what they index is a
// table of so many entries. Where no table is found they are 0 and 1, in a table of one entry only 0.
func (p *Prober) limit(input string) int64 {
	const unchanged = "Reshape Cast Unsqueeze Squeeze Identity Flatten Expand Slice Concat Transpose Where Clip"
	ix := p.s.index()
	limit := int64(0)
	seen := map[string]bool{input: true}
	todo := []string{input}
	for len(todo) > 0 {
		name := todo[0]
		todo = todo[1:]
		for _, u := range ix.Uses(name) {
			n := ix.Graph().Nodes[u.Node]
			if n.Op == "Gather" && u.Input == 1 {
				if size, ok := tableSize(ix, n); ok && (limit == 0 || size < limit) {
					limit = size
				}
				continue
			}
			if u.Input != onnx.Captured && slices.Contains(fields(unchanged), n.Op) {
				for _, o := range n.Outputs {
					if !seen[o] {
						seen[o] = true
						todo = append(todo, o)
					}
				}
			}
		}
	}
	if limit == 0 {
		return 2
	}
	return limit
}

// tableSize gives the entries of the table that a Gather looks up.
func tableSize(ix *onnx.Index, n *onnx.Node) (int64, bool) {
	t := ix.Initializer(n.Inputs[0])
	if t == nil {
		c, ok := ix.Constant(n.Inputs[0])
		if !ok {
			return 0, false
		}
		t = c
	}
	axis := int64(0)
	if a := n.Attr("axis"); a != nil {
		axis = a.I
	}
	if axis < 0 {
		axis += int64(len(t.Dims))
	}
	if axis < 0 || axis >= int64(len(t.Dims)) {
		return 0, false
	}
	return t.Dims[axis], true
}
