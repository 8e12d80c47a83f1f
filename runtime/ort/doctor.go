package ort

/*
#include "shim.h"
*/
import "C"

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unsafe"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
	"github.com/nngen-go/nngen/runtime/ort/library"
)

// Report is what Doctor found.
type Report struct {
	Library   Library
	Problem   error // why there is no usable library; nil: there is
	Providers []ProviderReport
}

// ProviderReport says whether an execution provider can be used.
type ProviderReport struct {
	Name     string // as in backend.Provider
	Compiled bool   // the library has it
	Problem  error  // why no session can be run on it; nil: one was
	Advice   string // what to do about the problem
}

// OK reports whether graphs can be run at all.
func (r Report) OK() bool {
	return r.Problem == nil && slices.ContainsFunc(r.Providers, func(p ProviderReport) bool { return p.Name == "CPU" && p.Problem == nil })
}

// String prints the report for people.
func (r Report) String() string {
	var b strings.Builder
	if r.Problem != nil {
		fmt.Fprintf(&b, "onnxruntime: not usable\n  %v\n", r.Problem)
		return b.String()
	}
	fmt.Fprintf(&b, "onnxruntime %s\n  %s (%s)\n", r.Library.Version, r.Library.Path, r.Library.From)
	for _, p := range r.Providers {
		if p.Problem == nil {
			fmt.Fprintf(&b, "%-8s works\n", p.Name)
			continue
		}
		fmt.Fprintf(&b, "%-8s not usable: %v\n", p.Name, p.Problem)
		if p.Advice != "" {
			fmt.Fprintf(&b, "         %s\n", p.Advice)
		}
	}
	return b.String()
}

// Doctor finds and opens the library and runs a small graph on every provider
// that nngen knows, to say what works and what to do about the rest.
func Doctor(ctx context.Context) Report {
	e, err := start()
	if err != nil {
		lib, _ := library.Find()
		return Report{Library: lib, Problem: err}
	}
	r := Report{Library: e.lib}
	compiled, err := compiledProviders()
	if err != nil {
		r.Problem = err
		return r
	}
	for _, p := range known {
		got := ProviderReport{Name: p.name, Compiled: slices.Contains(compiled, p.inLibrary)}
		if got.Compiled {
			got.Problem = e.tryProvider(ctx, p.name)
			got.Advice = p.broken
		} else {
			got.Problem = fmt.Errorf("this library is built without it")
			got.Advice = p.absent
		}
		if got.Problem == nil {
			got.Advice = ""
		}
		if e := (*providerError)(nil); errors.As(got.Problem, &e) {
			got.Problem = errors.New(plain(e.err.Error()))
		}
		r.Providers = append(r.Providers, got)
	}
	return r
}

// known are the providers that nngen is tried with.
var known = []struct {
	name, inLibrary string
	absent, broken  string // what to do
}{
	{name: "CPU", inLibrary: "CPUExecutionProvider", absent: "the library is damaged: " + library.Advice, broken: "the library is damaged: " + library.Advice},
	{
		name: "WebGPU", inLibrary: "WebGpuExecutionProvider",
		absent: "onnxruntime's npm package has it: `nngen ort fetch -client npm -o DIR`, then set " + library.Variable + "=DIR",
		broken: "it needs a Vulkan driver (on Debian libvulkan1 and the graphics card's own); without a GPU, `eval \"$(scripts/webgpu-env)\"` in nngen's source sets up a software one",
	},
	{
		name: "CUDA", inLibrary: "CUDAExecutionProvider",
		absent: "the pip package onnxruntime-gpu " + library.Version + " has it: set " + library.Variable + " to its folder onnxruntime/capi",
		broken: "it needs libonnxruntime_providers_cuda.so beside the library (folder onnxruntime/capi of the pip package onnxruntime-gpu " + library.Version + "), an NVIDIA driver, CUDA and cuDNN, all found through LD_LIBRARY_PATH",
	},
}

func compiledProviders() ([]string, error) {
	var list **C.char
	var n C.int
	if st := C.nng_providers(&list, &n); st != nil {
		return nil, fmt.Errorf("list the execution providers: %w", statusError(st))
	}
	defer C.nng_providers_release(list, n)
	var out []string
	for _, name := range unsafe.Slice(list, int(n)) {
		out = append(out, C.GoString(name))
	}
	return out, nil
}

// tryProvider runs 21 + 21 on the provider and looks at the result.
func (e *engine) tryProvider(ctx context.Context, name string) error {
	model, err := onnx.Marshal(&onnx.Model{
		IR: 8, Opsets: []onnx.Opset{{Version: 17}},
		Graph: &onnx.Graph{
			Name:    "doctor",
			Nodes:   []*onnx.Node{onnx.NewNode("Add", "add", []string{"x", "x"}, []string{"y"})},
			Inputs:  []*onnx.ValueInfo{onnx.NewValue("x", tensor.Float32, onnx.Dim{Size: 1})},
			Outputs: []*onnx.ValueInfo{onnx.NewValue("y", tensor.Float32, onnx.Dim{Size: 1})},
		},
	})
	if err != nil {
		return err
	}
	s, err := e.NewSession(ctx, &backend.Graph{Model: model}, backend.SessionOptions{Providers: []backend.Provider{{Name: name}}})
	if err != nil {
		return err
	}
	defer s.Close()
	x, err := e.NewValue(tensor.Float32, []int64{1}, []byte{0, 0, 0xa8, 0x41})
	if err != nil {
		return err
	}
	defer x.Release()
	out, err := s.Run(ctx, map[string]backend.Value{"x": x}, []string{"y"}, backend.RunOptions{})
	if err != nil {
		return err
	}
	defer out[0].Release()
	y, err := out[0].Bytes()
	if err == nil && !bytes.Equal(y, []byte{0, 0, 0x28, 0x42}) {
		err = fmt.Errorf("it computes 21 + 21 = %v", math.Float32frombits(binary.LittleEndian.Uint32(y)))
	}
	return err
}
