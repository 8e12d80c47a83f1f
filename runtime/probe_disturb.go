package nn

import (
	"math"
	"math/rand/v2"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// masked is what closes an entry of a mask that is added to scores.
const masked = -1e9

// disturb gives a tensor's bytes with the probed part changed, in a run of so many rows.
func disturb(data []byte, d tensor.DType, shape []int64, q modelspec.Probe, rows int) ([]byte, error) {
	t := hostTensor(d, shape, data)
	v := numbers(t)
	part, err := partOf(shape, q, int64(rows))
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(uint64(q.Row)+3, uint64(len(v)+q.Attempt)))
	switch {
	case d.IsFloat() && q.Role == modelspec.RoleMask:
		closeSome(v, part, rng, func(x float64) bool { return x > -1 }, masked)
	case d.IsFloat():
		addNoise(v, part, math.Pow(8, float64(q.Attempt)), rng)
	case q.Role == modelspec.RoleMask || d == tensor.Bool:
		closeSome(v, part, rng, func(x float64) bool { return x != 0 }, 0)
	default:
		rotate(v, part)
	}
	if d.IsFloat() {
		return encodeFloats(d, shape, v).h.data, nil
	}
	whole := make([]int64, len(v))
	for i, x := range v {
		whole[i] = int64(x)
	}
	out := encodeInts(d, shape, whole)
	if out.h == nil {
		return nil, fault("NN3160", "tensors of %s cannot be probed", d)
	}
	return out.h.data, nil
}

// partOf gives the positions of a probe's row, all without one.
func partOf(shape []int64, q modelspec.Probe, rows int64) ([]int, error) {
	n := elements(shape)
	out := make([]int, 0, n)
	if q.Row < 0 {
		for i := range n {
			out = append(out, int(i))
		}
		return out, nil
	}
	stride, err := rowStride(shape, q.Rows, rows)
	if err != nil {
		return nil, err
	}
	for i := range n {
		if i/stride%rows == int64(q.Row) {
			out = append(out, int(i))
		}
	}
	return out, nil
}

// addNoise adds to each element noise of so many times the size of all.
func addNoise(v []float64, part []int, times float64, rng *rand.Rand) {
	sum, n := 0.0, 0
	for _, i := range part {
		if !math.IsInf(v[i], 0) && !math.IsNaN(v[i]) && math.Abs(v[i]) < -masked {
			sum, n = sum+v[i]*v[i], n+1
		}
	}
	size := 1.0
	if n > 0 && sum > 0 {
		size = math.Sqrt(sum / float64(n))
	}
	for _, i := range part {
		v[i] += times * size * rng.NormFloat64()
	}
}

// closeSome closes about half of a mask's open entries, at least one. Where none
// is open the mask is one of what to leave out, and closes nothing: then the same
// share of it is set.
func closeSome(v []float64, part []int, rng *rand.Rand, open func(float64) bool, closed float64) {
	last, done := -1, false
	for _, i := range part {
		if !open(v[i]) {
			continue
		}
		last = i
		if rng.IntN(2) == 0 {
			v[i], done = closed, true
		}
	}
	switch {
	case done:
	case last >= 0:
		v[last] = closed
	case closed == 0:
		for k, i := range part {
			if k == 0 || rng.IntN(2) == 0 {
				v[i] = 1
			}
		}
	}
}

// rotate gives integers each other's places; where all are the same, another value.
func rotate(v []float64, part []int) {
	if len(part) == 0 {
		return
	}
	first, same := v[part[0]], true
	for k, i := range part {
		same = same && v[i] == first
		if k+1 < len(part) {
			v[i] = v[part[k+1]]
		} else {
			v[i] = first
		}
	}
	if same {
		for _, i := range part {
			if v[i] = 0; first == 0 {
				v[i] = 1
			}
		}
	}
}

func fields(s string) []string { return strings.Fields(s) }
