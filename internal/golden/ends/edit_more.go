package ends

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// HeadBy scales the logits.
//
//nngen:edit
func HeadBy(m *llama.Model, by float32) { m.LMHead.SetOutput(m.LMHead.Output().Scale(by)) }

// DownBy scales what is inside of the first MLP.
//
//nngen:edit
func DownBy(m *llama.Model, by float32) {
	p := m.Model.Layers[0].MLP.DownProj
	p.SetOutput(p.Output().Scale(by))
}

// BypassAt leaves the layer out of every run that it is told.
//
//nngen:edit
func BypassAt(m *llama.Model, layer int, by float32) {
	l := m.Model.Layers[layer]
	l.Skip(l.Input().Scale(by))
}

// Calls runs modules on other values, beside the run's own.
//
//nngen:trace
func Calls(m *llama.Model) (mlp, called, logits nn.Tensor) {
	mlp = m.Model.Layers[0].MLP.Call(m.Model.EmbedTokens.Output())
	return mlp, m.LMHead.Call(m.Model.EmbedTokens.Output()), m.LMHead.Output()
}

// Keep keeps two modules that give one tensor.
//
//nngen:trace
func Keep(m *llama.Model) (c *llama.Cache, logits nn.Tensor) {
	c = m.Cache(nn.Modules(m.Model.Layers[0].MLP, m.Model.Layers[0].MLP.DownProj))
	return c, m.LMHead.Output()
}

// KeepDown keeps the inner one of them.
//
//nngen:trace
func KeepDown(m *llama.Model) (c *llama.Cache, logits nn.Tensor) {
	c = m.Cache(nn.Modules(m.Model.Layers[0].MLP.DownProj))
	return c, m.LMHead.Output()
}

// KeepMLP keeps the outer one of them.
//
//nngen:trace
func KeepMLP(m *llama.Model) (c *llama.Cache, logits nn.Tensor) {
	c = m.Cache(nn.Modules(m.Model.Layers[0].MLP))
	return c, m.LMHead.Output()
}
