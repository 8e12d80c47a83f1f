package library

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// fake puts an empty file with a library's name into a folder.
func fake(t *testing.T, folder, name string) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(folder, 0o755))
	path := filepath.Join(folder, name)
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	return path
}

func TestFindNamed(t *testing.T) {
	folder := t.TempDir()
	path := fake(t, filepath.Join(folder, "lib"), fileNames()[0])
	for _, named := range []string{path, folder, filepath.Dir(path)} {
		t.Setenv(Variable, named)
		l, err := Find()
		require.NoError(t, err)
		require.Equal(t, Library{Path: path, From: Variable}, l)
	}
	t.Setenv(Variable, filepath.Join(folder, "gone"))
	_, err := Find()
	require.ErrorContains(t, err, "there is no such file or folder")
	t.Setenv(Variable, t.TempDir())
	_, err = Find()
	require.ErrorContains(t, err, "the folder holds no "+fileNames()[0])
}

func TestFindInProject(t *testing.T) {
	t.Setenv(Variable, "")
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.mod"), []byte("module x\n"), 0o600))
	deep := filepath.Join(root, "a", "b")
	require.NoError(t, os.MkdirAll(deep, 0o755))
	t.Chdir(deep)
	cache := filepath.Join(root, ".cache", "onnxruntime", Version)
	require.Equal(t, cache, projectCache())
	path := fake(t, cache, fileNames()[0])
	require.Equal(t, []string{path}, inFolder(projectCache()))
}

func TestTooOldIsPassedOver(t *testing.T) {
	require.ErrorContains(t, CheckVersion(Library{Path: "/x", Version: "1.17.1", From: "the system"}), "onnxruntime 1.17.1 at /x (the system) is too old: version 1.24 or later is needed")
	for version, ok := range map[string]bool{
		"1.24.0": true, "1.30.0": true, "2.0.0": true, "": true, "1.23.9": false, "0.9": false, "one": false, "1.24.0-rc1": true, "1.x.0": false,
	} {
		require.Equal(t, ok, CheckVersion(Library{Version: version}) == nil, version)
	}
	t.Setenv(Variable, "")
	folder := t.TempDir()
	t.Setenv("LD_LIBRARY_PATH", folder)
	t.Setenv("DYLD_LIBRARY_PATH", folder)
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Chdir(t.TempDir())
	fake(t, folder, "libonnxruntime.so.1.17.1")
	fake(t, folder, "libonnxruntime.1.17.1.dylib")
	l, err := Find()
	if err == nil { // a machine that has one in its system folders
		require.NotContains(t, l.Path, folder)
		return
	}
	require.ErrorIs(t, err, ErrNotFound)
	require.ErrorContains(t, err, "1.17.1")
	require.ErrorContains(t, err, "make ort")
}

func TestVersionOf(t *testing.T) {
	folder := t.TempDir()
	path := fake(t, folder, "libonnxruntime.so.1.25.2")
	require.Equal(t, "1.25.2", versionOf(path))
	require.NoError(t, os.Symlink(path, filepath.Join(folder, "libonnxruntime.so")))
	require.Equal(t, "1.25.2", versionOf(filepath.Join(folder, "libonnxruntime.so")))
	require.Empty(t, versionOf(fake(t, folder, "onnxruntime.dll")))
}
