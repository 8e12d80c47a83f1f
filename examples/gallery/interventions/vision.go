package interventions

import (
	"github.com/nngen-go/nngen/examples/gallery/models/cnn"
	nn "github.com/nngen-go/nngen/runtime"
)

// AblateUnits switches one channel of the second convolution off in each row of the batch
// (network dissection): unit [rows]. It gives the classes' scores, [rows, 5].
//
//nngen:trace nohooks
//nngen:param unit int64 [batch]
func AblateUnits(m *cnn.Model, unit nn.Tensor) (scores nn.Tensor) {
	h := m.Relu2.Output() // [rows, 12, 4, 4]
	at := unit.Reshape(-1, 1, 1, 1).Expand(-1, 1, 4, 4)
	m.Relu2.SetOutput(h.Scatter(at, h.Gather(at, 1).ZerosLike(), 1))
	return m.Fc.Output()
}

// ClassActivationMap is where in the picture a class is seen: the last feature
// maps weighted by the class's row of the head, [rows, 4, 4].
//
//nngen:trace nohooks
func ClassActivationMap(m *cnn.Model, class int) (where nn.Tensor) {
	w := m.Fc.Weight("weight").Reshape(5, 12).At(class)
	return m.Relu2.Output().Permute(0, 2, 3, 1).MatMul(w)
}
