package ort

import (
	"os"
	"strings"

	binding "github.com/yalue/onnxruntime_go"
)

// LogVariable names the environment variable that says how much onnxruntime
// writes to stderr: verbose, info, warning, error. Without it, nothing: every
// failure comes back as an error, and a hook that ends a run is none.
const LogVariable = "NNGEN_LOG"

func logLevel() binding.LoggingLevel {
	switch strings.ToLower(os.Getenv(LogVariable)) {
	case "verbose", "debug":
		return binding.LoggingLevelVerbose
	case "info":
		return binding.LoggingLevelInfo
	case "warning", "warn":
		return binding.LoggingLevelWarning
	case "error":
		return binding.LoggingLevelError
	}
	return binding.LoggingLevelFatal
}

func logOption() binding.EnvironmentOption {
	switch logLevel() {
	case binding.LoggingLevelVerbose:
		return binding.WithLogLevelVerbose()
	case binding.LoggingLevelInfo:
		return binding.WithLogLevelInfo()
	case binding.LoggingLevelWarning:
		return binding.WithLogLevelWarning()
	case binding.LoggingLevelError:
		return binding.WithLogLevelError()
	}
	return binding.WithLogLevelFatal()
}
