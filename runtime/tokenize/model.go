package tokenize

import (
	"encoding/json"
	"fmt"
	"math"
)

// model turns one piece of text into ids.
type model interface {
	// encode appends the ids of piece, which is not empty.
	encode(ids []int64, piece string) ([]int64, error)
	words() *vocabulary
}

// maxID is the greatest id of the format: ids have 32 bits.
const maxID = math.MaxUint32

// vocabulary is a model's tokens both ways.
type vocabulary struct {
	ids    map[string]uint32
	tokens map[uint32]string
}

func newVocabulary(ids map[string]uint32) vocabulary {
	v := vocabulary{ids: ids, tokens: make(map[uint32]string, len(ids))}
	for token, id := range ids {
		// Where two tokens share an id, the order of a map must not choose.
		if other, ok := v.tokens[id]; !ok || token < other {
			v.tokens[id] = token
		}
	}
	return v
}

func (v *vocabulary) words() *vocabulary { return v }

// unknown gives the id of the token that stands for what the vocabulary lacks.
func (v *vocabulary) unknown(token string) (uint32, error) {
	id, ok := v.ids[token]
	if !ok {
		return 0, fmt.Errorf("the vocabulary has no token %q, which the file names as unk_token", token)
	}
	return id, nil
}

// parseModel reads the file's "model". Files written before the format had
// "type" there are told apart by what only one kind has.
func parseModel(raw json.RawMessage) (model, error) {
	var head struct {
		Type   string
		Merges json.RawMessage
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	switch {
	case head.Type == "BPE", head.Type == "" && head.Merges != nil:
		return parseBPE(raw)
	case head.Type == "WordPiece":
		return parseWordPiece(raw)
	}
	return nil, fmt.Errorf("model %q is not supported: use a BPE or WordPiece tokenizer", head.Type)
}

// wordCache encodes the pieces of one text. A text repeats its words, so each
// one's ids are remembered by where they stand in the result.
type wordCache struct {
	model model
	ids   []int64
	seen  map[string]span
}

type span struct{ from, to int }

// longestCached bounds what is remembered: long pieces hardly come twice.
const longestCached = 64

func (w *wordCache) add(piece string) error {
	if at, ok := w.seen[piece]; ok {
		w.ids = append(w.ids, w.ids[at.from:at.to]...)
		return nil
	}
	from := len(w.ids)
	ids, err := w.model.encode(w.ids, piece)
	if err != nil {
		return err
	}
	w.ids = ids
	if len(piece) <= longestCached {
		w.seen[piece] = span{from, len(ids)}
	}
	return nil
}
