package interleave_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/examples/realmodels/interleave"
)

func TestMeasure(t *testing.T) {
	var order strings.Builder
	way := func(name string, d time.Duration) interleave.Way {
		return interleave.Way{Name: name, Run: func() error { order.WriteString(name); time.Sleep(d); return nil }}
	}
	got, err := interleave.Measure(3, []interleave.Way{way("a", time.Millisecond), way("b", 20*time.Millisecond)})
	require.NoError(t, err)
	require.Equal(t, "abababab", order.String(), "a warm-up and three rounds, in turn")
	require.InDelta(t, 1, got[0].Ratio, 1e-9)
	require.Greater(t, got[1].Ratio, 1.0)
	require.LessOrEqual(t, got[1].Low, got[1].Median)
	require.LessOrEqual(t, got[1].Median, got[1].High)
	var table strings.Builder
	interleave.Print(&table, got)
	require.Contains(t, table.String(), "1.000")
}

func TestMeasureStopsAtAnError(t *testing.T) {
	_, err := interleave.Measure(3, []interleave.Way{{Name: "broken", Run: func() error { return errors.New("no") }}})
	require.EqualError(t, err, "broken: no")
}
