package models_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/examples/realmodels/models"
)

func TestFind(t *testing.T) {
	root := t.TempDir()
	folder := filepath.Join(root, ".cache", "models", "tiny")
	deep := filepath.Join(root, "a", "b")
	require.NoError(t, os.MkdirAll(folder, 0o755))
	require.NoError(t, os.MkdirAll(deep, 0o755))
	file := filepath.Join(folder, "tiny.onnx")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	t.Setenv(models.Env, "")
	t.Chdir(deep)

	for name, given := range map[string]string{"above": "", "file": file, "folder": folder} {
		got, err := models.Find("tiny", given)
		require.NoError(t, err, name)
		require.Equal(t, file, got, name)
	}
	require.Equal(t, filepath.Join(folder, "keys.txt"), models.Beside(file, "keys.txt"))

	t.Setenv(models.Env, filepath.Join(root, ".cache", "models"))
	got, err := models.Find("tiny", "")
	require.NoError(t, err)
	require.Equal(t, file, got)
}

func TestFindSaysWhatToDo(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, given := range []string{"", "nowhere", "."} {
		t.Setenv(models.Env, "")
		_, err := models.Find("tiny", given)
		require.ErrorContains(t, err, "make models", given)
	}
	t.Setenv(models.Env, "elsewhere")
	_, err := models.Find("tiny", "")
	require.ErrorContains(t, err, filepath.Join("elsewhere", "tiny"))
}
