package interventions

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/examples/gallery/attachments"
	nn "github.com/nngen-go/nngen/runtime"
)

// LogitLens reads the next token's logits off the residual stream after each
// block, as if it were the last: [rows, 6, 96].
//
//nngen:trace nohooks
func LogitLens(m *opticks.Model) (layers nn.Tensor) {
	var last [Layers]nn.Tensor
	for i, block := range m.Transformer.H {
		last[i] = block.Output().At(nn.All, -1)
	}
	return unembed(m, nn.Stack(1, last[:]...))
}

// unembed is the model's head on any residual stream.
func unembed(m *opticks.Model, h nn.Tensor) nn.Tensor {
	return m.LMHead.Call(m.Transformer.LnF.Call(h))
}

// TunedLens is the logit lens through a learned translator after each block.
//
//nngen:trace nohooks
func TunedLens(m *opticks.Model, lens *attachments.Lens) (layers nn.Tensor) {
	var last [Layers]nn.Tensor
	for i, block := range m.Transformer.H {
		last[i] = lens.Apply(i, block.Output().At(nn.All, -1))
	}
	return unembed(m, nn.Stack(1, last[:]...))
}

// DirectLogitAttribution says how much each head adds to the logit of one token
// over another at the last position, the final norm's scale held: [rows, 6, 4].
//
//nngen:trace nohooks
func DirectLogitAttribution(m *opticks.Model, right, wrong int) (heads nn.Tensor) {
	vocab := m.LMHead.Weight("weight") // [96, 96], a row for each token
	toward := vocab.At(right).Sub(vocab.At(wrong)).Mul(m.Transformer.LnF.Weight("weight"))
	toward = toward.Sub(toward.Mean()) // the norm centres what it reads
	var parts [Layers]nn.Tensor
	for i, block := range m.Transformer.H {
		proj := block.Attn.CProj
		z := proj.Input().At(nn.All, nn.RangeFrom(-1)).Heads(HeadCount).At(nn.All, nn.All, 0) // [rows, 4, 24]
		w := proj.Weight("weight").Reshape(HeadCount, HeadWidth, Width).MatMul(toward)
		parts[i] = z.Mul(w).Sum(-1)
	}
	return nn.Stack(1, parts[:]...).Div(finalScale(m).Unsqueeze(-1))
}

// finalScale is what the final norm divides by at the last position, [rows, 1].
func finalScale(m *opticks.Model) nn.Tensor {
	h := m.Transformer.LnF.Input().At(nn.All, -1)
	return h.PopVarKeep(-1).AddScalar(1e-5).Sqrt()
}

// LogitParts takes the logit of one token apart: what the embeddings, each attention, each
// MLP and the final norm's bias add to it, [rows, 14]. The parts sum to the logit.
//
//nngen:trace nohooks
func LogitParts(m *opticks.Model, token int) (parts, logit nn.Tensor) {
	row := m.LMHead.Weight("weight").At(token)
	toward := row.Mul(m.Transformer.LnF.Weight("weight"))
	toward = toward.Sub(toward.Mean())
	writes := []nn.Tensor{m.Transformer.H[0].Input().At(nn.All, -1)}
	for _, block := range m.Transformer.H {
		writes = append(writes, block.Attn.Output().At(nn.All, -1))
		writes = append(writes, block.MLP.Output().At(nn.All, -1))
	}
	direct := nn.Stack(1, writes...).MatMul(toward).Div(finalScale(m))
	bias := m.Transformer.LnF.Weight("bias").Mul(row).Sum()
	parts = nn.Concat(1, direct, direct.At(nn.All, nn.RangeTo(1)).ZerosLike().Add(bias))
	return parts, next(m).At(nn.All, token)
}

// MLPToVocabulary names the five tokens that each MLP promotes most at the last
// position: their ids, [rows, 6, 5].
//
//nngen:trace nohooks
func MLPToVocabulary(m *opticks.Model) (tokens nn.Tensor) {
	var out [Layers]nn.Tensor
	for i, block := range m.Transformer.H {
		out[i] = block.MLP.Output().At(nn.All, -1)
	}
	_, tokens = m.LMHead.Call(nn.Stack(1, out[:]...)).TopK(5, -1)
	return tokens
}

// DoLa contrasts the model's own answer with that of the early block that
// differs most from it (Jensen-Shannon), among tokens whose chance is at least a
// tenth of the best one's; the others get -1000. Blocks 0 to 4 are candidates.
//
//nngen:trace nohooks
func DoLa(m *opticks.Model) (scores, chosen nn.Tensor) {
	var last [Layers - 1]nn.Tensor
	for i := range last {
		last[i] = m.Transformer.H[i].Output().At(nn.All, -1)
	}
	early := unembed(m, nn.Stack(1, last[:]...)).LogSoftmax(-1) // [rows, 5, 96]
	final := next(m).LogSoftmax(-1)
	p := final.Exp()
	mean := early.Exp().Add(p.Unsqueeze(1)).Scale(0.5).Log()
	toMean := func(x nn.Tensor) nn.Tensor { return x.Exp().Mul(x.Sub(mean)).Sum(-1) }
	chosen = toMean(early).Add(toMean(final.Unsqueeze(1))).ArgMax(1) // [rows]
	contrast := final.Sub(early.At(chosen.Positions(0), chosen))
	return contrast.MaskedFill(p.Lt(p.MaxKeep(-1).Scale(0.1)), -1000), chosen
}

// Patchscope asks the model itself what a hidden state holds: the state of one
// token of the source prompt, after block 2, stands in for a token of the target
// prompt after block 3, which the rest of the model then continues.
//
//nngen:trace nohooks
func Patchscope(t *opticks.Trace, source, target opticks.Inputs, from, to int) (logits nn.Tensor) {
	var h nn.Tensor
	t.Invoke(source, func(m *opticks.Model) {
		h = m.Transformer.H[2].Output().At(nn.All, from)
	})
	t.Invoke(target, func(m *opticks.Model) {
		block := m.Transformer.H[3]
		block.SetOutput(block.Output().SetAt(h, nn.All, to))
		logits = next(m)
	})
	t.Run()
	return logits
}
