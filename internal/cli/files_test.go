package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWriteAllIsAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	kept, blocked := filepath.Join(dir, "a.go"), filepath.Join(dir, "b.go")
	require.NoError(t, os.WriteFile(kept, []byte("old"), 0o600))
	require.NoError(t, os.Mkdir(blocked, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(blocked, "x"), nil, 0o600))

	err := writeAll([]File{
		{Path: kept, Content: []byte("new")},
		{Path: filepath.Join(dir, "c.go"), Content: []byte("new")},
		{Path: blocked, Content: []byte("new")},
	})
	require.ErrorContains(t, err, "b.go")
	require.ErrorContains(t, err, "nothing was changed")
	requireDir(t, dir, map[string]string{"a.go": "old"})
}

// TestRollback: a rename that fails after others were done takes them back.
func TestRollback(t *testing.T) {
	dir := t.TempDir()
	kept, added, removed := filepath.Join(dir, "a.go"), filepath.Join(dir, "b.go"), filepath.Join(dir, "c.go")
	require.NoError(t, os.WriteFile(kept, []byte("old"), 0o600))
	require.NoError(t, os.WriteFile(removed, []byte("gone"), 0o600))
	tx := &transaction{}
	for _, f := range []File{{Path: kept, Content: []byte("new")}, {Path: added, Content: []byte("new")}, {Path: removed}} {
		require.NoError(t, tx.stage(f))
	}
	for _, s := range tx.staged {
		require.NoError(t, tx.commit(s))
	}
	requireDir(t, dir, map[string]string{"a.go": "new", "b.go": "new"})
	require.NoError(t, tx.rollback())
	requireDir(t, dir, map[string]string{"a.go": "old", "c.go": "gone"})
}

func TestWriteAllKeepsPermissions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.go")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	require.NoError(t, writeAll([]File{{Path: path, Content: []byte("new")}}))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestChanged(t *testing.T) {
	dir := t.TempDir()
	same, other, gone := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "c")
	require.NoError(t, os.WriteFile(same, []byte("x"), 0o600))
	require.NoError(t, os.WriteFile(other, []byte("y"), 0o600))
	got, err := changed([]File{{Path: same, Content: []byte("x")}, {Path: other, Content: []byte("x")}, {Path: gone}, {Path: filepath.Join(dir, "d"), Content: []byte{}}})
	require.NoError(t, err)
	require.Len(t, got, 2)
	require.Equal(t, other, got[0].Path)
	require.Equal(t, filepath.Join(dir, "d"), got[1].Path)
}

// requireDir asserts that dir holds exactly these files (folders aside).
func requireDir(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	got := map[string]string{}
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		got[e.Name()] = string(b)
	}
	require.Equal(t, want, got)
}
