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
	m.Relu2.SetOutput(h.SetAt(nn.Scalar[float32](0), unit.Positions(0), unit))
	return m.Fc.Output()
}

// ClassActivationMap is where in the picture a class is seen: the last feature
// maps weighted by the class's row of the head, [rows, 4, 4].
//
//nngen:trace nohooks
func ClassActivationMap(m *cnn.Model, class int) (where nn.Tensor) {
	w := m.Fc.Weight("weight").At(class)
	return nn.Einsum("bchw,c->bhw", m.Relu2.Output(), w)
}
