package interventions

import (
	"math"

	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/examples/gallery/attachments"
	nn "github.com/nngen-go/nngen/runtime"
)

// score is a linear probe on every token's residual stream after block 3, [rows, seq].
func score(m *opticks.Model, probe *attachments.Vowels) nn.Tensor {
	return probe.Apply(m.Transformer.H[3].Output()).Squeeze(-1)
}

// ProbeLast is a linear probe on the last token: one number for each row leaves the run,
// and Go compares them with a threshold. What follows block 3 is not run.
//
//nngen:trace nohooks
func ProbeLast(m *opticks.Model, probe *attachments.Vowels, threshold float32) (chances []float64, flagged int) {
	for _, s := range score(m, probe).At(nn.All, -1).Float32s() {
		if s > threshold {
			flagged++
		}
		chances = append(chances, 1/(1+math.Exp(-float64(s))))
	}
	return chances, flagged
}

// ProbeMax flags rows whose best token passes the threshold: [rows] bool, beside the scores [rows].
//
//nngen:trace nohooks
func ProbeMax(m *opticks.Model, probe *attachments.Vowels, threshold float32) (best, flagged nn.Tensor) {
	best = score(m, probe).Max(1)
	return best, best.Gt(nn.Scalar(threshold))
}

// ProbeAverage is the moving average of the scores over five tokens, and its
// maximum: a probe that one odd token does not set off. [rows, seq-4] and [rows].
//
//nngen:trace nohooks
func ProbeAverage(m *opticks.Model, probe *attachments.Vowels) (average, best nn.Tensor) {
	const window = 5
	sums := score(m, probe).CumSum(1)
	sums = nn.Concat(1, sums.At(nn.All, nn.RangeTo(1)).ZerosLike(), sums)
	average = sums.At(nn.All, nn.RangeFrom(window)).Sub(sums.At(nn.All, nn.RangeTo(-window))).Scale(1.0 / window)
	return average, average.Max(1)
}

// ProbeTopK is the mean of the three highest scores, and where they stand: [rows], [rows, 3].
//
//nngen:trace nohooks
func ProbeTopK(m *opticks.Model, probe *attachments.Vowels) (mean, tokens nn.Tensor) {
	top, tokens := score(m, probe).TopK(3, 1)
	return top.Mean(1), tokens
}

// ProbeSteer steers only the rows that a probe flags: the probe reads after
// block 3 at the last token, the vector is added there at every position.
//
//nngen:trace nohooks
//nngen:param v float32 [96]
func ProbeSteer(m *opticks.Model, probe *attachments.Vowels, v nn.Tensor, threshold float32) (logits nn.Tensor) {
	flagged := score(m, probe).At(nn.All, nn.RangeFrom(-1)).Gt(nn.Scalar(threshold)).Unsqueeze(-1) // [rows, 1, 1]
	block := m.Transformer.H[3]
	h := block.Output()
	block.SetOutput(nn.Where(flagged, h.Add(v), h))
	return next(m)
}
