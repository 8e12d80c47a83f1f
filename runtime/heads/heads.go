package heads

import (
	"math"

	nn "github.com/nngen-go/nngen/runtime"
)

// lowest stands for a token that is not there.
const lowest = -math.MaxFloat32

// Linear scores each token: x [batch, seq, d] times weight [d], [d, 1] or a
// scalar for each, plus bias, one number. It gives [batch, seq].
func Linear(x, weight, bias nn.Tensor) nn.Tensor {
	return x.MatMul(weight.Reshape(-1, 1)).Squeeze(-1).Add(bias.Reshape(1))
}

// Mean is the mean score of the tokens, [batch, seq] → [batch].
func Mean(scores, mask nn.Tensor) nn.Tensor {
	m := mask.Float()
	return scores.Float().Mul(m).Sum(1).Div(m.Sum(1).Maximum(nn.Scalar[float32](1)))
}

// Max is the highest score of a token, [batch, seq] → [batch].
func Max(scores, mask nn.Tensor) nn.Tensor { return hidden(scores, mask).Max(1) }

// Last is the score of the last token, [batch, seq] → [batch].
func Last(scores, mask nn.Tensor) nn.Tensor {
	m := mask.Float()
	after := m.Sum(1).Unsqueeze(1).Sub(m.CumSum(1)) // tokens that follow
	last := m.Mul(after.Eq(after.ZerosLike()).Float())
	return scores.Float().Mul(last).Sum(1)
}

// TopK is the mean of the k highest scores, of all where there are fewer, [batch, seq] → [batch].
func TopK(scores, mask nn.Tensor, k int) nn.Tensor {
	shown := hidden(scores, mask)
	none := shown.At(nn.All, nn.RangeTo(1)).FullLike(lowest).Expand(-1, k) // so that there are k
	best, _ := nn.Concat(1, shown, none).TopK(k, 1)
	return Mean(best, best.Gt(best.FullLike(lowest)))
}

// MovingAverage is, at each place, the mean score of the tokens among the last
// window places, [batch, seq] → [batch, seq]; 0 where there are none.
func MovingAverage(scores, mask nn.Tensor, window int) nn.Tensor {
	m := mask.Float()
	sum := trailing(scores.Float().Mul(m), window)
	n := trailing(m, window)
	return sum.Div(n.Maximum(nn.Scalar[float32](1)))
}

// EMA is the exponential moving average over tokens, [batch, seq] → [batch, seq]:
// the first token's score, then alpha times the score plus 1-alpha times what it
// was. Padding leaves it as it is; ahead of the first token it is 0. It takes
// seq·seq memory.
func EMA(scores, mask nn.Tensor, alpha float32) nn.Tensor {
	m := mask.Float()
	n := m.CumSum(1)
	age := n.Unsqueeze(2).Sub(n.Unsqueeze(1)).Relu() // tokens from the column's to the row's
	decay := age.Scale(float32(math.Log(float64(1 - alpha)))).Exp().Tril(0)
	first := n.Eq(n.OnesLike()).Float()
	weight := first.Scale(1 - alpha).AddScalar(alpha).Mul(m)
	return decay.MatMul(scores.Float().Mul(weight).Unsqueeze(2)).Squeeze(2)
}

// trailing is the sum over the last window places.
func trailing(x nn.Tensor, window int) nn.Tensor {
	ahead := x.At(nn.All, nn.RangeTo(1)).ZerosLike().Expand(-1, window)
	c := nn.Concat(1, ahead, x.CumSum(1))
	return c.At(nn.All, nn.RangeFrom(window)).Sub(c.At(nn.All, nn.RangeTo(-window)))
}

// hidden gives scores with padding below every score.
func hidden(scores, mask nn.Tensor) nn.Tensor {
	s := scores.Float()
	m := mask.Float()
	return nn.Where(m.Ne(m.ZerosLike()), s, s.FullLike(lowest))
}
