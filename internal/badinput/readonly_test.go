//go:build unix

package badinput

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/modelspec"
)

// asNobody lets a child run as a user to whom permissions apply: root may write
// everywhere.
func asNobody(t *testing.T, c *exec.Cmd) *exec.Cmd {
	if os.Geteuid() != 0 {
		return c
	}
	program := filepath.Join(openFolder(t), "nngen.test") // where nobody may read
	data, err := os.ReadFile(c.Path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(program, data, 0o755))
	c.Path = program
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	cache := openFolder(t)
	require.NoError(t, os.Chmod(cache, 0o777))
	return with(with(c, "HOME="+cache), "GOCACHE="+filepath.Join(cache, "go"))
}

// openFolder is a folder that other users may pass through.
func openFolder(t *testing.T) string {
	dir, err := os.MkdirTemp("", "nngen-badinput-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	require.NoError(t, os.Chmod(dir, 0o755))
	return dir
}

// TestReadOnlyFolders: specs and generated files that cannot be written leave
// everything as it was, also in the folders that could be written.
func TestReadOnlyFolders(t *testing.T) {
	dir := openFolder(t)
	f := fixture(t, "twolinear", "torchscript")
	model := filepath.Join(dir, "net.onnx")
	data, err := os.ReadFile(f.Path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(model, data, 0o644))
	closed := filepath.Join(dir, "closed")
	free := filepath.Join(dir, "free")
	for _, folder := range []string{closed, free} {
		require.NoError(t, os.Mkdir(folder, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(folder, "net.nnspec.yaml"), modelspec.Write(f.Spec), 0o644))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/app\n\ngo 1.26\n"), 0o644))
	require.NoError(t, os.Chmod(closed, 0o555))
	require.NoError(t, os.Chmod(free, 0o777))
	t.Cleanup(func() { _ = os.Chmod(closed, 0o755) })
	before := listing(t, dir)

	code, out := finish(t, asNobody(t, child(t, "nngen", dir, "spec", "-no-verify", "-o", "closed/other.nnspec.yaml", "net.onnx")))
	require.NotZero(t, code, out)
	require.Contains(t, out, "closed/other.nnspec.yaml")
	require.Contains(t, out, "read-only")
	require.Equal(t, before, listing(t, dir))

	code, out = finish(t, asNobody(t, child(t, "nngen", dir, "generate", "./...")))
	require.NotZero(t, code, out)
	require.Contains(t, out, "closed/model_nngen.go")
	require.Contains(t, out, "nothing was changed")
	require.Equal(t, before, listing(t, dir), "all or nothing")

	code, out = finish(t, asNobody(t, child(t, "nngen", dir, "generate", "free")))
	require.Zero(t, code, out)
	require.FileExists(t, filepath.Join(free, "model_nngen.go"))
}

// listing gives every file below dir.
func listing(t *testing.T, dir string) []string {
	var out []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		out = append(out, path)
		return err
	}))
	return out
}
