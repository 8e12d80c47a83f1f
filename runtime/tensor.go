package nn

import (
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
)

// Tensor is a handle to a tensor, on the host or on a device. Copies share it.
// The zero Tensor is none. Operations are pure: they give new tensors.
//
// A tensor belongs to whoever got it; Release frees its memory at once, else it
// is freed some time after nothing refers to it any more.
type Tensor struct{ h *handle }

// handle is what copies of a Tensor share: a value of a back end, or bytes in
// Go's memory that no back end has needed yet.
type handle struct {
	dtype tensor.DType
	shape []int64

	mu       sync.Mutex
	data     []byte        // in Go's memory; nil once there is a value
	value    backend.Value // nil: data
	owner    backend.Backend
	cleanup  runtime.Cleanup
	borrowed int  // runs that use the value now
	outline  bool // of a scan: without elements
	pinned   int  // interpreted runs that the value was written into
	doomed   bool // to be released when nothing pins it any more
	released bool
}

// hostTensor is a tensor over bytes that nobody changes any more.
func hostTensor(d tensor.DType, shape []int64, data []byte) Tensor {
	return Tensor{&handle{dtype: d, shape: shape, data: data}}
}

// valueTensor takes a value over.
func valueTensor(b backend.Backend, v backend.Value) Tensor {
	h := &handle{dtype: v.DType(), shape: slices.Clone(v.Shape()), owner: b}
	h.adopt(b, v)
	return Tensor{h}
}

// adopt makes v the place of the tensor's elements; it is released with h.
func (h *handle) adopt(b backend.Backend, v backend.Value) {
	h.value, h.owner, h.data = v, b, nil
	h.cleanup = runtime.AddCleanup(h, func(v backend.Value) { v.Release() }, v)
	pressure.add(h.bytes())
}

// borrow gives the tensor as a value of back end b until giveBack.
func (h *handle) borrow(b backend.Backend) (backend.Value, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.released {
		return nil, errReleased
	}
	if h.value == nil || h.owner != b {
		data, err := h.hostBytes()
		if err != nil {
			return nil, err
		}
		v, err := b.NewValue(h.dtype, h.shape, data)
		if err != nil {
			return nil, err
		}
		if h.value != nil { // of another back end: keep that, lend a copy
			runtime.AddCleanup(h, func(v backend.Value) { v.Release() }, v)
			h.borrowed++
			return v, nil
		}
		h.adopt(b, v)
	}
	h.borrowed++
	return h.value, nil
}

// giveBack ends a borrow; a Release that came meanwhile takes effect.
func (h *handle) giveBack() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.borrowed--
	if h.released && h.borrowed == 0 {
		h.free()
	}
}

func (h *handle) free() {
	if h.value != nil {
		h.cleanup.Stop()
		h.value.Release()
	}
	h.value, h.data = nil, nil
}

// hostBytes gives the elements; valid while h is locked and not freed.
func (h *handle) hostBytes() ([]byte, error) {
	if h.outline {
		return nil, errOutline
	}
	if h.value == nil {
		return h.data, nil
	}
	v, err := h.value.ToHost()
	if err != nil {
		return nil, err
	}
	b, err := v.Bytes()
	if err == nil && v != h.value { // a copy from a device
		b = slices.Clone(b)
		v.Release()
	}
	return b, err
}

// bytes is the size of the elements.
func (h *handle) bytes() int64 { return elements(h.shape) * int64(h.dtype.Size()) }

func elements(shape []int64) int64 {
	n := int64(1)
	for _, d := range shape {
		n *= d
	}
	return n
}

var errReleased = fmt.Errorf("the tensor was released: use it before Release, or do not release it")

// IsZero reports whether t is the zero Tensor: none.
func (t Tensor) IsZero() bool { return t.h == nil }

// Shape gives the sizes of the dimensions, outermost first.
func (t Tensor) Shape() []int {
	h := t.must("Shape")
	out := make([]int, len(h.shape))
	for i, d := range h.shape {
		out[i] = int(d)
	}
	return out
}

// DType gives the element type.
func (t Tensor) DType() DType { return t.must("DType").dtype }

// Len gives the number of elements.
func (t Tensor) Len() int { return int(elements(t.must("Len").shape)) }

// Release frees the tensor now, for all its copies. The zero Tensor has nothing to free.
func (t Tensor) Release() {
	if t.h == nil {
		return
	}
	t.h.mu.Lock()
	defer t.h.mu.Unlock()
	if t.h.doomed = true; t.h.pinned == 0 {
		t.h.release()
	}
}

// release is Release of a locked handle that nothing pins.
func (h *handle) release() {
	if !h.released {
		h.released = true
		if h.borrowed == 0 {
			h.free()
		}
	}
}

// pin keeps the tensor until unpin, whatever Release says: what was written into
// a run is the run's too.
func (h *handle) pin() {
	h.mu.Lock()
	h.pinned++
	h.mu.Unlock()
}

func (h *handle) unpin() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.pinned--; h.pinned == 0 && h.doomed {
		h.release()
	}
}

// must gives the handle of a tensor that is there.
func (t Tensor) must(what string) *handle {
	if t.h == nil {
		panic(misuse("NN3110", "%s of a tensor that was never set: give it a value before it is used", what))
	}
	return t.h
}

// typ is the tensor's dtype with its sizes as constant dimensions.
func (h *handle) typ() tensor.Type {
	return tensor.Type{DType: h.dtype, Shape: tensor.Dims(h.shape...)}
}
