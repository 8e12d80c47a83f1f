package ort

/*
#include "shim.h"
*/
import "C"

import "sync"

var signals sync.Mutex

// guardSignals runs f, which starts a device's driver, and puts back the signal
// handlers of Go that the driver replaced: Go ends with a fatal error at the
// next signal whose handler does not use the alternate stack.
func guardSignals(f func()) {
	signals.Lock()
	defer signals.Unlock()
	C.nng_signals_save()
	defer C.nng_signals_restore()
	f()
}
