package tokenize

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// bpe is byte pair encoding: a piece starts as its characters, and neighbours
// are joined by the rules of merges, the earliest rule first.
type bpe struct {
	vocabulary
	merges map[[2]uint32]merge
	joined []uint32 // by rank: the token that the rule makes

	Unknown      *string `json:"unk_token"`
	Prefix       string  `json:"continuing_subword_prefix"` // stands before each character but the first
	Suffix       string  `json:"end_of_word_suffix"`        // stands after the last character
	FuseUnknown  bool    `json:"fuse_unk"`                  // neighbouring unknown characters give one token
	ByteFallback bool    `json:"byte_fallback"`             // an unknown character gives its bytes' tokens, <0x..>
	WholeWords   bool    `json:"ignore_merges"`             // a piece that is a token is not taken apart
}

// merge is one rule: its rank (the lower, the earlier) and what it makes.
type merge struct{ rank, id uint32 }

func parseBPE(raw json.RawMessage) (*bpe, error) {
	var file struct {
		Vocab   map[string]uint32
		Merges  []mergeText
		Dropout float64
	}
	var b bpe
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("model BPE: %w", err)
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		return nil, fmt.Errorf("model BPE: %w", err)
	}
	switch {
	case file.Vocab == nil || file.Merges == nil:
		return nil, fmt.Errorf("model BPE: vocab or merges are missing")
	case file.Dropout != 0:
		return nil, fmt.Errorf("model BPE: dropout %v makes ids random, set it to null", file.Dropout)
	}
	b.vocabulary = newVocabulary(file.Vocab)
	b.merges = make(map[[2]uint32]merge, len(file.Merges))
	for i, m := range file.Merges {
		left, okLeft := b.ids[m[0]]
		right, okRight := b.ids[m[1]]
		if !okLeft || !okRight || len(m[1]) < len(b.Prefix) {
			return nil, fmt.Errorf("model BPE: merge %d of %q and %q: not in the vocabulary", i, m[0], m[1])
		}
		id, ok := b.ids[m[0]+m[1][len(b.Prefix):]]
		if !ok {
			return nil, fmt.Errorf("model BPE: merge %d of %q and %q: the joined token is not in the vocabulary", i, m[0], m[1])
		}
		b.merges[[2]uint32{left, right}] = merge{rank: uint32(i), id: id}
		b.joined = append(b.joined, id)
	}
	return &b, nil
}

// mergeText is one rule as files write it: ["a", "b"], in older ones "a b".
type mergeText [2]string

// UnmarshalJSON reads either form.
func (m *mergeText) UnmarshalJSON(raw []byte) error {
	var parts []string
	var line string
	if err := json.Unmarshal(raw, &line); err == nil {
		parts = strings.Split(line, " ")
	} else if err := json.Unmarshal(raw, &parts); err != nil {
		return err
	}
	if len(parts) != 2 {
		return fmt.Errorf("merge %.80s does not name two tokens", raw)
	}
	*m = mergeText(parts)
	return nil
}

func (b *bpe) encode(ids []int64, piece string) ([]int64, error) {
	if id, ok := b.ids[piece]; ok && b.WholeWords {
		return append(ids, int64(id)), nil
	}
	symbols, err := b.characters(piece)
	if err != nil {
		return nil, err
	}
	for _, id := range b.join(symbols) {
		ids = append(ids, int64(id))
	}
	return ids, nil
}

// characters gives the ids of the piece's characters. A run of unknown ones is
// written when something known ends it; tokens for bytes do not end it.
func (b *bpe) characters(piece string) ([]uint32, error) {
	out := make([]uint32, 0, len(piece))
	var unknown []uint32 // waiting: empty or one id
	for i, r := range piece {
		end := i + utf8.RuneLen(r)
		char := piece[i:end]
		if i > 0 {
			char = b.Prefix + char
		}
		if end == len(piece) {
			char += b.Suffix
		}
		if id, ok := b.ids[char]; ok {
			out = append(append(out, unknown...), id)
			unknown = nil
			continue
		}
		if bytes, ok := b.byteTokens(char); ok {
			out = append(out, bytes...)
			continue
		}
		if b.Unknown == nil {
			continue // no token stands for it: it is left out
		}
		if unknown != nil && b.FuseUnknown {
			continue
		}
		id, err := b.unknown(*b.Unknown)
		if err != nil {
			return nil, err
		}
		out = append(out, unknown...)
		unknown = []uint32{id}
	}
	return append(out, unknown...), nil
}

// byteTokens gives the tokens <0x00> … <0xFF> of a character, where the model falls back to them and has them all.
func (b *bpe) byteTokens(char string) ([]uint32, bool) {
	if !b.ByteFallback {
		return nil, false
	}
	var out []uint32
	for i := range len(char) {
		id, ok := b.ids[fmt.Sprintf("<0x%02X>", char[i])]
		if !ok {
			return nil, false
		}
		out = append(out, id)
	}
	return out, true
}
