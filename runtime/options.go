package nn

import (
	"maps"

	"github.com/nngen-go/nngen/runtime/backend"
)

// Optimization is how far the back end may rewrite a graph.
type Optimization = backend.Optimization

// The levels. Numbers are compared at OptimizeBasic; OptimizeFull is the default.
const (
	OptimizeNone  = backend.OptimizeNone
	OptimizeBasic = backend.OptimizeBasic
	OptimizeFull  = backend.OptimizeFull
)

// settings are what options set.
type settings struct {
	backend string
	session backend.SessionOptions
	// attached are the attachments of a compiled trace, by parameter.
	attached map[string]any
	arrays   map[string]Tensor // the same, by the arrays' names in the plan
	padding  padding
	token    string
	values   int64    // limit of bytes, 0: none
	nodes    int      // limit of operations, 0: none
	later    *Session // generates all tokens after the first
	edits    []Edit   // put under every trace
}

func (s settings) clone() settings {
	s.session.Config = maps.Clone(s.session.Config)
	s.attached, s.arrays = maps.Clone(s.attached), maps.Clone(s.arrays)
	s.session.Providers = append([]backend.Provider(nil), s.session.Providers...)
	return s
}

// Option is a setting of Open.
type Option interface{ applyOpen(*settings) }

// CompileOption is a setting of Session.Compile.
type CompileOption interface{ applyCompile(*settings) }

// SessionOption can be given to Open, for everything that the session runs, and
// to Compile, for one compiled trace.
type SessionOption func(*settings)

func (o SessionOption) applyOpen(s *settings)    { o(s) }
func (o SessionOption) applyCompile(s *settings) { o(s) }

// CPU runs on the processor, which is the default.
func CPU() SessionOption {
	return func(s *settings) { s.session.Providers = nil }
}

// CUDA runs on an NVIDIA GPU.
func CUDA(device int) SessionOption {
	return func(s *settings) {
		s.session.Providers = []backend.Provider{{Name: "CUDA", Device: device}}
	}
}

// WebGPU runs on any GPU that has a driver for Vulkan, Metal or Direct3D.
func WebGPU() SessionOption {
	return func(s *settings) { s.session.Providers = []backend.Provider{{Name: "WebGPU"}} }
}

// Threads sets how many threads one operator may use; 0 leaves it to the back end.
func Threads(n int) SessionOption {
	return func(s *settings) { s.session.Threads = max(n, 0) }
}

// Optimize sets how far the graph may be rewritten.
func Optimize(level Optimization) SessionOption {
	return func(s *settings) { s.session.Optimization = level }
}

// NoPrepack leaves weights as they lie in the file: sessions open faster and
// take less memory, runs are slower.
func NoPrepack() SessionOption {
	return func(s *settings) { s.session.NoPrepack = true }
}

// Config sets a session configuration entry of the back end.
func Config(key, value string) SessionOption {
	return func(s *settings) {
		if s.session.Config == nil {
			s.session.Config = map[string]string{}
		}
		s.session.Config[key] = value
	}
}

// Backend chooses a registered back end; without it the only one is taken, or onnxruntime.
func Backend(name string) SessionOption {
	return func(s *settings) { s.backend = name }
}

// ValueLimit bounds the bytes of all values that a trace itself computes in a
// run, results of each of its operations counted once: a run that would need
// more, or whose sizes cannot be told before it, is refused (NN3191). It is for
// those who run what others wrote.
func ValueLimit(bytes int64) CompileOption {
	return compileOption(func(s *settings) { s.values = bytes })
}

// NodeLimit bounds the operations of a trace and of the edits under it, those in
// branches included (NN3191). It is for those who run what others wrote.
func NodeLimit(n int) CompileOption {
	return compileOption(func(s *settings) { s.nodes = n })
}

type compileOption func(*settings)

func (o compileOption) applyCompile(s *settings) { o(s) }
