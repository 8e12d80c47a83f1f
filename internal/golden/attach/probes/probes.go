// Package probes holds the golden cases of attachments as trace functions.
package probes

import (
	"github.com/nngen-go/nngen/internal/golden/attach/toys"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/heads"
)

// FeaturesRelu reads features of the residual stream and what they stand for.
//
//nngen:trace
func FeaturesRelu(m *gpt2.Model, sae *toys.ToySAE) (f, reconstruction nn.Tensor) {
	f = sae.Encode(m.Transformer.H[0].Output())
	return f, sae.Decode(f)
}

// FeaturesJump is FeaturesRelu with thresholds.
//
//nngen:trace
func FeaturesJump(m *gpt2.Model, sae *toys.Scope) (f, reconstruction nn.Tensor) {
	h := m.Transformer.H[0].Output()
	return sae.Encode(h), sae.Apply(h)
}

// FeaturesTopK is FeaturesRelu with the largest features alone, of a normalised input.
//
//nngen:trace
func FeaturesTopK(m *gpt2.Model, sae *toys.Topk) (f, reconstruction nn.Tensor) {
	h := m.Transformer.H[0].Output()
	return sae.Encode(h), sae.Apply(h)
}

// FeaturesConstant is FeaturesRelu of an input of constant norm.
//
//nngen:trace
func FeaturesConstant(m *gpt2.Model, sae *toys.Constant) (f, reconstruction nn.Tensor) {
	h := m.Transformer.H[0].Output()
	return sae.Encode(h), sae.Apply(h)
}

// encoder is what all autoencoders have.
type encoder interface {
	Encode(x nn.Tensor) nn.Tensor
	Edit(x, f nn.Tensor) nn.Tensor
}

// clamp sets one feature of the residual stream after the first block.
func clamp(m *gpt2.Model, sae encoder, feature int, value float32) nn.Tensor {
	setFeature(m, sae, feature, value)
	return m.LMHead.Output()
}

func setFeature(m *gpt2.Model, sae encoder, feature int, value float32) {
	b := m.Transformer.H[0]
	h := b.Output()
	f := sae.Encode(h).SetAt(nn.Scalar(value), nn.Ellipsis, feature)
	b.SetOutput(sae.Edit(h, f))
}

// Clamped is ClampRelu under every run.
//
//nngen:edit
func Clamped(m *gpt2.Model, feature int, sae *toys.ToySAE, value float32) {
	setFeature(m, sae, feature, value)
}

// Logits reads what edits have made of the answer.
//
//nngen:trace
func Logits(m *gpt2.Model) (logits nn.Tensor) { return m.LMHead.Output() }

// Reads applies an autoencoder to what edits have made of the residual stream.
//
//nngen:trace
func Reads(m *gpt2.Model, sae *toys.ToySAE) (f nn.Tensor) {
	return sae.Encode(m.Transformer.H[0].Output())
}

// ClampRelu clamps a feature; which, and to what, is chosen at each run.
//
//nngen:trace
func ClampRelu(m *gpt2.Model, sae *toys.ToySAE, feature int, value float32) (logits nn.Tensor) {
	return clamp(m, sae, feature, value)
}

// ClampJump clamps a feature of an autoencoder with thresholds.
//
//nngen:trace
func ClampJump(m *gpt2.Model, sae *toys.Scope, feature int, value float32) (logits nn.Tensor) {
	return clamp(m, sae, feature, value)
}

// ClampTopK clamps a feature of an autoencoder that keeps the largest.
//
//nngen:trace
func ClampTopK(m *gpt2.Model, sae *toys.Topk, feature int, value float32) (logits nn.Tensor) {
	return clamp(m, sae, feature, value)
}

// ClampConstant clamps a feature of an autoencoder that normalises.
//
//nngen:trace
func ClampConstant(m *gpt2.Model, sae *toys.Constant, feature int, value float32) (logits nn.Tensor) {
	return clamp(m, sae, feature, value)
}

// Replace puts the reconstruction in the place of the residual stream.
//
//nngen:trace
func Replace(m *gpt2.Model, sae *toys.ToySAE) (logits nn.Tensor) {
	b := m.Transformer.H[0]
	b.SetOutput(sae.Apply(b.Output()))
	return m.LMHead.Output()
}

// Steer adds a direction.
//
//nngen:trace
func Steer(m *gpt2.Model, d *toys.Direction, alpha float32) (logits nn.Tensor) {
	b := m.Transformer.H[0]
	b.SetOutput(d.Steer(b.Output(), alpha))
	return m.LMHead.Output()
}

// Ablate takes a direction out.
//
//nngen:trace
func Ablate(m *gpt2.Model, d *toys.Direction) (far, logits nn.Tensor) {
	b := m.Transformer.H[0]
	h := b.Output()
	b.SetOutput(d.Ablate(h))
	return d.Project(h), m.LMHead.Output()
}

// Probe scores each token.
//
//nngen:trace
func Probe(m *gpt2.Model, p *toys.Probe) (score nn.Tensor) {
	return p.Apply(m.Transformer.H[1].Output())
}

// Lens reads the prediction after the first block.
//
//nngen:trace
func Lens(m *gpt2.Model, lens *toys.Lens) (guess nn.Tensor) {
	return m.LMHead.Call(m.Transformer.LnF.Call(lens.Apply(0, m.Transformer.H[0].Output())))
}

// Heads gives one class of the probe through every head.
//
//nngen:trace
//nngen:param mask int64 [batch, seq]
func Heads(m *gpt2.Model, p *toys.Probe, mask nn.Tensor, alpha float32) (scores, mean, highest, last, top2, top4, rolling, peak, ema nn.Tensor) {
	scores = heads.Linear(m.Transformer.H[1].Output(), p.Weight.At(nn.All, 0), p.Bias.At(0))
	mean, highest, last = heads.Mean(scores, mask), heads.Max(scores, mask), heads.Last(scores, mask)
	top2, top4 = heads.TopK(scores, mask, 2), heads.TopK(scores, mask, 4)
	rolling = heads.MovingAverage(scores, mask, 3)
	peak = heads.Max(rolling, mask)
	return scores, mean, highest, last, top2, top4, rolling, peak, heads.EMA(scores, mask, alpha)
}
