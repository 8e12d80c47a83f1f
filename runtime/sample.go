package nn

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/nngen-go/nngen/internal/tensor"
)

// Temperature draws tokens from softmax(logits / t) in place of taking the most
// likely one. t > 0; smaller is nearer to greedy.
func Temperature(t float64) GenerateOption {
	return func(g *generation) { g.Sample, g.Temperature = true, t }
}

// TopK draws among the k most likely tokens only (equals of the k-th stay in).
func TopK(k int) GenerateOption {
	return func(g *generation) { g.Sample, g.TopK = true, k }
}

// TopP draws among the fewest most likely tokens whose probabilities add up to
// at least p, 0 < p <= 1 (nucleus sampling, Holtzman et al. 2020). It follows
// Temperature and TopK, as in transformers.
func TopP(p float64) GenerateOption {
	return func(g *generation) { g.Sample, g.TopP = true, p }
}

// Seed numbers the stream of random numbers that sampling uses; without it the
// stream is number 0. Each row has its own: what a row becomes does not depend
// on how many others there are.
func Seed(n uint64) GenerateOption { return func(g *generation) { g.Seed = n } }

// check refuses settings that mean nothing.
func (s *GenerateSettings) check() error {
	switch {
	case !(s.Temperature > 0) || math.IsInf(s.Temperature, 0):
		return misuse("NN3142", "Temperature(%v): it must be a positive number; leave it out for greedy decoding", s.Temperature)
	case s.TopK < 0:
		return misuse("NN3142", "TopK(%d): it must not be negative; 0 keeps all tokens", s.TopK)
	case !(s.TopP > 0 && s.TopP <= 1):
		return misuse("NN3142", "TopP(%v): it must be more than 0 and at most 1", s.TopP)
	}
	return nil
}

// sampler draws the tokens of a generation.
type sampler struct {
	GenerateSettings
	rows  []*rand.Rand
	cands []candidate // reused from step to step
}

// candidate is a token that may be drawn.
type candidate struct {
	id int64
	p  float64 // logit/temperature, then probability
}

func newSampler(s GenerateSettings, rows int) *sampler {
	out := &sampler{GenerateSettings: s}
	for r := range rows {
		out.rows = append(out.rows, rand.New(rand.NewPCG(s.Seed, uint64(r))))
	}
	return out
}

// next gives the next token of a row from its logits.
func (s *sampler) next(row int, d tensor.DType, logits []byte) int64 {
	if !s.Sample {
		return argMax(d, logits)
	}
	c := s.warp(d, logits)
	if len(c) == 0 {
		return argMax(d, logits) // nothing but NaN and -Inf: nothing to draw from
	}
	u := s.rows[row].Float64()
	for _, k := range c {
		if u -= k.p; u < 0 {
			return k.id
		}
	}
	return c[len(c)-1].id // rounding left a little over
}

// warp gives the tokens that may be drawn with their probabilities, the most
// likely first. Of equal ones the smaller id comes first.
func (s *sampler) warp(d tensor.DType, logits []byte) []candidate {
	size := d.Size()
	c := s.cands[:0]
	for i := 0; i*size < len(logits); i++ {
		if v := floatAt(d, logits[i*size:]) / s.Temperature; v == v && !math.IsInf(v, -1) {
			c = append(c, candidate{int64(i), v})
		}
	}
	s.cands = c
	if len(c) == 0 {
		return nil
	}
	slices.SortStableFunc(c, func(a, b candidate) int { return cmp.Compare(b.p, a.p) })
	c = s.firstK(c)
	normalise(c)
	if cut := s.nucleus(c); cut < len(c) {
		c = c[:cut]
		total := 0.0
		for _, k := range c {
			total += k.p
		}
		for i := range c {
			c[i].p /= total
		}
	}
	return c
}

// firstK keeps the k best and their equals.
func (s *sampler) firstK(c []candidate) []candidate {
	if s.TopK == 0 || s.TopK >= len(c) {
		return c
	}
	n := s.TopK
	for n < len(c) && c[n].p == c[s.TopK-1].p {
		n++
	}
	return c[:n]
}

// normalise turns logits into probabilities.
func normalise(c []candidate) {
	best, total := c[0].p, 0.0
	for i := range c {
		if math.IsInf(best, 1) { // +Inf takes all there is
			c[i].p = 0
			if i == 0 {
				c[i].p = 1
			}
		} else {
			c[i].p = math.Exp(c[i].p - best)
		}
		total += c[i].p
	}
	for i := range c {
		c[i].p /= total
	}
}

// nucleus counts the candidates that reach TopP together.
func (s *sampler) nucleus(c []candidate) int {
	sum := 0.0
	for i, k := range c {
		if sum += k.p; sum >= s.TopP {
			return i + 1
		}
	}
	return len(c)
}
