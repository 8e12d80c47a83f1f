// Package probes holds the golden cases of the gpt2 fixture as trace functions:
// each does what its case in testdata/goldens/cases.md says.
package probes

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// Raw is the model as it is.
//
//nngen:trace
func Raw(m *gpt2.Model) (logits nn.Tensor) {
	return m.LMHead.Output()
}

// Get reads points all along the model.
//
//nngen:trace
func Get(m *gpt2.Model) (wte, ln1, cAttn, attn0, mlp0, h0, h1In, attn1, mlp1, h1, lnF, logits nn.Tensor) {
	first, second := m.Transformer.H[0], m.Transformer.H[1]
	wte = m.Transformer.WTE.Output()
	ln1 = first.Ln1.Output()
	cAttn = first.Attn.CAttn.Output()
	attn0, mlp0, h0 = first.Attn.Output(), first.MLP.Output(), first.Output()
	h1In = second.Input()
	attn1, mlp1, h1 = second.Attn.Output(), second.MLP.Output(), second.Output()
	lnF = m.Transformer.LnF.Output()
	return wte, ln1, cAttn, attn0, mlp0, h0, h1In, attn1, mlp1, h1, lnF, m.LMHead.Output()
}

// SetBlock0 scales the residual stream after the first block.
//
//nngen:trace
func SetBlock0(m *gpt2.Model) (logits nn.Tensor) {
	b := m.Transformer.H[0]
	b.SetOutput(b.Output().Scale(1.5))
	return m.LMHead.Output()
}

// InplaceLast clears the last token of the last block.
//
//nngen:trace
func InplaceLast(m *gpt2.Model) (logits nn.Tensor) {
	b := m.Transformer.H[1]
	b.SetOutput(b.Output().SetAt(nn.Scalar[float32](0), nn.All, -1))
	return m.LMHead.Output()
}

// InputMLP clears what an MLP sees.
//
//nngen:trace
func InputMLP(m *gpt2.Model) (logits nn.Tensor) {
	mlp := m.Transformer.H[1].MLP
	mlp.SetInput(mlp.Input().Scale(0))
	return m.LMHead.Output()
}

// InputBlock halves what a whole block sees, its residual stream too.
//
//nngen:trace
func InputBlock(m *gpt2.Model) (logits nn.Tensor) {
	b := m.Transformer.H[1]
	b.SetInput(b.Input().Scale(0.5))
	return m.LMHead.Output()
}

// SetMLP turns an MLP's output round.
//
//nngen:trace
func SetMLP(m *gpt2.Model) (logits nn.Tensor) {
	mlp := m.Transformer.H[0].MLP
	mlp.SetOutput(mlp.Output().Neg())
	return m.LMHead.Output()
}

// SetAttn triples an attention's output.
//
//nngen:trace
func SetAttn(m *gpt2.Model) (logits nn.Tensor) {
	a := m.Transformer.H[1].Attn
	a.SetOutput(a.Output().Scale(3))
	return m.LMHead.Output()
}

// AblateHead takes head 2 of the first block away, before its projection.
//
//golden:torchscript the dynamo exporter merges reshapes: the projection sees [batch, seq, heads, width]
//nngen:trace
func AblateHead(m *gpt2.Model) (logits nn.Tensor) {
	const width = 12
	proj := m.Transformer.H[0].Attn.CProj
	proj.SetInput(proj.Input().SetAt(nn.Scalar[float32](0), nn.All, nn.All, nn.Range(2*width, 3*width)))
	return m.LMHead.Output()
}

// Steer adds alpha·v to the residual stream after the first block.
//
//nngen:trace
func Steer(m *gpt2.Model, v nn.Tensor, alpha float32) (logits nn.Tensor) {
	b := m.Transformer.H[0]
	b.SetOutput(b.Output().Add(v.Scale(alpha)))
	return m.LMHead.Output()
}

// Carry moves the mean over tokens from one point to another.
//
//nngen:trace
func Carry(m *gpt2.Model) (logits nn.Tensor) {
	first, second := m.Transformer.H[0], m.Transformer.H[1]
	h := first.Output()
	mean := h.MeanKeep(1)
	first.SetOutput(h.Sub(mean))
	second.MLP.SetOutput(second.MLP.Output().Add(mean))
	return m.LMHead.Output()
}

