package nn_test

import (
	"testing"
	"time"

	nn "github.com/nngen-go/nngen/runtime"
)

// walkedFrame is a frame as the compiler writes it: a case for each step, the
// variables that live across steps in fields.
type walkedFrame struct {
	scale float32
	sum   float32
}

// Step runs the part of the trace that follows state s.State().
func (f *walkedFrame) Step(s *nn.Step) error {
	switch s.State() {
	case 0:
		f.sum = f.sum*f.scale + 1
	case 1:
		f.sum = f.sum*f.scale + 2
	case 2:
		f.sum = f.sum*f.scale + 3
	case 3:
		f.sum = f.sum*f.scale + 4
	case 4:
		f.sum = f.sum*f.scale + 5
	case 5:
		f.sum = f.sum*f.scale + 6
	case 6:
		f.sum = f.sum*f.scale + 7
	case 7:
		f.sum = f.sum*f.scale + 8
	case 8:
		f.sum = f.sum*f.scale + 9
	case 9:
		f.sum = f.sum*f.scale + 10
	case 10:
		f.sum = f.sum*f.scale + 11
	case 11:
		f.sum = f.sum*f.scale + 12
	case 12:
		f.sum = f.sum*f.scale + 13
	case 13:
		f.sum = f.sum*f.scale + 14
	case 14:
		f.sum = f.sum*f.scale + 15
	case 15:
		f.sum = f.sum*f.scale + 16
	}
	return nil
}

// straight is the same statements, one after another in one function.
//
//go:noinline
func straight(scale, sum float32) float32 {
	sum = sum*scale + 1
	sum = sum*scale + 2
	sum = sum*scale + 3
	sum = sum*scale + 4
	sum = sum*scale + 5
	sum = sum*scale + 6
	sum = sum*scale + 7
	sum = sum*scale + 8
	sum = sum*scale + 9
	sum = sum*scale + 10
	sum = sum*scale + 11
	sum = sum*scale + 12
	sum = sum*scale + 13
	sum = sum*scale + 14
	sum = sum*scale + 15
	sum = sum*scale + 16
	return sum
}

const walkedSteps = 16

var walkedSum float32

// BenchmarkStep is what the state machine adds to the user's own statements: the
// call through the interface, the dispatch, and variables that are fields. What
// onnxruntime adds to it (the node, the way from C to Go and back) is
// BenchmarkHook in internal/bench.
func BenchmarkStep(b *testing.B) {
	steps := make([]*nn.Step, walkedSteps)
	for i := range steps {
		steps[i] = nn.StepAt(int64(i))
	}
	var f nn.Frame = &walkedFrame{scale: 0.5}
	var machine, plain time.Duration
	for b.Loop() {
		t := time.Now()
		for range 1000 {
			for _, s := range steps {
				if err := f.Step(s); err != nil {
					b.Fatal(err)
				}
			}
		}
		machine += time.Since(t)
		t = time.Now()
		for range 1000 {
			walkedSum = straight(0.5, walkedSum)
		}
		plain += time.Since(t)
	}
	b.ReportMetric(float64(machine-plain)/float64(b.N*1000*walkedSteps), "ns/step")
}
