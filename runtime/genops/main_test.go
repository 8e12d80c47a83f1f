package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFileIsUpToDate(t *testing.T) {
	want, err := Source()
	require.NoError(t, err)
	got, err := os.ReadFile("../tensor_ops.go")
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "run go generate ./runtime")
}
