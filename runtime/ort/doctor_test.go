package ort

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDoctor(t *testing.T) {
	leakCheck(t)
	r := Doctor(ctx)
	require.True(t, r.OK(), r.String())
	require.NotEmpty(t, r.Library.Version)
	text := r.String()
	require.Contains(t, text, "onnxruntime "+r.Library.Version)
	require.Contains(t, text, r.Library.Path)
	require.Contains(t, text, "CPU      works")
	for _, p := range r.Providers {
		require.Equal(t, p.Problem == nil, p.Advice == "", "%s: every problem comes with what to do", p.Name)
	}
	t.Log("\n" + text)
}

func TestReportWithoutLibrary(t *testing.T) {
	r := Report{Problem: errors.New("it is not there")}
	require.False(t, r.OK())
	require.Equal(t, "onnxruntime: not usable\n  it is not there\n", r.String())
}

// doctorIn gives the report of a process of its own, because a process looks for
// the library once.
func doctorIn(t *testing.T, named string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestHelperProcess$")
	cmd.Env = append(os.Environ(), "NNGEN_TEST_HELPER=1", "NNGEN_ONNXRUNTIME="+named)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

func TestHelperProcess(t *testing.T) {
	if os.Getenv("NNGEN_TEST_HELPER") == "" {
		t.Skip("only in a process that another test starts")
	}
	first, second := Doctor(ctx), Doctor(ctx)
	require.Equal(t, first.Problem, second.Problem)
	fmt.Print(first)
}

// onnxruntime writes a telemetry database into the user's cache, unless it is told
// not to before it starts; nothing but a look at the file system shows whether it was.
func TestTelemetryIsOff(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(home, "cache"))
	t.Setenv("CI", "")
	lib, err := Find()
	require.NoError(t, err)
	t.Setenv(TelemetryVariable, "") // to have it restored
	require.NoError(t, os.Unsetenv(TelemetryVariable))
	require.Contains(t, doctorIn(t, lib.Path), "CPU      works")
	require.NoError(t, filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.Contains(path, "onnxruntime") {
			t.Errorf("the library left %s behind", path)
		}
		return err
	}))
}

func TestDoctorWithoutLibrary(t *testing.T) {
	gone := filepath.Join(t.TempDir(), "gone.so")
	text := doctorIn(t, gone)
	require.Contains(t, text, "onnxruntime: not usable")
	require.Contains(t, text, "NNGEN_ONNXRUNTIME="+gone+": there is no such file or folder")
	other := compileLibrary(t, `int nothing;`)
	text = doctorIn(t, other)
	require.Contains(t, text, "cannot open onnxruntime at "+other)
	require.Contains(t, text, "nngen ort fetch")
}
