package ort

/*
#include "shim.h"
*/
import "C"

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"github.com/nngen-go/nngen/runtime/backend"
)

// scratch is the memory of one run's C call: pointers to C memory only.
type scratch struct {
	inNames, outNames []*C.char
	ins, outs         []*C.OrtValue
	views             []C.nng_view
	keep              []C.uchar
	bound             bool            // an output stays on the device
	copies            []backend.Value // of inputs that lie on a device of another session
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func (c *scratch) reset() {
	c.inNames, c.outNames, c.ins, c.outs = c.inNames[:0], c.outNames[:0], c.ins[:0], c.outs[:0]
	c.keep, c.bound, c.copies = c.keep[:0], false, nil
}

func (c *scratch) release() {
	for _, v := range c.copies {
		v.Release()
	}
	c.copies = nil
	scratches.Put(c)
}

// Run computes the named outputs.
func (s *session) Run(ctx context.Context, in map[string]backend.Value, outputs []string, o backend.RunOptions) ([]backend.Value, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("run not started: %w", err)
	}
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	c := scratches.Get().(*scratch)
	defer c.release()
	c.reset()
	if err := s.feed(c, in); err != nil {
		return nil, err
	}
	if err := s.fetch(c, outputs, o); err != nil {
		return nil, err
	}
	if err := s.runHooks(ctx, c, o.Hook, o.Reuse); err != nil {
		c.drop(o.Into)
		return nil, err
	}
	return c.results(o.Into, s), nil
}

// feed lists the inputs.
func (s *session) feed(c *scratch, in map[string]backend.Value) error {
	for name, v := range in {
		p, ok := s.in[name]
		if !ok {
			return fmt.Errorf("the model has no input %q; it has %s", name, names(s.inputs))
		}
		if v == nil {
			return fmt.Errorf("input %q is nil", name)
		}
		cv, err := s.input(c, v)
		if err != nil {
			return fmt.Errorf("input %q: %w", name, err)
		}
		if t := v.DType(); t != p.dtype {
			return fmt.Errorf("input %q is %s, the model takes %s", name, t, p.dtype)
		}
		c.inNames = append(c.inNames, p.name)
		c.ins = append(c.ins, cv)
	}
	if len(in) == len(s.inputs) {
		return nil
	}
	for _, i := range s.inputs {
		if _, ok := in[i.Name]; !ok {
			return fmt.Errorf("input %q (%s) is missing", i.Name, i.DType)
		}
	}
	return nil
}

// input gives the C value of v. onnxruntime would take the handle of a device
// that the session does not use for an address, so such a value is copied.
func (s *session) input(c *scratch, v backend.Value) (*C.OrtValue, error) {
	p, err := ours(v)
	if err != nil || s.reaches(v) {
		return p, err
	}
	host, err := v.ToHost()
	if err != nil {
		return nil, err
	}
	c.copies = append(c.copies, host)
	return ours(host)
}

// reaches reports whether the session can read and write v where it lies.
func (s *session) reaches(v backend.Value) bool {
	return v.OnHost() || v.(*value).where == s.device
}

// fetch lists the outputs.
func (s *session) fetch(c *scratch, outputs []string, o backend.RunOptions) error {
	if len(outputs) == 0 {
		return fmt.Errorf("a run needs at least one output; the model has %s", names(s.outputs))
	}
	if len(o.Into) > len(outputs) {
		return fmt.Errorf("%d values to write to for %d outputs", len(o.Into), len(outputs))
	}
	for i, name := range outputs {
		p, ok := s.out[name]
		if !ok {
			return fmt.Errorf("the model has no output %q; it has %s", name, names(s.outputs))
		}
		var into *C.OrtValue
		if i < len(o.Into) && o.Into[i] != nil {
			var err error
			if into, err = ours(o.Into[i]); err != nil {
				return fmt.Errorf("value for output %q: %w", name, err)
			}
			if t := o.Into[i].DType(); t != p.dtype {
				return fmt.Errorf("value for output %q is %s, the output is %s", name, t, p.dtype)
			}
			if !s.reaches(o.Into[i]) {
				return fmt.Errorf("value for output %q lies on a device that the session does not use", name)
			}
		}
		keep := C.uchar(0)
		if s.device.memory != "" && into == nil && o.KeepOnDevice[name] {
			keep, c.bound = 1, true
		}
		c.outNames = append(c.outNames, p.name)
		c.outs = append(c.outs, into)
		c.keep = append(c.keep, keep)
	}
	return nil
}

