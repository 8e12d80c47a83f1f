package nn

import (
	"encoding/binary"
	"math"
	"slices"
	"sync"

	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
)

// Frame is the Go of one run of a trace that has some in mid-run: the variables
// that live across its steps, and the steps. Generated code has one per trace.
type Frame interface {
	// Step runs the part of the trace that follows state s.State(). Its error
	// ends the run and is what the run returns.
	Step(s *Step) error
}

// Frames keeps the frames of runs that are over for the runs to come. The zero
// Frames is ready, for any number of goroutines.
type Frames[F any] struct{ pool sync.Pool }

// Get gives a frame whose fields are zero.
func (p *Frames[F]) Get() *F {
	if f, ok := p.pool.Get().(*F); ok {
		return f
	}
	return new(F)
}

// Put takes a frame back that nobody uses any more.
func (p *Frames[F]) Put(f *F) {
	var zero F
	*f = zero
	p.pool.Put(f)
}

// Step is one visit of a trace's Go in mid-run: what the graph hands over, and
// what it goes on with. It is valid during Frame.Step only. The methods that
// read are those of Tensor, with the number of the value; what is not set is
// zero for the graph. Mistakes panic with an *Error.
type Step struct {
	call *backend.HookCall
	node *hookNodeOf
	run  *stepRun
	set  []bool // outputs that have their value
	in   int    // the invoke whose code runs, -1 where that is not said
	word [8]byte
}

// hookNodeOf is a hook of a plan: what its outputs have to be.
type hookNodeOf struct {
	names []string
	types []tensor.Type
	line  int
	// ends are the outputs that end the run where they are set; then the hook's
	// last inputs are the taps collect, which the run has given by then.
	ends    []string
	collect []int64
	// gate says that the very last input is passed on, for the rest of the model.
	gate bool
}

// State is the number of the step, from 0 in the order of the run.
func (s *Step) State() int { return int(s.call.ID) }

// Enter says which invoke the code that follows belongs to: the error of a panic
// tells.
func (s *Step) Enter(invoke int) { s.in = invoke }

// bytes views the elements of input i on the host.
func (s *Step) bytes(i int, what string) []byte {
	v := s.call.Inputs[i]
	host, err := v.ToHost()
	if err != nil {
		panic(misuse("NN3112", "%s: %v", what, err))
	}
	b, err := host.Bytes()
	if err != nil {
		panic(misuse("NN3112", "%s: %v", what, err))
	}
	return b
}

// one gives the bytes of the only element of input i.
func (s *Step) one(i int, what string, fits func(tensor.DType) bool, instead string) (tensor.DType, []byte) {
	v := s.call.Inputs[i]
	if n := elements(v.Shape()); n != 1 {
		panic(misuse("NN3113", "%s needs a tensor of one element, this one has %d (shape %v): reduce or index it first", what, n, v.Shape()))
	}
	if d := v.DType(); !fits(d) {
		panic(misuse("NN3113", "%ss of a tensor of %s: use %s, or Cast it first", whole[what], d, instead))
	}
	return v.DType(), s.bytes(i, what)
}

// whole names the method that reads all of what the key reads one of.
var whole = map[string]string{"Item": "Float32", "Int": "Int", "Bool": "Bool"}

// Item gives the only element of floating-point input i.
func (s *Step) Item(i int) float32 {
	d, b := s.one(i, "Item", tensor.DType.IsFloat, "Ints or Bools")
	return float32(floatAt(d, b))
}

// Int gives the only element of integer input i.
func (s *Step) Int(i int) int64 {
	return intAt(s.one(i, "Int", tensor.DType.IsInt, "Float32s or Bools"))
}

// Bool gives the only element of bool input i.
func (s *Step) Bool(i int) bool {
	_, b := s.one(i, "Bool", isBool, "Float32s or Ints")
	return b[0] != 0
}

func isBool(d tensor.DType) bool { return d == tensor.Bool }

// Tensor gives input i as a tensor that Go may keep: a copy on the host.
func (s *Step) Tensor(i int) Tensor {
	v := s.call.Inputs[i]
	return hostTensor(v.DType(), slices.Clone(v.Shape()), slices.Clone(s.bytes(i, "Tensor")))
}

// view is input i as a tensor without a copy, for the length of a call.
func (s *Step) view(i int) Tensor {
	v := s.call.Inputs[i]
	return hostTensor(v.DType(), v.Shape(), s.bytes(i, "Tensor"))
}

// Float32s gives a copy of the elements of floating-point input i.
func (s *Step) Float32s(i int) []float32 { return s.view(i).Float32s() }

// Float64s gives a copy of the elements of floating-point input i.
func (s *Step) Float64s(i int) []float64 { return s.view(i).Float64s() }

// Ints gives a copy of the elements of integer input i.
func (s *Step) Ints(i int) []int64 { return s.view(i).Ints() }

// Bools gives a copy of the elements of bool input i.
func (s *Step) Bools(i int) []bool { return s.view(i).Bools() }

// Bytes gives a copy of the elements of input i as little-endian bytes.
func (s *Step) Bytes(i int) []byte { return slices.Clone(s.bytes(i, "Bytes")) }

// Shape gives the sizes of the dimensions of input i.
func (s *Step) Shape(i int) []int {
	dims := s.call.Inputs[i].Shape()
	out := make([]int, len(dims))
	for a, d := range dims {
		out[a] = int(d)
	}
	return out
}

// DType gives the element type of input i.
func (s *Step) DType(i int) DType { return s.call.Inputs[i].DType() }

// Len gives the number of elements of input i.
func (s *Step) Len(i int) int { return int(elements(s.call.Inputs[i].Shape())) }

// SetFloat32 gives output i, a float32 without axes, its value.
func (s *Step) SetFloat32(i int, v float32) {
	binary.LittleEndian.PutUint32(s.word[:], math.Float32bits(v))
	s.put(i, nil, s.word[:4])
}

// SetInt gives output i, an int64 without axes, its value.
func (s *Step) SetInt(i int, v int64) {
	binary.LittleEndian.PutUint64(s.word[:], uint64(v))
	s.put(i, nil, s.word[:8])
}

// SetBool gives output i, a bool without axes, its value.
func (s *Step) SetBool(i int, v bool) {
	s.word[0] = 0
	if v {
		s.word[0] = 1
	}
	s.run.tell(s.node.names[i], v)
	s.run.stopped = s.run.stopped || v && slices.Contains(s.node.ends, s.node.names[i])
	s.put(i, nil, s.word[:1])
}

// SetTensor gives output i its value, which has to be of the type that the graph
// goes on with.
func (s *Step) SetTensor(i int, t Tensor) {
	h := t.must("an operand of the model")
	if err := s.run.accept(s, i, h); err != nil {
		panic(err)
	}
	t.read("an operand of the model", func(b []byte) { s.put(i, h.shape, b) })
}

func (s *Step) put(i int, shape []int64, data []byte) {
	if err := s.call.SetOutput(i, shape, data); err != nil {
		panic(misuse("", "step %d: %v", s.State(), err))
	}
	s.set[i] = true
}

// rest makes what was not set zero: the values of branches that were not taken.
func (s *Step) rest() error {
	for i, set := range s.set {
		if set {
			continue
		}
		shape, size := s.run.zeroShape(s.node, i)
		if err := s.call.SetOutput(i, shape, make([]byte, size)); err != nil {
			return err
		}
	}
	return nil
}

// stepOf gives the number of a hook of a plan.
func stepOf(n Node) (int, bool) {
	k, ok := n.Attrs["step"].(int64)
	return int(k), ok && n.Op == plan.HookOp
}
