package interventions

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/examples/gallery/attachments"
	nn "github.com/nngen-go/nngen/runtime"
)

// SAERead names the three features of a sparse autoencoder that fire most on each
// token after block 3, and how much: [rows, seq, 3] each.
//
//nngen:trace nohooks
func SAERead(m *opticks.Model, sae *attachments.SAE) (strength, features nn.Tensor) {
	return sae.Encode(m.Transformer.H[3].Output()).TopK(3, -1)
}

// SAEClamp holds one feature at a value on every token. What the autoencoder does
// not explain of the residual stream stays.
//
//nngen:trace nohooks
func SAEClamp(m *opticks.Model, sae *attachments.SAE, feature int, value float32) (logits nn.Tensor) {
	block := m.Transformer.H[3]
	h := block.Output()
	f := sae.Encode(h).SetAt(nn.Scalar(value), nn.Ellipsis, feature)
	block.SetOutput(sae.Edit(h, f))
	return next(m)
}

// SAEReplace lets the model run on what the autoencoder makes of the residual
// stream, and measures what is lost: the mean square of the difference in each row.
//
//nngen:trace nohooks
func SAEReplace(m *opticks.Model, sae *attachments.SAE) (logits, loss nn.Tensor) {
	block := m.Transformer.H[3]
	h := block.Output()
	y := sae.Apply(h)
	block.SetOutput(y)
	return next(m), y.Sub(h).Square().Mean(1, 2)
}
