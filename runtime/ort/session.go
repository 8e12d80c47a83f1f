package ort

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unsafe"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
)

// session is an open graph.
type session struct {
	c        *C.OrtSession
	settings *settings
	shared   *shared
	inputs   []backend.Info
	outputs  []backend.Info
	in, out  map[string]port
	token    *C.char // the name of the hooks' token input; nil: there is none
	device   place
	memory   *C.char // device.memory for C

	mu     sync.Mutex
	users  int // runs under way, and values that still lie in its device memory
	closed bool
}

// port is an input or output as runs need it.
type port struct {
	name  *C.char
	dtype tensor.DType
}

// place is the device memory in which outputs can stay.
type place struct {
	memory string // onnxruntime's name for it; "": the host is all there is
	device int
}

// deviceMemory maps a provider to the name of its memory in onnxruntime.
var deviceMemory = map[string]string{"CUDA": "Cuda", "WEBGPU": "WebGPU_Buffer", "DML": "DML"}

// NewSession builds a session over g.
func (*engine) NewSession(ctx context.Context, g *backend.Graph, o backend.SessionOptions) (backend.Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("session not opened: %w", err)
	}
	if len(g.Model) == 0 {
		return nil, errors.New("session not opened: the model is empty")
	}
	s := &session{}
	if g.Shared != nil {
		sh, ok := g.Shared.(*shared)
		if !ok {
			return nil, fmt.Errorf("session not opened: the shared weights (%T) are not of the %s back end", g.Shared, Name)
		}
		s.shared = sh
	}
	var err error
	if s.settings, err = newSettings(g, o); err != nil {
		return nil, fmt.Errorf("session not opened: %w", err)
	}
	if err := s.open(g.Model, o.Providers); err != nil {
		s.settings.release()
		return nil, fmt.Errorf("session not opened: %w", err)
	}
	live.Add(1)
	if err := s.describe(); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("session not opened: %w", err)
	}
	s.place(o.Providers)
	return s, nil
}

func (s *session) open(model []byte, providers []backend.Provider) error {
	defer func() { _ = s.settings.options.Destroy() }()
	var container *C.OrtPrepackedWeightsContainer
	if s.shared != nil {
		container = s.shared.c
	}
	var st *C.OrtStatus
	create := func() {
		st = C.nng_session_new(unsafe.Pointer(&model[0]), C.size_t(len(model)), pointer(s.settings.options), container, &s.c)
	}
	if len(providers) > 0 {
		guardSignals(create)
	} else {
		create()
	}
	return statusError(st)
}

// place notes where outputs can stay: on the first provider that has memory of its own.
func (s *session) place(providers []backend.Provider) {
	for _, p := range providers {
		if m, ok := deviceMemory[strings.ToUpper(p.Name)]; ok {
			s.device, s.memory = place{memory: m, device: p.Device}, C.CString(m)
			return
		}
	}
}

// describe reads the inputs and outputs.
func (s *session) describe() error {
	var in, out C.size_t
	if st := C.nng_session_counts(s.c, &in, &out); st != nil {
		return statusError(st)
	}
	s.in, s.out = map[string]port{}, map[string]port{}
	for i := range int(in) {
		info, p, err := s.info(0, i)
		if err != nil {
			return err
		}
		if info.Name == backend.TokenInput {
			s.token = p.name
			continue
		}
		s.inputs = append(s.inputs, info)
		s.in[info.Name] = p
	}
	for i := range int(out) {
		info, p, err := s.info(1, i)
		if err != nil {
			return err
		}
		s.outputs = append(s.outputs, info)
		s.out[info.Name] = p
	}
	return nil
}

func (s *session) info(output, i int) (backend.Info, port, error) {
	var c C.nng_info
	defer C.nng_info_release(&c)
	if st := C.nng_session_info(s.c, C.int(output), C.size_t(i), &c); st != nil {
		return backend.Info{}, port{}, statusError(st)
	}
	p := port{name: c.name, dtype: tensor.DType(c.dtype)}
	info := backend.Info{Name: C.GoString(c.name), DType: p.dtype}
	switch c.rank {
	case C.NNG_NO_RANK:
		return info, p, nil
	case C.NNG_BIG_RANK:
		return info, p, fmt.Errorf("%q has more than %d dimensions", info.Name, C.NNG_MAX_RANK)
	}
	dims, symbols := c.dims[:c.rank], c.symbols[:c.rank]
	info.Shape = make([]int64, len(dims))
	info.Dims = make([]string, len(dims))
	for d := range dims {
		info.Shape[d] = int64(dims[d])
		info.Dims[d] = C.GoString(symbols[d])
	}
	return info, p, nil
}

// Inputs describes what Run has to be given; the hooks' token is not among them.
func (s *session) Inputs() []backend.Info { return s.inputs }

// Outputs describes what Run can compute.
func (s *session) Outputs() []backend.Info { return s.outputs }

var errClosed = errors.New("the session is closed")

// enter counts a run, so that Close waits for none and breaks none.
func (s *session) enter() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	s.users++
	return nil
}

// hold counts one more user of an entered session: a value in its device memory,
// which cannot be read, or even freed, once the last session of the device is gone.
func (s *session) hold() {
	s.mu.Lock()
	s.users++
	s.mu.Unlock()
}

func (s *session) leave() {
	s.mu.Lock()
	s.users--
	last := s.closed && s.users == 0
	s.mu.Unlock()
	if last {
		s.free()
	}
}

// Close frees the session, at the end of its last run if there is one under way
// and with the last value that lies in its device memory; it may be called from
// a hook.
func (s *session) Close() error {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	idle := s.users == 0
	s.mu.Unlock()
	if first && idle {
		s.free()
	}
	return nil
}

func (s *session) free() {
	C.nng_session_release(s.c)
	s.settings.release()
	for _, ports := range []map[string]port{s.in, s.out} {
		for _, p := range ports {
			C.free(unsafe.Pointer(p.name))
		}
	}
	C.free(unsafe.Pointer(s.token))
	C.free(unsafe.Pointer(s.memory))
	live.Add(-1)
}
