// Package probes holds the golden cases of the cnn fixture as trace functions:
// each does what its case in testdata/goldens/cases.md says.
package probes

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/cnn"
	nn "github.com/nngen-go/nngen/runtime"
)

// Raw is the model as it is.
//
//nngen:trace
func Raw(m *cnn.Model) (out nn.Tensor) {
	return m.Output()
}

// GetBn1 reads feature maps along the net.
//
//golden:torchscript the dynamo exporter folds bn1 into conv1
//nngen:trace
func GetBn1(m *cnn.Model) (conv1, bn1, relu2, pool, out nn.Tensor) {
	conv1 = m.Conv1.Output()
	bn1 = m.Bn1.Output()
	relu2 = m.Relu2.Output()
	pool = m.Pool.Output()
	return conv1, bn1, relu2, pool, m.Output()
}

// AblateChannel clears one feature map.
//
//golden:torchscript the dynamo exporter folds bn1 into conv1
//nngen:trace
func AblateChannel(m *cnn.Model) (out nn.Tensor) {
	m.Conv1.SetOutput(m.Conv1.Output().SetAt(nn.Scalar[float32](0), nn.All, 3))
	return m.Output()
}

// SetBn2 scales and shifts a normalised map.
//
//nngen:trace
func SetBn2(m *cnn.Model) (out nn.Tensor) {
	m.Bn2.SetOutput(m.Bn2.Output().Scale(2).AddScalar(-0.5))
	return m.Output()
}

// TwoInvokes halves a map in the second invoke's rows only.
//
//nngen:trace
func TwoInvokes(t *cnn.Trace, a, b cnn.Inputs) (relu10, out0, out1 nn.Tensor) {
	t.Invoke(a, func(m *cnn.Model) {
		relu10 = m.Relu1.Output()
		out0 = m.Output()
	})
	t.Invoke(b, func(m *cnn.Model) {
		m.Relu1.SetOutput(m.Relu1.Output().Scale(0.5))
		out1 = m.Output()
	})
	t.Run()
	return relu10, out0, out1
}
