// Package tokenize turns text into token ids and back, as a model's
// tokenizer.json says, and exactly as the Python library "tokenizers" does.
//
// It reads byte-level BPE (GPT-2, Llama 3, Qwen 2, SmolLM2), BPE over characters
// with byte fallback (Llama 2) and WordPiece (BERT, MiniLM). A file that asks for
// a step that the package does not have is refused with that step's name.
//
// Encoding runs in the format's order: added tokens are cut out of the text,
// the rest is normalised, split into pieces, and each piece given to the model;
// then the template puts its tokens around the ids. A file's "truncation" and
// "padding" are left aside: they shape batches, not texts.
package tokenize

import (
	"fmt"
	"os"
	"strings"
)

// Tokenizer maps text to ids and back. It is safe for concurrent use.
type Tokenizer struct {
	model     model
	added     *addedTokens
	normalize normalizer
	split     splitter
	around    template
	decode    decoder // nil: the tokens with spaces between them
}

// Open reads a tokenizer.json, the format of the Hugging Face tokenizers library.
func Open(path string) (*Tokenizer, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	t, err := parse(raw)
	if err != nil {
		return nil, fmt.Errorf("tokenizer %s: %w", path, err)
	}
	return t, nil
}

// Encode gives the ids of text; special adds the tokens that the model's
// template puts around a text ([CLS] … [SEP]). Bytes that are not UTF-8 count
// as U+FFFD.
func (t *Tokenizer) Encode(text string, special bool) ([]int64, error) {
	words := wordCache{model: t.model, seen: map[string]span{}}
	if special {
		words.ids = append(words.ids, t.around.before...)
	}
	for _, part := range t.added.verbatim.cut(toUTF8([]byte(text))) {
		if part.added {
			words.ids = append(words.ids, int64(part.id))
			continue
		}
		for _, part := range t.added.normalized.cut(t.normalize(part.text)) {
			if part.added {
				words.ids = append(words.ids, int64(part.id))
				continue
			}
			for _, piece := range t.split(nil, part.text) {
				if err := words.add(piece); err != nil {
					return nil, fmt.Errorf("tokenizer: encode %.40q: %w", text, err)
				}
			}
		}
	}
	if special {
		words.ids = append(words.ids, t.around.after...)
	}
	return words.ids, nil
}

// Decode gives the text of ids, special tokens and unknown ids left out.
func (t *Tokenizer) Decode(ids []int64) string {
	var tokens []string
	for _, id := range ids {
		if token, ok := t.Token(id); ok && !t.added.special[token] {
			tokens = append(tokens, token)
		}
	}
	if t.decode == nil {
		return strings.Join(tokens, " ")
	}
	return strings.Join(t.decode(tokens), "")
}

// Token gives the text of one id as the vocabulary has it, and whether there is such an id.
func (t *Tokenizer) Token(id int64) (string, bool) {
	if id < 0 || id > maxID {
		return "", false
	}
	if token, ok := t.added.byID[uint32(id)]; ok {
		return token.Content, true
	}
	token, ok := t.model.words().tokens[uint32(id)]
	return token, ok
}

// ID gives the id of one token of the vocabulary.
func (t *Tokenizer) ID(token string) (int64, bool) {
	if id, ok := t.added.ids[token]; ok {
		return int64(id), true
	}
	id, ok := t.model.words().ids[token]
	return int64(id), ok
}

// Size is the number of tokens, added ones included.
func (t *Tokenizer) Size() int {
	n := len(t.model.words().ids)
	for token := range t.added.ids {
		if _, ok := t.model.words().ids[token]; !ok {
			n++
		}
	}
	return n
}
