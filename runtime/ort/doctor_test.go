package ort

import (
	"errors"
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
