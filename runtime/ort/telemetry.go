package ort

import (
	"os"

	binding "github.com/yalue/onnxruntime_go"
)

// TelemetryVariable names onnxruntime's own switch for its telemetry, which the
// official builds have on: since 1.29 on Linux and macOS too they keep a
// database in the user's cache and send what sessions and errors there are.
const TelemetryVariable = "ORT_DISABLE_TELEMETRY"

// quietly runs f, which makes the environment, with telemetry off. onnxruntime
// decides when the environment is made and stays with it, so the variable is set
// only for that long. A user who has set it, to whatever, has decided.
func quietly(f func() error) error {
	if _, set := os.LookupEnv(TelemetryVariable); set {
		return f()
	}
	if err := os.Setenv(TelemetryVariable, "1"); err != nil {
		return err
	}
	defer os.Unsetenv(TelemetryVariable)
	if err := f(); err != nil {
		return err
	}
	return binding.DisableTelemetry() // Windows knows no variable
}
