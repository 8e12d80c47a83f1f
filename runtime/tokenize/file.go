package tokenize

import (
	"encoding/json"
	"errors"
	"fmt"
)

// file is a tokenizer.json, its sections not yet read.
type file struct {
	Model         json.RawMessage
	AddedTokens   json.RawMessage `json:"added_tokens"`
	Normalizer    json.RawMessage
	PreTokenizer  json.RawMessage `json:"pre_tokenizer"`
	PostProcessor json.RawMessage `json:"post_processor"`
	Decoder       json.RawMessage
}

// parse reads a whole tokenizer.json.
func parse(raw []byte) (*Tokenizer, error) {
	var f file
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, fmt.Errorf("not a tokenizer.json: %w", err)
	}
	if f.Model == nil {
		return nil, errors.New("not a tokenizer.json: it has no model")
	}
	var t Tokenizer
	var err error
	if t.model, err = parseModel(f.Model); err != nil {
		return nil, err
	}
	if t.normalize, err = parseNormalizer(f.Normalizer, 0); err != nil {
		return nil, err
	}
	if t.added, err = parseAdded(f.AddedTokens, t.model.words(), t.normalize); err != nil {
		return nil, err
	}
	if t.split, err = parseSplitter(f.PreTokenizer, 0); err != nil {
		return nil, err
	}
	if t.around, err = parseTemplate(f.PostProcessor, 0); err != nil {
		return nil, err
	}
	if t.decode, err = parseDecoder(f.Decoder, 0); err != nil {
		return nil, err
	}
	return &t, nil
}
