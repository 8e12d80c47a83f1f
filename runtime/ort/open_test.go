package ort

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	binding "github.com/yalue/onnxruntime_go"

	"github.com/nngen-go/nngen/runtime/ort/library"
)

// compileLibrary makes a shared library of C source.
func compileLibrary(t *testing.T, source string) string {
	t.Helper()
	folder := t.TempDir()
	c, so := filepath.Join(folder, "fake.c"), filepath.Join(folder, "libfake.so")
	require.NoError(t, os.WriteFile(c, []byte(source), 0o600))
	out, err := exec.Command("cc", "-shared", "-fPIC", "-o", so, c).CombinedOutput()
	require.NoError(t, err, string(out))
	return so
}

func TestTooOldLibrary(t *testing.T) {
	path := compileLibrary(t, `
static const char *version(void) { return "1.17.1"; }
static const void *api(unsigned v) { (void)v; return 0; }
static struct { const void *(*get)(unsigned); const char *(*version)(void); } base = {api, version};
const void *OrtGetApiBase(void) { return &base; }`)
	_, err := openLibrary(library.Library{Path: path, From: "a test"})
	require.ErrorContains(t, err, "onnxruntime 1.17.1 at "+path+" (a test) is too old: version 1.24 or later is needed (C API 24)")
	require.ErrorContains(t, err, "nngen doctor")
}

func TestNoLibrary(t *testing.T) {
	_, err := openLibrary(library.Library{Path: compileLibrary(t, `int nothing;`)})
	require.ErrorContains(t, err, "it is not onnxruntime")
	text := filepath.Join(t.TempDir(), "text.so")
	require.NoError(t, os.WriteFile(text, []byte("text"), 0o600))
	_, err = openLibrary(library.Library{Path: text})
	require.ErrorContains(t, err, "cannot open onnxruntime at "+text)
	require.ErrorContains(t, err, library.Variable)
}

func TestLayouts(t *testing.T) {
	require.NoError(t, checkLayouts())
	err := checkLayout(reflect.TypeFor[struct{ p *int }](), "o", "_Ctype_struct_OrtSessionOptions")
	require.ErrorContains(t, err, "begins with p *int, nngen knows o *_Ctype_struct_OrtSessionOptions")
	require.Error(t, checkLayout(reflect.TypeFor[struct{}](), "o", "x"))
	require.Error(t, checkLayout(reflect.TypeFor[int](), "o", "x"))
	require.Error(t, checkLayout(reflect.TypeFor[binding.RunOptions](), "o", "_Ctype_struct_OrtSessionOptions"))
}

func TestLogLevel(t *testing.T) {
	for text, want := range map[string]binding.LoggingLevel{
		"": binding.LoggingLevelFatal, "Verbose": binding.LoggingLevelVerbose, "info": binding.LoggingLevelInfo,
		"warn": binding.LoggingLevelWarning, "error": binding.LoggingLevelError, "nonsense": binding.LoggingLevelFatal,
	} {
		t.Setenv(LogVariable, text)
		require.Equal(t, want, logLevel(), text)
	}
}

func TestQuietly(t *testing.T) {
	t.Setenv(TelemetryVariable, "0")
	require.NoError(t, quietly(func() error {
		require.Equal(t, "0", os.Getenv(TelemetryVariable), "the user has decided")
		return nil
	}))
	require.NoError(t, os.Unsetenv(TelemetryVariable))
	stop := errors.New("stop")
	require.ErrorIs(t, quietly(func() error {
		require.Equal(t, "1", os.Getenv(TelemetryVariable))
		return stop
	}), stop)
	_, set := os.LookupEnv(TelemetryVariable)
	require.False(t, set, "the environment is as it was")
}