func names(infos []backend.Info) string {
	if len(infos) == 0 {
		return "none"
	}
	out := make([]string, len(infos))
	for i, in := range infos {
		out[i] = in.Name
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// runHooks runs with the token fed that names the run to its hooks.
func (s *session) runHooks(ctx context.Context, c *scratch, hook func(*backend.HookCall) error, reuse bool) error {
	if s.token == nil {
		return s.runCancellable(ctx, c)
	}
	r, err := newHookRun(hook, reuse)
	if err != nil {
		return err
	}
	returned := false
	defer func() { r.done(returned) }()
	c.inNames = append(c.inNames, s.token)
	c.ins = append(c.ins, r.token.value)
	err = s.runCancellable(ctx, c)
	returned = true
	if r.err != nil {
		return r.err
	}
	return err
}

// runCancellable ends the run, between two of its nodes, when ctx is done. What
// ends it is this run's own; the session's other runs go on.
func (s *session) runCancellable(ctx context.Context, c *scratch) error {
	if ctx.Done() == nil {
		return statusError(s.call(c, nil))
	}
	var o *C.OrtRunOptions
	if st := C.nng_run_options_new(&o); st != nil {
		return statusError(st)
	}
	defer C.nng_run_options_release(o)
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		C.nng_terminate(o)
		close(ended)
	})
	// On every way out, also when a hook ends the goroutine, o outlives its use.
	defer func() {
		if !stop() {
			<-ended
		}
	}()
	err := statusError(s.call(c, o))
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("the run was ended: %w", ctx.Err())
	}
	return err
}

func (s *session) call(c *scratch, o *C.OrtRunOptions) *C.OrtStatus {
	c.views = slices.Grow(c.views[:0], len(c.outs))[:len(c.outs)]
	inNames, ins := unsafe.SliceData(c.inNames), unsafe.SliceData(c.ins)
	outNames, outs := unsafe.SliceData(c.outNames), unsafe.SliceData(c.outs)
	nIn, nOut := C.size_t(len(c.ins)), C.size_t(len(c.outs))
	views := unsafe.SliceData(c.views)
	if c.bound {
		return C.nng_run_bound(s.c, o, inNames, ins, nIn, outNames, outs, unsafe.SliceData(c.keep), nOut,
			s.memory, C.int(s.device.device), views)
	}
	return C.nng_run(s.c, o, inNames, ins, nIn, outNames, outs, nOut, views)
}

// results makes values of the outputs; those written to are the caller's own,
// and where all are, so is the slice: such a run allocates nothing.
func (c *scratch) results(into []backend.Value, s *session) []backend.Value {
	if len(into) == len(c.outs) && !slices.Contains(into, nil) {
		return into
	}
	out := make([]backend.Value, len(c.outs))
	for i := range c.outs {
		if i < len(into) && into[i] != nil {
			out[i] = into[i]
			continue
		}
		v := newValue(&c.views[i])
		if !v.onHost {
			v.where, v.home = s.device, s
			s.hold()
		}
		out[i] = v
	}
	return out
}

// drop releases what a failed run had allocated.
func (c *scratch) drop(into []backend.Value) {
	for i, v := range c.outs {
		if v != nil && (i >= len(into) || into[i] == nil) {
			C.nng_value_release(v)
		}
	}
}
