package tokenize_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/runtime/tokenize"
)

// byteLevel is a tokenizer that would merge runs of newlines, and a newline
// with what follows, if they were not split before.
const byteLevel = `{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,"post_processor":null,
"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
"decoder":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
"model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,
"vocab":{"a":0,"Ċ":1,"ĊĊ":2,"ĊĊĊ":3,"Ġ":4,"ĠĠ":5,"Ġa":6,"ĉ":7,"Ċa":8,"Âł":10,"Â":11,"ł":12,"Âła":13},
"merges":["Ċ Ċ","ĊĊ Ċ","Ġ Ġ","Ġ a","Ċ a","Â ł","Âł a"]}}`

// TestWhiteSpaceBeforeWords holds runs of white space against the ids of Python's tokenizers 0.22.
func TestWhiteSpaceBeforeWords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokenizer.json")
	require.NoError(t, os.WriteFile(path, []byte(byteLevel), 0o644))
	tok, err := tokenize.Open(path)
	require.NoError(t, err)
	for text, want := range map[string][]int64{
		"a\n\n\na":  {0, 2, 1, 0},
		"a\n\na":    {0, 1, 1, 0},
		"a\na":      {0, 1, 0},
		"a  a":      {0, 4, 6},
		"a \n\n a":  {0, 4, 2, 6},
		"a\n\n\n":   {0, 3},
		"\n\n\na":   {2, 1, 0},
		"a\n\n a":   {0, 2, 6},
		"a\u00a0a":  {0, 10, 0},
		"  ":        {5},
		"a\u00a0 a": {0, 10, 6},
	} {
		got, err := tok.Encode(text, false)
		require.NoError(t, err)
		require.Equal(t, want, got, "%q", text)
		require.Equal(t, text, tok.Decode(got))
	}
}
