package tokenize_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/runtime/tokenize"
)

const folder = "../../testdata/tokenizers"

// golden is one text as Python's tokenizers library sees it.
type golden struct {
	Text    string
	IDs     []int64 `json:"ids"`
	Special []int64
	Decoded string
}

// TestGoldens holds ids and text against the Python library, on real and awkward text.
func TestGoldens(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(folder, "cases.json"))
	require.NoError(t, err)
	var all map[string][]golden
	require.NoError(t, json.Unmarshal(raw, &all))
	require.NotEmpty(t, all)
	for name, cases := range all {
		tok, err := tokenize.Open(filepath.Join(folder, name+".json"))
		require.NoError(t, err)
		for i, c := range cases {
			t.Run(fmt.Sprintf("%s/%d", name, i), func(t *testing.T) {
				ids, err := tok.Encode(c.Text, false)
				require.NoError(t, err)
				require.Equal(t, fmt.Sprint(c.IDs), fmt.Sprint(ids), "%q", c.Text)
				special, err := tok.Encode(c.Text, true)
				require.NoError(t, err)
				require.Equal(t, fmt.Sprint(c.Special), fmt.Sprint(special), "%q with special tokens", c.Text)
				require.Equal(t, c.Decoded, tok.Decode(c.IDs))
			})
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	_, err := tokenize.Open(filepath.Join(t.TempDir(), "none.json"))
	require.ErrorIs(t, err, os.ErrNotExist)
	bad := filepath.Join(t.TempDir(), "tokenizer.json")
	for _, text := range []string{"", "{", "{}", "[]", `{"model":{"type":"BPE"}}`, `{"model":{"type":"Nothing","vocab":{}}}`} {
		require.NoError(t, os.WriteFile(bad, []byte(text), 0o600))
		_, err := tokenize.Open(bad)
		require.Error(t, err, text)
	}
}
