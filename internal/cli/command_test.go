package cli

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCommandsAreDescribed(t *testing.T) {
	for _, c := range commands() {
		require.NotEmpty(t, c.short, c.name)
		require.NotEmpty(t, c.long, c.name)
		require.Contains(t, c.examples, "nngen "+c.name, c.name)
	}
}

func TestFlagsMayFollowOperands(t *testing.T) {
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	out := fs.String("o", "", "")
	got, err := parseMixed(fs, []string{"a", "-o", "x", "b", "--", "-c"})
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b", "-c"}, got)
	require.Equal(t, "x", *out)
}

func TestDistance(t *testing.T) {
	require.Equal(t, 0, distance("check", "check"))
	require.Equal(t, 1, distance("generat", "generate"))
	require.Equal(t, 2, distance("chekc", "check"))
	require.Equal(t, 5, distance("", "check"))
}