// TwoInvokes edits the second invoke's rows only, at two points.
//
//nngen:trace
func TwoInvokes(t *gpt2.Trace, a, b gpt2.Inputs) (h00, logits0, logits1 nn.Tensor) {
	t.Invoke(a, func(m *gpt2.Model) {
		h00 = m.Transformer.H[0].Output()
		logits0 = m.LMHead.Output()
	})
	t.Invoke(b, func(m *gpt2.Model) {
		first, second := m.Transformer.H[0], m.Transformer.H[1]
		first.SetOutput(first.Output().Scale(1.5))
		second.SetOutput(second.Output().SetAt(nn.Scalar[float32](0), nn.All, 2))
		logits1 = m.LMHead.Output()
	})
	t.Run()
	return h00, logits0, logits1
}

// PatchBarrier puts the clean run's last residual into the corrupt run.
//
//nngen:trace
func PatchBarrier(t *gpt2.Trace, clean, corrupt gpt2.Inputs) (logits0, logits1 nn.Tensor) {
	ready := t.Barrier(2)
	var h nn.Tensor
	t.Invoke(clean, func(m *gpt2.Model) {
		h = m.Transformer.H[0].Output().At(nn.All, -1)
		ready.Wait()
		logits0 = m.LMHead.Output()
	})
	t.Invoke(corrupt, func(m *gpt2.Model) {
		ready.Wait()
		b := m.Transformer.H[0]
		b.SetOutput(b.Output().SetAt(h, nn.All, -1))
		logits1 = m.LMHead.Output()
	})
	t.Run()
	return logits0, logits1
}

// WteBarrier gives the second invoke the first one's embeddings.
//
//nngen:trace
func WteBarrier(t *gpt2.Trace, a, b gpt2.Inputs) (wte0, logits0, wte1, logits1 nn.Tensor) {
	ready := t.Barrier(2)
	var embeddings nn.Tensor
	t.Invoke(a, func(m *gpt2.Model) {
		embeddings = m.Transformer.WTE.Output()
		ready.Wait()
		wte0 = m.Transformer.WTE.Output()
		logits0 = m.LMHead.Output()
	})
	t.Invoke(b, func(m *gpt2.Model) {
		ready.Wait()
		m.Transformer.WTE.SetOutput(embeddings)
		wte1 = m.Transformer.WTE.Output()
		logits1 = m.LMHead.Output()
	})
	t.Run()
	return wte0, logits0, wte1, logits1
}

// CallLens is the logit lens after the first block.
//
//nngen:trace
func CallLens(m *gpt2.Model) (lens, logits nn.Tensor) {
	lens = m.LMHead.Call(m.Transformer.LnF.Call(m.Transformer.H[0].Output()))
	return lens, m.LMHead.Output()
}

// CallBlock runs the second block on another residual stream.
//
//nngen:trace
func CallBlock(m *gpt2.Model) (block, h1, logits nn.Tensor) {
	block = m.Transformer.H[1].Call(m.Transformer.H[0].Output().Scale(2))
	return block, m.Transformer.H[1].Output(), m.LMHead.Output()
}

// CallMLP runs an MLP on a shorter sequence; the call fires no point.
//
//nngen:trace
func CallMLP(m *gpt2.Model) (value, logits nn.Tensor) {
	b := m.Transformer.H[0]
	value = b.MLP.Call(b.Ln2.Output().At(nn.All, nn.RangeTo(2)).Neg())
	b.MLP.SetOutput(b.MLP.Output().Scale(0))
	return value, m.LMHead.Output()
}

// SourceGet reads inside the first attention and the second MLP.
//
//nngen:trace
func SourceGet(m *gpt2.Model) (query, scores, pattern, mixed, tanh nn.Tensor) {
	ops := m.Transformer.H[0].Attn.Source()
	query, scores, pattern = ops.Transpose0.Output(), ops.Div.Output(), ops.Softmax.Output()
	return query, scores, pattern, ops.MatMul1.Output(), m.Transformer.H[1].MLP.Act.Source().Tanh.Output()
}

