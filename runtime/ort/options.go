package ort

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"unsafe"

	binding "github.com/yalue/onnxruntime_go"

	"github.com/nngen-go/nngen/runtime/backend"
)

// The session configuration keys that this package sets.
const (
	keySpinIntra = "session.intra_op.allow_spinning"
	keySpinInter = "session.inter_op.allow_spinning"
	keyPrepack   = "session.disable_prepacking"
	keyFolder    = "session.model_external_initializers_file_folder_path"
	keyDisable   = "optimization.disable_specified_optimizers"
)

// settings are a session's options being built, with what they borrow.
type settings struct {
	options *binding.SessionOptions
	weights []*C.OrtValue  // views of mapped memory, released after the session
	pins    runtime.Pinner // in case that memory is Go's
}

// release gives back what was borrowed, after the session is gone.
func (s *settings) release() {
	for _, w := range s.weights {
		C.nng_value_release(w)
	}
	s.weights = nil
	s.pins.Unpin()
}

// newSettings translates the options. Threads never spin: two sessions that
// do would take the processor from each other.
func newSettings(g *backend.Graph, o backend.SessionOptions) (*settings, error) {
	opt, err := binding.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	s := &settings{options: opt}
	if err := s.fill(g, o); err != nil {
		_ = opt.Destroy()
		s.release()
		return nil, err
	}
	return s, nil
}

func (s *settings) fill(g *backend.Graph, o backend.SessionOptions) error {
	config, err := configuration(g, o)
	if err != nil {
		return err
	}
	for k, v := range config {
		if err := s.options.AddSessionConfigEntry(k, v); err != nil {
			return fmt.Errorf("session option %s=%s: %w", k, v, err)
		}
	}
	level, err := optimization(o.Optimization)
	if err != nil {
		return err
	}
	if err := s.options.SetGraphOptimizationLevel(level); err != nil {
		return err
	}
	if err := s.options.SetLogSeverityLevel(logLevel()); err != nil {
		return err
	}
	if o.Threads > 0 {
		if err := s.options.SetIntraOpNumThreads(o.Threads); err != nil {
			return err
		}
	}
	if st := C.nng_add_hooks(pointer(s.options)); st != nil {
		return fmt.Errorf("add the hook operator: %w", statusError(st))
	}
	for _, p := range o.Providers {
		if err := appendProvider(s.options, p); err != nil {
			return err
		}
	}
	for _, w := range g.Weights {
		if err := s.addWeight(w); err != nil {
			return fmt.Errorf("weight %q: %w", w.Name, err)
		}
	}
	return nil
}

// configuration gives the session configuration entries; the caller's own win.
// Constant folding is off where weights are shared, because onnxruntime would
// keep a private copy of every folded weight for each session. AttentionFusion
// goes with it: it takes folded masks for granted and reads through a null
// pointer where they are not (onnxruntime 1.30, GPT-2 and BERT at full level).
func configuration(g *backend.Graph, o backend.SessionOptions) (map[string]string, error) {
	c := map[string]string{keySpinIntra: "0", keySpinInter: "0"}
	if o.NoPrepack {
		c[keyPrepack] = "1"
	}
	var off []string
	if len(g.Weights) > 0 {
		off = append(off, "ConstantFolding", "AttentionFusion")
	}
	if o.Optimization == backend.OptimizeBasic {
		off = append(off, roundingFusions...)
	}
	if len(off) > 0 {
		c[keyDisable] = strings.Join(off, ";")
	}
	for k, v := range o.Config {
		c[k] = v
	}
	if g.Folder == "" {
		return c, nil
	}
	// Links are followed first: onnxruntime refuses one that leaves the folder.
	folder, err := filepath.EvalSymlinks(g.Folder)
	if err == nil {
		folder, err = filepath.Abs(folder)
	}
	if err != nil {
		return nil, fmt.Errorf("folder of the model's weights: %w", err)
	}
	c[keyFolder] = folder
	return c, nil
}

// roundingFusions are the rewrites of the basic level that change how results
// are rounded, and that a tap on what they take apart prevents: without them a
// trace that changes nothing gives the model's very bits at that level.
var roundingFusions = []string{
	"ConvBNFusion", "ConvAddFusion", "ConvMulFusion", "MatMulAddFusion", "MatmulBNFusion", "GemmSumFusion",
}

func optimization(o backend.Optimization) (binding.GraphOptimizationLevel, error) {
	switch o {
	case "", backend.OptimizeFull:
		return binding.GraphOptimizationLevelEnableAll, nil
	case backend.OptimizeBasic:
		return binding.GraphOptimizationLevelEnableBasic, nil
	case backend.OptimizeNone:
		return binding.GraphOptimizationLevelDisableAll, nil
	}
	return 0, fmt.Errorf("unknown optimization level %q: none, basic or full", o)
}

// addWeight gives the session an initializer where it lies.
func (s *settings) addWeight(w backend.Weight) error {
	n, err := byteSize(w.DType, w.Dims)
	if err != nil {
		return err
	}
	if int64(len(w.Data)) != n {
		return fmt.Errorf("%s of shape %v has %d bytes, not %d", w.DType, w.Dims, n, len(w.Data))
	}
	if n == 0 {
		return nil // the model's own is as good
	}
	data := unsafe.Pointer(unsafe.SliceData(w.Data))
	s.pins.Pin(data)
	var view C.nng_view
	if st := C.nng_value_over(C.int(w.DType), dimsPointer(w.Dims), C.size_t(len(w.Dims)), data, C.size_t(n), &view); st != nil {
		return statusError(st)
	}
	s.weights = append(s.weights, view.value)
	name := C.CString(w.Name)
	defer C.free(unsafe.Pointer(name))
	if st := C.nng_add_initializer(pointer(s.options), name, &view); st != nil {
		return statusError(st)
	}
	return nil
}

// providerError is a provider that cannot be opened.
type providerError struct {
	name string
	err  error
}

func (e *providerError) Error() string {
	return fmt.Sprintf("provider %s cannot be used: %s; `nngen doctor` says what to do", e.name, plain(e.err.Error()))
}

func (e *providerError) Unwrap() error { return e.err }

// plain is what an onnxruntime message says, without the source position and the
// condition before it.
func plain(text string) string {
	for _, mark := range []string{" was false. ", " : FAIL : "} {
		if _, rest, ok := strings.Cut(text, mark); ok && rest != "" {
			text = rest
		}
	}
	return text
}

// appendProvider adds an execution provider. One that was asked for and cannot
// be opened is an error: silently computing elsewhere would hide it.
func appendProvider(o *binding.SessionOptions, p backend.Provider) error {
	var err error
	switch strings.ToUpper(p.Name) {
	case "", "CPU":
		return nil
	case "CUDA":
		err = appendCUDA(o, p)
	default:
		if p.Device != 0 {
			return fmt.Errorf("provider %s: name the device in its options; a device number is for CUDA", p.Name)
		}
		guardSignals(func() { err = o.AppendExecutionProvider(p.Name, p.Options) })
	}
	if err != nil {
		return &providerError{p.Name, err}
	}
	return nil
}

func appendCUDA(o *binding.SessionOptions, p backend.Provider) error {
	cuda, err := binding.NewCUDAProviderOptions()
	if err != nil {
		return err
	}
	defer func() { _ = cuda.Destroy() }()
	options := map[string]string{"device_id": strconv.Itoa(p.Device)}
	for k, v := range p.Options {
		options[k] = v
	}
	if err := cuda.Update(options); err != nil {
		return err
	}
	guardSignals(func() { err = o.AppendExecutionProviderCUDA(cuda) })
	return err
}
