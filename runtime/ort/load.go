package ort

/*
#cgo CFLAGS: -I${SRCDIR}/include
#cgo linux LDFLAGS: -ldl
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"unsafe"

	binding "github.com/yalue/onnxruntime_go"

	"github.com/nngen-go/nngen/runtime/ort/library"
)

// opened is a library in the process that is known to be new enough.
type opened struct {
	lib library.Library
	c   C.nng_library
}

// openLibrary loads the library and refuses one that is too old. It uses nothing
// of it yet, so that a refused one leaves no trace.
func openLibrary(lib library.Library) (*opened, error) {
	o := &opened{lib: lib}
	path := C.CString(lib.Path)
	defer C.free(unsafe.Pointer(path))
	if msg := C.nng_open(path, &o.c); msg != nil {
		defer C.free(unsafe.Pointer(msg))
		return nil, fmt.Errorf("cannot open onnxruntime at %s (%s): %s; %s", lib.Path, lib.From, C.GoString(msg), library.Advice)
	}
	o.lib.Version = C.GoString(o.c.version)
	if err := library.CheckVersion(o.lib); err != nil {
		C.nng_close(&o.c)
		return nil, err
	}
	return o, nil
}

// start makes the process's one environment. The binding is told to open the
// very file that the shim has open, so that both work on one library.
func (o *opened) start() error {
	if err := checkLayouts(); err != nil {
		return err
	}
	if binding.IsInitialized() {
		if v := binding.GetVersion(); v != o.lib.Version {
			return fmt.Errorf("onnxruntime %s is already in use in this process, opened elsewhere through onnxruntime_go; nngen found %s at %s: set NNGEN_ONNXRUNTIME to the library in use", v, o.lib.Version, o.lib.Path)
		}
	} else {
		path, err := filepath.Abs(o.lib.Path)
		if err != nil {
			return err
		}
		binding.SetSharedLibraryPath(path)
		if err := quietly(func() error { return binding.InitializeEnvironment(logOption()) }); err != nil {
			return fmt.Errorf("start onnxruntime %s at %s: %w", o.lib.Version, o.lib.Path, err)
		}
	}
	if st := C.nng_start(o.c.base); st != nil {
		return fmt.Errorf("start onnxruntime %s at %s: %w", o.lib.Version, o.lib.Path, statusError(st))
	}
	return nil
}

// statusError turns a failure into an error and releases it.
func statusError(st *C.OrtStatus) error {
	if st == nil {
		return nil
	}
	defer C.nng_status_release(st)
	return errors.New(C.GoString(C.nng_status_text(st)))
}

// checkLayouts holds the one private layout of the binding that this package
// reads: the C pointer as first field of SessionOptions.
func checkLayouts() error {
	return checkLayout(reflect.TypeFor[binding.SessionOptions](), "o", "_Ctype_struct_OrtSessionOptions")
}

func checkLayout(t reflect.Type, field, pointee string) error {
	const advice = "build nngen with the onnxruntime_go version that its go.mod names"
	if t.Kind() != reflect.Struct || t.NumField() == 0 {
		return fmt.Errorf("onnxruntime_go's %s is not the struct that nngen knows: %s", t, advice)
	}
	f := t.Field(0)
	if f.Name != field || f.Offset != 0 || f.Type.Kind() != reflect.Pointer || f.Type.Elem().Name() != pointee {
		return fmt.Errorf("onnxruntime_go's %s begins with %s %s, nngen knows %s *%s: %s", t, f.Name, f.Type, field, pointee, advice)
	}
	return nil
}

// pointer reads the C pointer out of the binding's options (see checkLayouts).
func pointer(o *binding.SessionOptions) *C.OrtSessionOptions {
	return *(**C.OrtSessionOptions)(unsafe.Pointer(o))
}
