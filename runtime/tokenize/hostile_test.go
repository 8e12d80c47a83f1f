package tokenize_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/nngen-go/nngen/internal/fuzzguard"
	"github.com/nngen-go/nngen/runtime/tokenize"
)

func openText(t testing.TB, text string) (*tokenize.Tokenizer, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tokenizer.json")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return tokenize.Open(path)
}

const plainModel = `"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}`

// nested is a section of sequences in sequences.
func nested(list string, depth int) string {
	return strings.Repeat(`{"type":"Sequence","`+list+`":[`, depth) + strings.Repeat(`]}`, depth)
}

// TestOpenRefuses opens files that are no tokenizers, or ask for what the package does not have.
func TestOpenRefuses(t *testing.T) {
	_, err := tokenize.Open(filepath.Join(t.TempDir(), "none.json"))
	require.ErrorIs(t, err, os.ErrNotExist)
	for text, want := range map[string]string{
		"":                               "not a tokenizer.json",
		"{":                              "not a tokenizer.json",
		"{}":                             "no model",
		"[]":                             "not a tokenizer.json",
		`{"model":null}`:                 `model "" is not supported`,
		`{"model":3}`:                    "model",
		`{"model":{"type":"BPE"}}`:       "vocab or merges are missing",
		`{"model":{"type":"WordPiece"}}`: "vocab is missing",
		`{"model":{"type":"Unigram","vocab":[]}}`:                                                                    `model "Unigram" is not supported`,
		`{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}`:                                                      "number -1",
		`{"model":{"type":"BPE","vocab":{"a":4294967296},"merges":[]}}`:                                              "number 4294967296",
		`{"model":{"type":"BPE","vocab":{"a":0},"merges":["a"]}}`:                                                    "two tokens",
		`{"model":{"type":"BPE","vocab":{"a":0},"merges":[["a","b","c"]]}}`:                                          "two tokens",
		`{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}`:                                                  "not in the vocabulary",
		`{"model":{"type":"BPE","vocab":{"a":0},"merges":["a a"]}}`:                                                  "joined token",
		`{"model":{"type":"BPE","continuing_subword_prefix":"####","vocab":{"a":0},"merges":["a a"]}}`:               "not in the vocabulary",
		`{"model":{"type":"BPE","dropout":0.1,"vocab":{},"merges":[]}}`:                                              "dropout 0.1",
		`{` + plainModel + `,"added_tokens":3}`:                                                                      "added_tokens",
		`{` + plainModel + `,"normalizer":"NFC"}`:                                                                    "normalizer",
		`{` + plainModel + `,"normalizer":{"type":"Precompiled"}}`:                                                   `normalizer "Precompiled" is not supported`,
		`{` + plainModel + `,"normalizer":{"type":"Replace","pattern":{"Regex":"a+"},"content":""}}`:                 "plain text",
		`{` + plainModel + `,"normalizer":{"type":"Sequence","normalizers":[{"type":"NFX"}]}}`:                       `normalizer "NFX"`,
		`{` + plainModel + `,"normalizer":` + nested("normalizers", 500) + `}`:                                       "nest",
		`{` + plainModel + `,"pre_tokenizer":` + nested("pretokenizers", 20) + `}`:                                   "nest",
		`{` + plainModel + `,"pre_tokenizer":{"type":"Metaspace"}}`:                                                  `pre_tokenizer "Metaspace" is not supported`,
		`{` + plainModel + `,"pre_tokenizer":{"type":"Split","pattern":{"Regex":"(a+)+$"},"behavior":"Isolated"}}`:   "(a+)+$",
		`{` + plainModel + `,"pre_tokenizer":{"type":"Split","pattern":{"String":"x"},"behavior":"Isolated"}}`:       "regular expressions",
		`{` + plainModel + `,"decoder":{"type":"CTC"}}`:                                                              `decoder "CTC" is not supported`,
		`{` + plainModel + `,"decoder":{"type":"Replace","pattern":{"String":""}}}`:                                  "plain text",
		`{` + plainModel + `,"decoder":` + nested("decoders", 20) + `}`:                                              "nest",
		`{` + plainModel + `,"post_processor":{"type":"TemplateProcessing"}}`:                                        "0 times",
		`{` + plainModel + `,"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x"}}]}}`: `"x"`,
		`{` + plainModel + `,"post_processor":{"type":"TemplateProcessing","single":[{"Sequence":{"id":"B"}}]}}`:     "the sequence A only",
		`{` + plainModel + `,"post_processor":{"type":"BertProcessing","cls":["a"],"sep":["b",1]}}`:                  "is not a token and its id",
		`{` + plainModel + `,"post_processor":{"type":"BertProcessing"}}`:                                            "missing",
		`{` + plainModel + `,"post_processor":{"type":"Other"}}`:                                                     `post_processor "Other"`,
		`{` + plainModel + `,"post_processor":` + nested("processors", 20) + `}`:                                     "nest",
	} {
		_, err := openText(t, text)
		require.ErrorContains(t, err, want, "%.200s", text)
	}
}

