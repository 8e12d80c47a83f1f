package arraytag

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/fuzzguard"
)

// FuzzParseTag holds a tag that can be read to be written as one that says the same.
func FuzzParseTag(f *testing.F) {
	for _, s := range []string{"W_enc float32 [48, 192]", "w float32 [2] from float16", "a b float32 [1, 2] transposed", "name", "layers.%d int64 []"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer fuzzguard.Input()()
		tag, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(tag.String())
		require.NoError(t, err)
		require.Equal(t, tag.String(), again.String())
	})
}
