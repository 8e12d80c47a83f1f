// Package tokenize turns text into token ids and back, as a model's
// tokenizer.json says. It is a small interface over a tokenizer library, so
// that the library can be changed without a user noticing.
package tokenize

import (
	"bytes"
	"fmt"
	"os"

	"github.com/sugarme/tokenizer"
	"github.com/sugarme/tokenizer/pretrained"
)

// Tokenizer maps text to ids and back. It is safe for concurrent use.
type Tokenizer struct {
	tk *tokenizer.Tokenizer
}

// Open reads a tokenizer.json, the format of the Hugging Face tokenizers library.
func Open(path string) (t *Tokenizer, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	if raw, err = explicit(raw); err != nil {
		return nil, fmt.Errorf("tokenizer %s: %w", path, err)
	}
	// The library panics on files that are no tokenizer; a user's file must not.
	defer func() {
		if p := recover(); p != nil {
			t, err = nil, fmt.Errorf("tokenizer %s: not a tokenizer.json that can be read: %v", path, p)
		}
	}()
	tk, err := pretrained.FromReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("tokenizer %s: %w", path, err)
	}
	return &Tokenizer{tk: tk}, nil
}

// Encode gives the ids of text; special adds the tokens that the model's
// template puts around a text ([CLS] … [SEP]).
func (t *Tokenizer) Encode(text string, special bool) (ids []int64, err error) {
	defer func() {
		if p := recover(); p != nil {
			ids, err = nil, fmt.Errorf("tokenizer: cannot encode %.40q: %v", text, p)
		}
	}()
	enc, err := t.tk.EncodeSingle(text, special)
	if err != nil {
		return nil, fmt.Errorf("tokenizer: encode %.40q: %w", text, err)
	}
	ids = make([]int64, len(enc.Ids))
	for i, id := range enc.Ids {
		ids[i] = int64(id)
	}
	return ids, nil
}

// Decode gives the text of ids, special tokens left out.
func (t *Tokenizer) Decode(ids []int64) string {
	in := make([]int, len(ids))
	for i, id := range ids {
		in[i] = int(id)
	}
	return t.tk.Decode(in, true)
}

// Token gives the text of one id as the vocabulary has it, and whether there is such an id.
func (t *Tokenizer) Token(id int64) (string, bool) { return t.tk.IdToToken(int(id)) }

// ID gives the id of one token of the vocabulary.
func (t *Tokenizer) ID(token string) (int64, bool) {
	id, ok := t.tk.TokenToId(token)
	return int64(id), ok
}

// Size is the number of tokens, added ones included.
func (t *Tokenizer) Size() int { return t.tk.GetVocabSize(true) }
