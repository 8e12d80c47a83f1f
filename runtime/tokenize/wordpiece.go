package tokenize

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// wordPiece takes the longest token that a word starts with, then the longest
// that continues it, to the word's end; a word that cannot be had so is unknown.
type wordPiece struct {
	vocabulary
	longest int // bytes of the longest token: no longer start need be tried

	Unknown string `json:"unk_token"`
	Prefix  string `json:"continuing_subword_prefix"`
	MaxWord int    `json:"max_input_chars_per_word"` // longer words, in characters, are unknown
}

func parseWordPiece(raw json.RawMessage) (*wordPiece, error) {
	var file struct{ Vocab map[string]uint32 }
	w := wordPiece{Unknown: "[UNK]", Prefix: "##", MaxWord: 100}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("model WordPiece: %w", err)
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return nil, fmt.Errorf("model WordPiece: %w", err)
	}
	if file.Vocab == nil {
		return nil, fmt.Errorf("model WordPiece: vocab is missing")
	}
	w.vocabulary = newVocabulary(file.Vocab)
	for token := range file.Vocab {
		w.longest = max(w.longest, len(token))
	}
	return &w, nil
}

func (w *wordPiece) encode(ids []int64, piece string) ([]int64, error) {
	from := len(ids)
	unknown := utf8.RuneCountInString(piece) > w.MaxWord
	for rest := piece; rest != "" && !unknown; {
		id, n := w.longestStart(rest, len(rest) < len(piece))
		if n == 0 {
			unknown = true
			break
		}
		ids, rest = append(ids, int64(id)), rest[n:]
	}
	if !unknown {
		return ids, nil
	}
	id, err := w.unknown(w.Unknown)
	return append(ids[:from], int64(id)), err
}

// longestStart gives the longest token at the start of text and its length; 0 if there is none.
func (w *wordPiece) longestStart(text string, continued bool) (id uint32, n int) {
	prefix := ""
	if continued {
		prefix = w.Prefix
	}
	for n = min(len(text), w.longest); n > 0; n-- {
		if n < len(text) && !utf8.RuneStart(text[n]) {
			continue
		}
		if id, ok := w.ids[prefix+text[:n]]; ok {
			return id, n
		}
	}
	return 0, 0
}
