package tokenize_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/runtime/tokenize"
)

const folder = "../../testdata/tokenizers"

// golden is one text as Python's tokenizers library sees it.
type golden struct {
	IDs           []int64 `json:"ids"`
	Before, After []int64 // what the template adds
	Decoded       *string // nil: the text itself
}

// hold compares what the tokenizer makes of text with what Python's makes of it.
func (g golden) hold(t *testing.T, tok *tokenize.Tokenizer, text string) {
	t.Helper()
	// A whole book's ids are too many to print: its paragraphs are texts, too.
	require.True(t, slices.Equal(g.IDs, encode(t, tok, text, false)), "%.200q", text)
	require.True(t, slices.Equal(slices.Concat(g.Before, g.IDs, g.After), encode(t, tok, text, true)), "%.200q with special tokens", text)
	want := text
	if g.Decoded != nil {
		want = *g.Decoded
	}
	require.True(t, want == tok.Decode(g.IDs), "%.200q back, want %.200q", text, want) // not Equal, for the same reason
}

// goldens are the texts and, for each tokenizer, what comes of them in the same order.
type goldens struct {
	Texts   []string
	Cases   map[string][]golden
	Decoded map[string][]golden
}

func readGoldens(t *testing.T) goldens {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(folder, "cases.json"))
	require.NoError(t, err)
	var all goldens
	require.NoError(t, json.Unmarshal(raw, &all))
	require.Greater(t, len(all.Texts), 400)
	require.Greater(t, len(all.Cases), 8)
	return all
}

func open(t testing.TB, name string) *tokenize.Tokenizer {
	t.Helper()
	path := filepath.Join(folder, name+".json")
	if name == "opticks" {
		path = "../../examples/demo/opticks/tokenizer.json"
	}
	tok, err := tokenize.Open(path)
	require.NoError(t, err)
	return tok
}

// TestGoldens holds ids and text against the Python library, on real, awkward and random text.
func TestGoldens(t *testing.T) {
	all := readGoldens(t)
	for name, cases := range all.Cases {
		t.Run(name, func(t *testing.T) {
			tok := open(t, name)
			require.Len(t, cases, len(all.Texts))
			for i, c := range cases {
				c.hold(t, tok, all.Texts[i])
			}
		})
	}
}

func encode(t testing.TB, tok *tokenize.Tokenizer, text string, special bool) []int64 {
	t.Helper()
	ids, err := tok.Encode(text, special)
	require.NoError(t, err)
	return ids
}

// TestDecode holds the text of random ids against the Python library: broken
// characters, special tokens, and ids that are none.
func TestDecode(t *testing.T) {
	for name, cases := range readGoldens(t).Decoded {
		tok := open(t, name)
		for _, c := range cases {
			require.Equal(t, *c.Decoded, tok.Decode(c.IDs), "%s: %v", name, c.IDs)
		}
	}
	require.Empty(t, open(t, "bytebpe").Decode([]int64{-1, 1 << 40}))
}

func TestVocabulary(t *testing.T) {
	tok := open(t, "chat")
	id, ok := tok.ID("<mask>")
	require.True(t, ok)
	require.EqualValues(t, 600, id) // after the model's own
	token, ok := tok.Token(id)
	require.True(t, ok)
	require.Equal(t, "<mask>", token)
	require.Equal(t, 607, tok.Size())
	for id := range int64(tok.Size()) {
		token, ok := tok.Token(id)
		require.True(t, ok)
		back, ok := tok.ID(token)
		require.True(t, ok)
		require.Equal(t, id, back)
	}
	_, ok = tok.ID("no such token")
	require.False(t, ok)
	_, ok = tok.Token(607)
	require.False(t, ok)
}

// TestBytesThatAreNoText encodes broken UTF-8 as the U+FFFD that Python would read in its place.
func TestBytesThatAreNoText(t *testing.T) {
	tok := open(t, "bytebpe")
	for text, same := range map[string]string{
		"a\xffb": "a\ufffdb", "\xe6\x97": "\ufffd", "\xed\xa0\x80": "\ufffd\ufffd\ufffd", "\xf0\x9f\x99x": "\ufffdx", "\xc0\x80": "\ufffd\ufffd",
	} {
		require.Equal(t, encode(t, tok, same, false), encode(t, tok, text, false), "%q", text)
	}
}
