package ort

/*
#include "shim.h"
*/
import "C"

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
	"github.com/nngen-go/nngen/runtime/ort/library"
)

// Name is the back end's name.
const Name = "onnxruntime"

// engine is the back end. There is one in a process, because onnxruntime's
// environment is one.
type engine struct{ lib library.Library }

var start = sync.OnceValues(func() (*engine, error) {
	lib, err := library.Find()
	if err != nil {
		return nil, err
	}
	o, err := openLibrary(lib)
	if err != nil {
		return nil, err
	}
	if err := o.start(); err != nil {
		return nil, err
	}
	return &engine{lib: o.lib}, nil
})

// Backend finds and opens onnxruntime on the first call and gives the same back
// end, or the same error, ever after.
func Backend() (backend.Backend, error) {
	e, err := start()
	if err != nil {
		return nil, err
	}
	return e, nil
}

// live counts values, sessions and shared weights that are not released yet.
var live atomic.Int64

// LiveObjects is the number of values, sessions and shared weights that nobody
// has released yet. Tests hold it at zero.
func LiveObjects() int64 { return live.Load() }

// Name gives "onnxruntime".
func (*engine) Name() string { return Name }

// NewValue makes a value in onnxruntime's memory.
func (*engine) NewValue(t tensor.DType, shape []int64, data []byte) (backend.Value, error) {
	n, err := byteSize(t, shape)
	if err != nil {
		return nil, err
	}
	if data != nil && int64(len(data)) != n {
		return nil, fmt.Errorf("a %s tensor of shape %v has %d bytes, not %d", t, shape, n, len(data))
	}
	var view C.nng_view
	if st := C.nng_value_new(C.int(t), dimsPointer(shape), C.size_t(len(shape)), &view); st != nil {
		return nil, fmt.Errorf("make a %s tensor of shape %v: %w", t, shape, statusError(st))
	}
	v := newValue(&view)
	if n > 0 {
		if data == nil {
			clear(v.bytes())
		} else {
			copy(v.bytes(), data)
		}
	}
	return v, nil
}

// shared is a container of prepacked weights.
type shared struct {
	c    *C.OrtPrepackedWeightsContainer
	once sync.Once
}

// NewShared makes room for prepacked weights that sessions of one model share.
func (*engine) NewShared() (backend.Shared, error) {
	s := &shared{}
	if st := C.nng_shared_new(&s.c); st != nil {
		return nil, fmt.Errorf("make room for shared weights: %w", statusError(st))
	}
	live.Add(1)
	return s, nil
}

// Close frees the weights; every session that used them is closed by then.
func (s *shared) Close() error {
	s.once.Do(func() {
		C.nng_shared_release(s.c)
		live.Add(-1)
	})
	return nil
}

// byteSize checks a shape and gives its bytes.
func byteSize(t tensor.DType, shape []int64) (int64, error) {
	if t.Size() == 0 {
		return 0, fmt.Errorf("tensors of %s cannot cross to the model; numbers and booleans can", t)
	}
	if len(shape) > C.NNG_MAX_RANK {
		return 0, fmt.Errorf("shape %v has %d dimensions; %d are possible", shape, len(shape), C.NNG_MAX_RANK)
	}
	n := int64(t.Size())
	for _, d := range shape {
		if d < 0 {
			return 0, fmt.Errorf("shape %v has a negative dimension", shape)
		}
		if d > 0 && n > (1<<62)/d {
			return 0, fmt.Errorf("shape %v is too large", shape)
		}
		n *= d
	}
	return n, nil
}

func dimsPointer(shape []int64) *C.int64_t {
	return (*C.int64_t)(unsafe.Pointer(unsafe.SliceData(shape)))
}
