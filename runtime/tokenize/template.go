package tokenize

import (
	"encoding/json"
	"fmt"
)

// template is what stands around the ids of one text.
type template struct{ before, after []int64 }

// parseTemplate reads the file's "post_processor". Only the form for one text counts.
func parseTemplate(raw json.RawMessage, depth int) (template, error) {
	s, err := parseStep(raw, depth)
	if err != nil {
		return template{}, fmt.Errorf("post_processor: %w", err)
	}
	if s == nil {
		return template{}, nil
	}
	switch s.Type {
	case "ByteLevel":
		return template{}, nil // it moves offsets, not ids
	case "TemplateProcessing":
		return parsePieces(raw)
	case "BertProcessing", "RobertaProcessing":
		return parseEnds(raw)
	case "Sequence":
		var all template
		for _, raw := range s.Processors {
			t, err := parseTemplate(raw, depth+1)
			if err != nil {
				return template{}, err
			}
			all.before = append(t.before, all.before...)
			all.after = append(all.after, t.after...)
		}
		return all, nil
	}
	return template{}, fmt.Errorf("post_processor %q is not supported", s.Type)
}

// parsePieces reads a TemplateProcessing: special tokens around the sequence A.
func parsePieces(raw json.RawMessage) (template, error) {
	var file struct {
		Single []struct {
			SpecialToken *struct{ ID string }
			Sequence     *struct{ ID string }
		}
		SpecialTokens map[string]struct{ IDs []uint32 } `json:"special_tokens"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return template{}, fmt.Errorf("post_processor: %w", err)
	}
	var t template
	texts := 0
	for _, piece := range file.Single {
		switch {
		case piece.Sequence != nil && piece.Sequence.ID == "A":
			texts++
		case piece.SpecialToken != nil:
			token, ok := file.SpecialTokens[piece.SpecialToken.ID]
			if !ok {
				return template{}, fmt.Errorf("post_processor: special_tokens does not have %q", piece.SpecialToken.ID)
			}
			for _, id := range token.IDs {
				if texts == 0 {
					t.before = append(t.before, int64(id))
				} else {
					t.after = append(t.after, int64(id))
				}
			}
		default:
			return template{}, fmt.Errorf("post_processor: single may have special tokens and the sequence A only")
		}
	}
	if texts != 1 {
		return template{}, fmt.Errorf("post_processor: single has the sequence A %d times, want once", texts)
	}
	return t, nil
}

// parseEnds reads the processors that are older than templates: a token before and one after.
func parseEnds(raw json.RawMessage) (template, error) {
	var file struct{ Cls, Sep *tokenID }
	if err := json.Unmarshal(raw, &file); err != nil {
		return template{}, fmt.Errorf("post_processor: %w", err)
	}
	if file.Cls == nil || file.Sep == nil {
		return template{}, fmt.Errorf("post_processor: cls or sep is missing")
	}
	return template{before: []int64{int64(*file.Cls)}, after: []int64{int64(*file.Sep)}}, nil
}

// tokenID is the id of a token written as ["[CLS]", 101].
type tokenID uint32

// UnmarshalJSON reads the pair.
func (t *tokenID) UnmarshalJSON(raw []byte) error {
	var token string
	pair := []any{&token, (*uint32)(t)}
	if err := json.Unmarshal(raw, &pair); err != nil {
		return err
	}
	if len(pair) != 2 {
		return fmt.Errorf("%.80s is not a token and its id", raw)
	}
	return nil
}
