package badinput

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// with sets a variable of a child's environment.
func with(c *exec.Cmd, variable string) *exec.Cmd {
	name, _, _ := strings.Cut(variable, "=")
	kept := c.Env[:0]
	for _, v := range c.Env {
		if !strings.HasPrefix(v, name+"=") {
			kept = append(kept, v)
		}
	}
	c.Env = append(kept, variable)
	return c
}

// oldLibrary makes a library that says it is onnxruntime 1.17.1.
func oldLibrary(t *testing.T) string {
	if runtime.GOOS == "windows" {
		t.Skip("makes a library with cc")
	}
	folder := t.TempDir()
	source := filepath.Join(folder, "old.c")
	require.NoError(t, os.WriteFile(source, []byte(`
static const char *version(void) { return "1.17.1"; }
static const void *api(unsigned v) { (void)v; return 0; }
static struct { const void *(*get)(unsigned); const char *(*version)(void); } base = {api, version};
const void *OrtGetApiBase(void) { return &base; }`), 0o600))
	path := filepath.Join(folder, "libonnxruntime.so")
	out, err := exec.Command("cc", "-shared", "-fPIC", "-o", path, source).CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

// TestLibraryMissingOrOld: each command and each program that needs onnxruntime
// says where it looked and what to do; what needs none works.
func TestLibraryMissingOrOld(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text.so")
	require.NoError(t, os.WriteFile(text, []byte("no library"), 0o600))
	model := fixture(t, "twolinear", "torchscript").Path
	for name, k := range map[string]struct{ path, want string }{
		"missing": {filepath.Join(t.TempDir(), "gone"), "there is no such file or folder"},
		"empty":   {t.TempDir(), "the folder holds no"},
		"text":    {text, "cannot open onnxruntime"},
		"old":     {oldLibrary(t), "onnxruntime 1.17.1"},
	} {
		t.Run(name, func(t *testing.T) {
			variable := "NNGEN_ONNXRUNTIME=" + k.path
			dir := t.TempDir()
			code, out := finish(t, with(child(t, "nngen", dir, "spec", model), variable))
			require.NotZero(t, code, out)
			require.Contains(t, out, k.want)
			require.Contains(t, out, "NNGEN_ONNXRUNTIME", "what to do")
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Empty(t, left, "something was written")

			code, out = finish(t, with(child(t, "nngen", dir, "doctor"), variable))
			require.NotZero(t, code, out)
			require.Contains(t, out, k.path)

			code, out = finish(t, with(child(t, "models", ".", "twolinear/torchscript", model), variable))
			require.Zero(t, code, out)
			require.Contains(t, out, k.want, "the runtime's own Open")
			require.NotContains(t, out, "<nil>")

			code, out = finish(t, with(child(t, "nngen", dir, "spec", "-no-verify", model), variable))
			require.Zero(t, code, out)
			require.FileExists(t, filepath.Join(dir, "torchscript.nnspec.yaml"))
		})
	}
}
