// Package probes holds the golden cases of the genai fixture as trace functions.
package probes

import (
	"github.com/nngen-go/nngen/internal/golden/genai"
	nn "github.com/nngen-go/nngen/runtime"
)

// Raw is the model as it is.
//
//nngen:trace
func Raw(m *genai.Model) (logits nn.Tensor) { return m.LMHead.Output() }

// Edit weakens what one attention says and adds to what one MLP says.
//
//nngen:trace
func Edit(m *genai.Model, v nn.Tensor) (up, logits nn.Tensor) {
	said := m.Model.Layers.M0.Attn.OProj
	said.SetOutput(said.Output().Scale(0.25))
	mlp := m.Model.Layers.M1.MLP
	up = mlp.UpProj.Output()
	mlp.DownProj.SetOutput(mlp.DownProj.Output().Add(v))
	return up, m.LMHead.Output()
}

// Steer adds to what the first MLP says.
//
//nngen:trace
func Steer(m *genai.Model, v nn.Tensor) (logits nn.Tensor) {
	mlp := m.Model.Layers.M0.MLP
	mlp.DownProj.SetOutput(mlp.DownProj.Output().Add(v))
	return m.LMHead.Output()
}