// TestUnknownTokenMissing encodes what the vocabulary lacks where the token for that is lacking too.
func TestUnknownTokenMissing(t *testing.T) {
	for _, model := range []string{
		`{"type":"BPE","unk_token":"?","vocab":{"a":0},"merges":[]}`,
		`{"type":"WordPiece","unk_token":"?","vocab":{"a":0}}`,
	} {
		tok, err := openText(t, `{"model":`+model+`}`)
		require.NoError(t, err)
		ids, err := tok.Encode("a", false)
		require.NoError(t, err)
		require.Equal(t, []int64{0}, ids)
		_, err = tok.Encode("b", false)
		require.ErrorContains(t, err, `no token "?"`)
	}
}

// TestBrokenFiles takes pieces out of real files and puts others in: whatever
// still opens must encode and decode, or say why not, and never panic.
func TestBrokenFiles(t *testing.T) {
	var files []string
	for _, name := range []string{"chat", "llama3", "fallback", "clip", "wordpiece"} {
		raw, err := os.ReadFile(filepath.Join(folder, name+".json"))
		require.NoError(t, err)
		files = append(files, string(raw))
	}
	path := filepath.Join(t.TempDir(), "tokenizer.json")
	other := []string{"null", "{}", "[]", `""`, "-1", "4294967295", "1e99", "true", `{"type":"Sequence"}`, `[[]]`, `"a b"`, ""}
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.SampledFrom(files).Draw(r, "file")
		for range rapid.IntRange(1, 3).Draw(r, "changes") {
			from := rapid.IntRange(0, len(text)-1).Draw(r, "from")
			if end := strings.IndexAny(text[from:], ",:"); end > 0 && rapid.Bool().Draw(r, "value") {
				from += end + 1
			}
			to := from + strings.IndexAny(text[from:]+",", ",]}")
			text = text[:from] + rapid.SampledFrom(other).Draw(r, "instead") + text[min(to, len(text)):]
			if text == "" {
				return
			}
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			r.Fatal(err)
		}
		tok, err := tokenize.Open(path)
		if err != nil {
			return
		}
		ids, err := tok.Encode("Light, 1704 <mask> \n\n日本 don't\x00é", true)
		if err == nil {
			tok.Decode(ids)
		}
		tok.Size()
	})
}

// FuzzEncode looks for text that makes a tokenizer panic or, with byte-level ones, does not come back.
func FuzzEncode(f *testing.F) {
	for _, text := range []string{"", " ", "a\n\n b", "'S 1704\r\n", "日\u0301\xff<mask>"} {
		f.Add(text)
	}
	back, pieces := open(f, "bytebpe"), []*tokenize.Tokenizer{open(f, "chat"), open(f, "llama3"), open(f, "wordpiece"), open(f, "clip"), open(f, "fallback")}
	f.Fuzz(func(t *testing.T, text string) {
		defer fuzzguard.Input()()
		want := strings.ReplaceAll(strings.ToValidUTF8(text, ""), "<|endoftext|>", "")
		if want == text {
			require.Equal(t, want, back.Decode(encode(t, back, text, false)))
		}
		for _, tok := range pieces {
			tok.Decode(encode(t, tok, text, true))
		}
	})
}

// FuzzOpen reads changed tokenizer.json files: what opens encodes and decodes.
func FuzzOpen(f *testing.F) {
	for _, name := range []string{"chat", "fallback", "wordpiece"} {
		raw, err := os.ReadFile(filepath.Join(folder, name+".json"))
		require.NoError(f, err)
		f.Add(raw)
	}
	f.Add([]byte(`{"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}`))
	path := filepath.Join(f.TempDir(), "tokenizer.json")
	f.Fuzz(func(t *testing.T, data []byte) {
		defer fuzzguard.Input()()
		require.NoError(t, os.WriteFile(path, data, 0o600))
		tok, err := tokenize.Open(path)
		if err != nil {
			return
		}
		if ids, err := tok.Encode("Light, 1704 <mask> \n\n日本 don't\x00é", true); err == nil {
			tok.Decode(ids)
		}
	})
}