// knock makes an attention look away from one position, its weights brought to one again.
func knock(softmax nn.Operation, at int) {
	kept := softmax.Output().SetAt(nn.Scalar[float32](0), nn.Ellipsis, at)
	softmax.SetOutput(kept.Div(kept.SumKeep(-1)))
}

// SourceKnock takes position 1 from what the first attention looks at.
//
//nngen:trace
func SourceKnock(m *gpt2.Model) (after, logits nn.Tensor) {
	softmax := m.Transformer.H[0].Attn.Source().Softmax
	knock(softmax, 1)
	return softmax.Output(), m.LMHead.Output()
}

// SourceAct halves the tanh inside an activation.
//
//nngen:trace
func SourceAct(m *gpt2.Model) (logits nn.Tensor) {
	tanh := m.Transformer.H[1].MLP.Act.Source().Tanh
	tanh.SetOutput(tanh.Output().Scale(0.5))
	return m.LMHead.Output()
}

// SourceInput halves the pattern that the values are mixed by.
//
//nngen:trace
func SourceInput(m *gpt2.Model) (logits nn.Tensor) {
	mix := m.Transformer.H[1].Attn.Source().MatMul1
	mix.SetInput(mix.Input().Scale(0.5))
	return m.LMHead.Output()
}

// SourceInvokes knocks a position out for the rows of the second invoke alone.
//
//nngen:trace
func SourceInvokes(t *gpt2.Trace, a, b gpt2.Inputs) (pattern0, logits0, logits1 nn.Tensor) {
	t.Invoke(a, func(m *gpt2.Model) {
		pattern0 = m.Transformer.H[0].Attn.Source().Softmax.Output()
		logits0 = m.LMHead.Output()
	})
	t.Invoke(b, func(m *gpt2.Model) {
		h := m.Transformer.H[0]
		knock(h.Attn.Source().Softmax, 1)
		h.SetOutput(h.Output().Scale(1.5))
		logits1 = m.LMHead.Output()
	})
	t.Run()
	return pattern0, logits0, logits1
}

// SourceChosen takes position 1 from what the attention of a layer looks at.
//
//nngen:trace
func SourceChosen(m *gpt2.Model, layer int) (scores, after, logits nn.Tensor) {
	ops := m.Transformer.H[layer].Attn.Source()
	scores = ops.Div.Output()
	knock(ops.Softmax, 1)
	return scores, ops.Softmax.Output(), m.LMHead.Output()
}

// SourceChosenAct halves the pattern and the tanh of a layer.
//
//nngen:trace
func SourceChosenAct(m *gpt2.Model, layer int) (logits nn.Tensor) {
	b := m.Transformer.H[layer]
	mix, tanh := b.Attn.Source().MatMul1, b.MLP.Act.Source().Tanh
	mix.SetInput(mix.Input().Scale(0.5))
	tanh.SetOutput(tanh.Output().Scale(0.5))
	return m.LMHead.Output()
}

// SourceChosenInvokes is SourceInvokes in a layer that the caller chooses.
//
//nngen:trace
func SourceChosenInvokes(t *gpt2.Trace, a, b gpt2.Inputs, layer int) (pattern0, logits0, logits1 nn.Tensor) {
	t.Invoke(a, func(m *gpt2.Model) {
		pattern0 = m.Transformer.H[layer].Attn.Source().Softmax.Output()
		logits0 = m.LMHead.Output()
	})
	t.Invoke(b, func(m *gpt2.Model) {
		knock(m.Transformer.H[layer].Attn.Source().Softmax, 1)
		logits1 = m.LMHead.Output()
	})
	t.Run()
	return pattern0, logits0, logits1
}

// SourceChosenPatch puts the pattern of one layer in the place of another's.
//
//nngen:trace
func SourceChosenPatch(m *gpt2.Model, src, dst int) (logits nn.Tensor) {
	m.Transformer.H[dst].Attn.Source().Softmax.SetOutput(m.Transformer.H[src].Attn.Source().Softmax.Output())
	return m.LMHead.Output()
}
