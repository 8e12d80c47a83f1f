package interventions

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/examples/gallery/attachments"
	"github.com/nngen-go/nngen/examples/gallery/models/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// steerAt is the block after which steering vectors are read and added.
const steerAt = 3

// ContrastSteer steers by the mean difference of two sets of texts, all in one
// run: v = mean(plus) - mean(minus) after block 3, then prompt gets alpha·v at
// every position. The three have one length.
//
//nngen:trace nohooks
func ContrastSteer(t *opticks.Trace, plus, minus, prompt opticks.Inputs, alpha float32) (logits nn.Tensor) {
	var up, down nn.Tensor
	t.Invoke(plus, func(m *opticks.Model) { up = m.Transformer.H[steerAt].Output().Mean(0, 1) })
	t.Invoke(minus, func(m *opticks.Model) { down = m.Transformer.H[steerAt].Output().Mean(0, 1) })
	t.Invoke(prompt, func(m *opticks.Model) {
		block := m.Transformer.H[steerAt]
		h := block.Output()
		block.SetOutput(h.Add(up.Sub(down).Scale(alpha)))
		logits = next(m)
	})
	t.Run()
	return logits
}

// SteerRows gives each row of the batch its own vector, picked from vectors [n, 96]
// by which [rows], and its own strength [rows]: many users, one run.
//
//nngen:trace nohooks
//nngen:param vectors float32 [n, 96]
//nngen:param which int64 [batch]
//nngen:param strength float32 [batch]
func SteerRows(m *opticks.Model, vectors, which, strength nn.Tensor) (logits nn.Tensor) {
	block := m.Transformer.H[steerAt]
	v := vectors.At(which).Mul(strength.Unsqueeze(-1)) // [rows, 96]
	block.SetOutput(block.Output().Add(v.Unsqueeze(1)))
	return next(m)
}

// InjectConcept adds a concept of one prompt to the tokens from one on of
// another: what the concept's last token has over the mean of baseline prompts.
//
//nngen:trace nohooks
func InjectConcept(t *opticks.Trace, concept, baseline, prompt opticks.Inputs, alpha float32, from int) (logits nn.Tensor) {
	var with, without nn.Tensor
	t.Invoke(concept, func(m *opticks.Model) { with = m.Transformer.H[2].Output().At(nn.All, -1) })
	t.Invoke(baseline, func(m *opticks.Model) { without = m.Transformer.H[2].Output().At(nn.All, -1).MeanKeep(0) })
	t.Invoke(prompt, func(m *opticks.Model) {
		block, tail := m.Transformer.H[2], nn.RangeFrom(from)
		h := block.Output()
		v := with.Sub(without).Unsqueeze(1).Scale(alpha)
		block.SetOutput(h.SetAt(h.At(nn.All, tail).Add(v), nn.All, tail))
		logits = next(m)
	})
	t.Run()
	return logits
}

// FunctionVector carries a task from demonstrations to a query: the mean of their
// last tokens after block 2 is added at the query's last token.
//
//nngen:trace nohooks
func FunctionVector(t *opticks.Trace, shots, query opticks.Inputs) (logits nn.Tensor) {
	var task nn.Tensor
	t.Invoke(shots, func(m *opticks.Model) { task = m.Transformer.H[2].Output().At(nn.All, -1).Mean(0) })
	t.Invoke(query, func(m *opticks.Model) {
		block := m.Transformer.H[2]
		h := block.Output()
		block.SetOutput(h.SetAt(h.At(nn.All, -1).Add(task), nn.All, -1))
		logits = next(m)
	})
	t.Run()
	return logits
}

// AblateDirection takes one direction out of all that is ever written to the
// residual stream: embeddings, attentions, MLPs.
//
//nngen:trace nohooks
func AblateDirection(m *llama.Model, r *attachments.Refusal) (logits nn.Tensor) {
	embed := m.Model.EmbedTokens
	embed.SetOutput(r.Ablate(embed.Output()))
	for _, layer := range m.Model.Layers {
		layer.SelfAttn.SetOutput(r.Ablate(layer.SelfAttn.Output()))
		layer.MLP.SetOutput(r.Ablate(layer.MLP.Output()))
	}
	return m.LMHead.Output().At(nn.All, -1)
}

// CentreMean steers with a mean-centred vector: the mean of texts on a topic less the mean of
// texts on anything, each after layer 0.
//
//nngen:trace nohooks
func CentreMean(t *llama.Trace, topic, anything, prompt llama.Inputs, alpha float32) (logits nn.Tensor) {
	var about, of nn.Tensor
	t.Invoke(topic, func(m *llama.Model) { about = m.Model.Layers[0].Output().Mean(0, 1) })
	t.Invoke(anything, func(m *llama.Model) { of = m.Model.Layers[0].Output().Mean(0, 1) })
	t.Invoke(prompt, func(m *llama.Model) {
		layer := m.Model.Layers[0]
		h := layer.Output()
		layer.SetOutput(h.Add(about.Sub(of).Scale(alpha)))
		logits = m.LMHead.Output().At(nn.All, -1)
	})
	t.Run()
	return logits
}

// LimitTokenNorm shortens what is longer than limit in the residual stream, token by token, after each block.
//
//nngen:trace nohooks
func LimitTokenNorm(m *opticks.Model, limit float32) (logits nn.Tensor) {
	for _, block := range m.Transformer.H {
		h := block.Output()
		scale := h.NormKeep(-1).Reciprocal().Scale(limit) // above 1 where h is shorter
		block.SetOutput(h.Mul(scale.Minimum(scale.OnesLike())))
	}
	return next(m)
}
