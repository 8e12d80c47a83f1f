// Package probes holds the golden cases of the llama fixture as trace functions:
// each does what its case in testdata/goldens/cases.md says.
package probes

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// Raw is the model as it is.
//
//nngen:trace
func Raw(m *llama.Model) (logits nn.Tensor) {
	return m.LMHead.Output()
}

// Get reads points all along the model.
//
//nngen:trace
func Get(m *llama.Model) (embed, q, attn0, mlp0, h0, h1, norm, logits nn.Tensor) {
	first := m.Model.Layers[0]
	embed = m.Model.EmbedTokens.Output()
	q = first.SelfAttn.QProj.Output()
	attn0, mlp0, h0 = first.SelfAttn.Output(), first.MLP.Output(), first.Output()
	h1 = m.Model.Layers[1].Output()
	return embed, q, attn0, mlp0, h0, h1, m.Model.Norm.Output(), m.LMHead.Output()
}

// SetLayer0 scales the residual stream after the first layer.
//
//nngen:trace
func SetLayer0(m *llama.Model) (logits nn.Tensor) {
	l := m.Model.Layers[0]
	l.SetOutput(l.Output().Scale(1.5))
	return m.LMHead.Output()
}

// InplaceLast clears the last token, but for one unit.
//
//nngen:trace
func InplaceLast(m *llama.Model) (logits nn.Tensor) {
	l := m.Model.Layers[1]
	h := l.Output().SetAt(nn.Scalar[float32](0), nn.All, -1)
	l.SetOutput(h.SetAt(nn.Scalar[float32](2), nn.All, -1, 3))
	return m.LMHead.Output()
}

// InputMLP shrinks what an MLP sees.
//
//nngen:trace
func InputMLP(m *llama.Model) (logits nn.Tensor) {
	mlp := m.Model.Layers[1].MLP
	mlp.SetInput(mlp.Input().Scale(0.25))
	return m.LMHead.Output()
}

// ZeroAttn takes the first attention away.
//
//nngen:trace
func ZeroAttn(m *llama.Model) (logits nn.Tensor) {
	a := m.Model.Layers[0].SelfAttn
	a.SetOutput(a.Output().Scale(0))
	return m.LMHead.Output()
}

// Steer adds alpha·v to the residual stream after the first layer.
//
//nngen:trace
func Steer(m *llama.Model, v nn.Tensor, alpha float32) (logits nn.Tensor) {
	l := m.Model.Layers[0]
	l.SetOutput(l.Output().Add(v.Scale(alpha)))
	return m.LMHead.Output()
}

// CallLens is the logit lens after the first layer, and an MLP on another value.
//
//nngen:trace
func CallLens(m *llama.Model) (lens, mlp, logits nn.Tensor) {
	h := m.Model.Layers[0].Output()
	lens = m.LMHead.Call(m.Model.Norm.Call(h))
	mlp = m.Model.Layers[1].MLP.Call(h)
	return lens, mlp, m.LMHead.Output()
}

// TwoInvokes edits the second invoke's rows only, at two points.
//
//nngen:trace
func TwoInvokes(t *llama.Trace, a, b llama.Inputs) (h00, logits0, logits1 nn.Tensor) {
	t.Invoke(a, func(m *llama.Model) {
		h00 = m.Model.Layers[0].Output()
		logits0 = m.LMHead.Output()
	})
	t.Invoke(b, func(m *llama.Model) {
		first, second := m.Model.Layers[0], m.Model.Layers[1]
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
func PatchBarrier(t *llama.Trace, clean, corrupt llama.Inputs) (logits0, logits1 nn.Tensor) {
	ready := t.Barrier(2)
	var h nn.Tensor
	t.Invoke(clean, func(m *llama.Model) {
		h = m.Model.Layers[0].Output().At(nn.All, -1)
		ready.Wait()
		logits0 = m.LMHead.Output()
	})
	t.Invoke(corrupt, func(m *llama.Model) {
		ready.Wait()
		l := m.Model.Layers[0]
		l.SetOutput(l.Output().SetAt(h, nn.All, -1))
		logits1 = m.LMHead.Output()
	})
	t.Run()
	return logits0, logits1
}

// SourceGet reads inside the first attention and the first MLP.
//
//nngen:trace
func SourceGet(m *llama.Model) (query, scores, pattern, gated nn.Tensor) {
	ops := m.Model.Layers[0].SelfAttn.Source()
	query, scores, pattern = ops.Add0.Output(), ops.Mul4.Output(), ops.Softmax.Output()
	return query, scores, pattern, m.Model.Layers[0].MLP.Source().Mul.Output()
}

// SourceKnock takes position 1 from what the first attention looks at.
//
//nngen:trace
func SourceKnock(m *llama.Model) (logits nn.Tensor) {
	softmax := m.Model.Layers[0].SelfAttn.Source().Softmax
	kept := softmax.Output().SetAt(nn.Scalar[float32](0), nn.Ellipsis, 1)
	softmax.SetOutput(kept.Div(kept.SumKeep(-1)))
	return m.LMHead.Output()
}

// SourceAct cuts off what an MLP's last projection is given.
//
//nngen:trace
func SourceAct(m *llama.Model) (logits nn.Tensor) {
	gated := m.Model.Layers[1].MLP.Source().Mul
	x := gated.Output()
	gated.SetOutput(nn.Where(x.Gt(nn.Scalar[float32](0)), x.ZerosLike(), x))
	return m.LMHead.Output()
}
