package interventions

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	nn "github.com/nngen-go/nngen/runtime"
)

// encode is a sparse autoencoder's encoder, [rows, seq, features].
func encode(h, enc, bias, centre nn.Tensor) nn.Tensor {
	return h.Sub(centre).MatMul(enc).Add(bias).Relu()
}

// SAERead names the three features of a sparse autoencoder that fire most on each
// token after block 3, and how much: [rows, seq, 3] each.
//
//nngen:trace nohooks
//nngen:param enc float32 [96, 128]
//nngen:param bias float32 [128]
//nngen:param centre float32 [96]
func SAERead(m *opticks.Model, enc, bias, centre nn.Tensor) (strength, features nn.Tensor) {
	return encode(m.Transformer.H[3].Output(), enc, bias, centre).TopK(3, -1)
}

// SAEClamp holds one feature at a value on every token. What the autoencoder does
// not explain stays: only the feature's own change is decoded and added.
//
//nngen:trace nohooks
//nngen:param enc float32 [96, 128]
//nngen:param bias float32 [128]
//nngen:param centre float32 [96]
//nngen:param dec float32 [128, 96]
func SAEClamp(m *opticks.Model, enc, bias, centre, dec nn.Tensor, feature int, value float32) (logits nn.Tensor) {
	block := m.Transformer.H[3]
	h := block.Output()
	f := encode(h, enc, bias, centre)
	change := f.SetAt(nn.Scalar(value), nn.All, nn.All, feature).Sub(f)
	block.SetOutput(h.Add(change.MatMul(dec)))
	return next(m)
}
