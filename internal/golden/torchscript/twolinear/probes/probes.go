// Package probes holds the golden cases of the twolinear fixture as trace functions:
// each does what its case in testdata/goldens/cases.md says.
package probes

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/twolinear"
	nn "github.com/nngen-go/nngen/runtime"
)

// Raw is the model as it is.
//
//nngen:trace
func Raw(m *twolinear.Model) (out nn.Tensor) {
	return m.Output()
}

// GetFc1 reads along the net.
//
//nngen:trace
func GetFc1(m *twolinear.Model) (x, fc1, relu, out nn.Tensor) {
	x = m.Fc1.Input()
	fc1 = m.Fc1.Output()
	relu = m.ReLU.Output()
	return x, fc1, relu, m.Output()
}

// SetFc1 doubles the hidden layer.
//
//nngen:trace
func SetFc1(m *twolinear.Model) (out nn.Tensor) {
	m.Fc1.SetOutput(m.Fc1.Output().Scale(2))
	return m.Output()
}

// Inplace sets two hidden units.
//
//nngen:trace
func Inplace(m *twolinear.Model) (after, out nn.Tensor) {
	h := m.Fc1.Output().SetAt(nn.Scalar[float32](0), nn.All, 0)
	h = h.SetAt(nn.Scalar[float32](3), nn.All, 5)
	m.Fc1.SetOutput(h)
	after = m.Fc1.Output()
	return after, m.Output()
}

// InputEdit halves what fc2 sees.
//
//nngen:trace
func InputEdit(m *twolinear.Model) (fc2In, out nn.Tensor) {
	m.Fc2.SetInput(m.Fc2.Input().Scale(0.5))
	return m.Fc2.Input(), m.Output()
}

// TwoInvokes clears the hidden layer of the second invoke's rows only.
//
//nngen:trace
func TwoInvokes(t *twolinear.Trace, a, b twolinear.Inputs) (fc10, out0, fc11, out1 nn.Tensor) {
	t.Invoke(a, func(m *twolinear.Model) {
		fc10 = m.Fc1.Output()
		out0 = m.Output()
	})
	t.Invoke(b, func(m *twolinear.Model) {
		m.Fc1.SetOutput(m.Fc1.Output().Scale(0))
		fc11 = m.Fc1.Output()
		out1 = m.Output()
	})
	t.Run()
	return fc10, out0, fc11, out1
}

// PatchBarrier puts the clean hidden layer into the corrupt run.
//
//nngen:trace
func PatchBarrier(t *twolinear.Trace, clean, corrupt twolinear.Inputs) (out0, out1 nn.Tensor) {
	ready := t.Barrier(2)
	var h nn.Tensor
	t.Invoke(clean, func(m *twolinear.Model) {
		h = m.Fc1.Output()
		ready.Wait()
		out0 = m.Output()
	})
	t.Invoke(corrupt, func(m *twolinear.Model) {
		ready.Wait()
		m.Fc1.SetOutput(h)
		out1 = m.Output()
	})
	t.Run()
	return out0, out1
}

// Call runs fc2 on another value; the run itself is untouched.
//
//nngen:trace
func Call(m *twolinear.Model) (value, out nn.Tensor) {
	value = m.Fc2.Call(m.Fc1.Output().Scale(3))
	return value, m.Output()
}

// Params scales and shifts by what the caller gives.
//
//nngen:trace
func Params(m *twolinear.Model, scale float32, shift nn.Tensor) (out nn.Tensor) {
	m.Fc1.SetOutput(m.Fc1.Output().Scale(scale).Add(shift))
	return m.Output()
}
