package ort

/*
#include "shim.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"sync/atomic"
	"unsafe"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
)

// value is a tensor of onnxruntime's. A view of a hook's input belongs to the
// visit and ends with it.
type value struct {
	p      unsafe.Pointer // the OrtValue, read and written atomically; nil: released
	data   unsafe.Pointer // nil on a device
	size   int
	dtype  tensor.DType
	onHost bool
	view   bool
	where  place    // the device memory, where it is not on the host
	home   *session // kept open by a value in its device memory
	shape  []int64
	dims   [6]int64 // shape's place, for the usual ranks
}

var (
	errReleased = errors.New("the tensor was released")
	errViewOver = errors.New("the tensor is a view of a hook's input and the hook has returned: clone it inside the hook to keep it")
	errOnDevice = errors.New("the tensor is on a device: copy it to the host first (ToHost)")
)

// newValue takes over what view describes.
func newValue(view *C.nng_view) *value {
	v := new(value)
	v.describe(view)
	live.Add(1)
	return v
}

// describe fills a value that nobody else has yet.
func (v *value) describe(view *C.nng_view) {
	v.p, v.data = unsafe.Pointer(view.value), view.data
	v.dtype, v.onHost = tensor.DType(view.dtype), view.on_host != 0
	v.size = int(view.count) * v.dtype.Size()
	dims := unsafe.Slice((*int64)(unsafe.Pointer(&view.dims)), int(view.rank))
	v.shape = append(v.dims[:0:len(v.dims)], dims...)
}

// DType is the element type.
func (v *value) DType() tensor.DType { return v.dtype }

// Shape is the sizes of the dimensions, not to be changed.
func (v *value) Shape() []int64 { return v.shape }

// OnHost reports whether Bytes may be called.
func (v *value) OnHost() bool { return v.onHost }

// Bytes is a view of the elements.
func (v *value) Bytes() ([]byte, error) {
	if _, err := v.pointer(); err != nil {
		return nil, err
	}
	if !v.onHost {
		return nil, errOnDevice
	}
	if v.dtype.Size() == 0 {
		return nil, fmt.Errorf("tensors of %s have no bytes that Go could view", v.dtype)
	}
	return v.bytes(), nil
}

func (v *value) bytes() []byte {
	if v.size == 0 || v.data == nil {
		return []byte{}
	}
	return unsafe.Slice((*byte)(v.data), v.size)
}

// ToHost gives v itself if it is on the host, else a copy there.
func (v *value) ToHost() (backend.Value, error) {
	from, err := v.pointer()
	if err != nil {
		return nil, err
	}
	if v.onHost {
		return v, nil
	}
	var view C.nng_view
	if st := C.nng_value_new(C.int(v.dtype), dimsPointer(v.shape), C.size_t(len(v.shape)), &view); st != nil {
		return nil, fmt.Errorf("make a %s tensor of shape %v: %w", v.dtype, v.shape, statusError(st))
	}
	host := newValue(&view)
	if v.size == 0 {
		return host, nil
	}
	if st := C.nng_copy(from, view.value); st != nil {
		host.Release()
		return nil, fmt.Errorf("copy a tensor from its device: %w", statusError(st))
	}
	return host, nil
}

// Release frees the memory. On a view it does nothing.
func (v *value) Release() {
	if v.view {
		return
	}
	if p := atomic.SwapPointer(&v.p, nil); p != nil {
		C.nng_value_release((*C.OrtValue)(p))
		live.Add(-1)
		if v.home != nil {
			v.home.leave()
		}
	}
}

// pointer gives the C value of a live tensor.
func (v *value) pointer() (*C.OrtValue, error) {
	if p := atomic.LoadPointer(&v.p); p != nil {
		return (*C.OrtValue)(p), nil
	}
	if v.view {
		return nil, errViewOver
	}
	return nil, errReleased
}

// ours gives the C value of v, which has to be one of this back end.
func ours(v backend.Value) (*C.OrtValue, error) {
	o, ok := v.(*value)
	if !ok {
		return nil, fmt.Errorf("the tensor (%T) is not one of the %s back end", v, Name)
	}
	if o == nil {
		return nil, errors.New("the tensor is nil")
	}
	return o.pointer()
}
