// Package ort runs graphs with onnxruntime: the back end of the runtime and the
// only package of this module that needs a C compiler. It opens the library
// through github.com/yalue/onnxruntime_go (environment, session options,
// execution providers) and adds a small C shim for what that binding lacks:
// hook nodes whose kernel is a Go function, values in onnxruntime's own memory
// seen without a copy, values that stay on a device, initializers in mapped
// memory, prepacked weights shared by sessions, and calling back on one thread.
//
// onnxruntime's telemetry is switched off unless ORT_DISABLE_TELEMETRY is set to
// something by the user, and its log is silent unless NNGEN_LOG says otherwise.
package ort
