package ops

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/nngen-go/nngen/internal/fuzzguard"
	"github.com/nngen-go/nngen/internal/tensor"
)

func TestIndexTexts(t *testing.T) {
	for text, want := range map[string]string{
		"": "", ":": ":", "::": ":", " : , -1 ": ":,-1", "1:2:1": "1:2", "...,$": "...,$", "::-1": "::-1",
		"-3:,:4": "-3:,:4", "0:5:2": "0:5:2", "+4": "4", "1 : 2": "1:2",
		"new,[0  5 -1]": "new,[0 5 -1]", "[]": "[]", "$:,:$,$:$:-2": "$:,:$,$:$:-2",
	} {
		items, err := ParseIndex(text)
		require.NoError(t, err, text)
		require.Equal(t, want, FormatIndex(items), text)
	}
	for _, bad := range []string{"a", "1:2:3:4", "::0", ",", "1,", "...,...", "1.5", "$$", "99999999999999999999", "9223372036854775807", "[1", "[1 x]", "[$]", "$$:"} {
		_, err := ParseIndex(bad)
		require.Error(t, err, bad)
	}
	require.Equal(t, "1:2,3,:,$,...", FormatIndex([]IndexItem{RangeIndex(1, 2, 1), IntIndex(3), AllIndex, OperandIndex, EllipsisIndex}))
}

func FuzzParseIndex(f *testing.F) {
	for _, s := range []string{"", ":", "1,2", "1:2:3,...", "$,-1", "::-1", " -4 : ", "[0 1],new", "$:2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		defer fuzzguard.Input()()
		items, err := ParseIndex(s)
		if err != nil {
			return
		}
		text := FormatIndex(items)
		again, err := ParseIndex(text)
		require.NoError(t, err)
		require.Equal(t, text, FormatIndex(again))
	})
}

// anyRange draws a range with ends near an axis of up to 6 positions.
func anyRange(t *rapid.T) IndexItem {
	i := AllIndex
	i.Step = rapid.SampledFrom([]int64{1, 1, 1, 2, 3, -1, -2}).Draw(t, "step")
	if i.HasStart = rapid.Bool().Draw(t, "hasStart"); i.HasStart {
		i.Start = rapid.Int64Range(-8, 8).Draw(t, "start")
	}
	if i.HasStop = rapid.Bool().Draw(t, "hasStop"); i.HasStop {
		i.Stop = rapid.Int64Range(-8, 8).Draw(t, "stop")
	}
	return i
}

// TestRangeLengths compares lengths with counting, and symbolic lengths with
// those of sizes that the range lies within.
func TestRangeLengths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := anyRange(t)
		n := rapid.Int64Range(0, 6).Draw(t, "n")
		start, stop := i.bounds(n)
		var count int64
		for k := start; i.Step > 0 && k < stop || i.Step < 0 && k > stop; k += i.Step {
			require.True(t, k >= 0 && k < n, "%s of %d reaches %d", i, n, k)
			count++
		}
		length, ok := i.length(tensor.N(n)).Const()
		require.True(t, ok)
		require.Equal(t, count, length, "%s of %d", i, n)

		symbolic := i.length("seq")
		within := n >= 1 && (!i.HasStart || abs(i.Start) <= n) && (!i.HasStop || abs(i.Stop) <= n)
		if symbolic.Known() && within {
			got, err := symbolic.Eval(map[string]int64{"seq": n})
			require.NoError(t, err)
			require.Equal(t, count, max(got, 0), "%s of seq=%d", i, n)
		}
	})
}

func abs(n int64) int64 { return max(n, -n) }

func TestSymbolicRanges(t *testing.T) {
	for text, want := range map[string]tensor.Dim{
		":": "seq", "1:": "seq-1", ":-1": "seq-1", "2:-1": "seq-3", "-1:": "1", "-2:": tensor.Unknown, ":5": tensor.Unknown,
		"::-1": "seq", "::2": tensor.Unknown, "3:1": "0", "-1:-3": "0", "1:4": tensor.Unknown, "0:": "seq", ":0": "0",
	} {
		items, err := ParseIndex(text)
		require.NoError(t, err)
		require.Equal(t, want, items[0].length("seq"), text)
	}
}
