package tokenize

import "encoding/json"

// explicit rewrites what the library reads differently from the format's own
// implementation. Byte-level pre-tokenizers: see looksAhead. Normalizers: a BertNormalizer strips accents when strip_accents is true,
// or null and it lowercases; and stripping means decomposing first (é → e + ´).
// The library knows neither, so the steps are written out as a sequence.
func explicit(raw []byte) ([]byte, error) {
	var file map[string]json.RawMessage
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, err
	}
	for key, rewrite := range map[string]func(any) any{"normalizer": spellOut, "pre_tokenizer": looksAhead} {
		var v any
		if err := json.Unmarshal(file[key], &v); err != nil || v == nil {
			continue // absent or null: nothing to spell out
		}
		text, err := json.Marshal(rewrite(v))
		if err != nil {
			return nil, err
		}
		file[key] = text
	}
	return json.Marshal(file)
}

// spellOut gives the normalizer with every accent-stripping BertNormalizer in it
// replaced by its steps, in the order in which the format carries them out.
func spellOut(v any) any {
	n, ok := v.(map[string]any)
	if !ok {
		return v
	}
	if list, ok := n["normalizers"].([]any); ok {
		for i, m := range list {
			list[i] = spellOut(m)
		}
		return n
	}
	strip := n["strip_accents"] == true || n["strip_accents"] == nil && n["lowercase"] == true
	if n["type"] != "BertNormalizer" || !strip {
		return n
	}
	steps := []any{
		map[string]any{
			"type": "BertNormalizer", "clean_text": n["clean_text"],
			"handle_chinese_chars": n["handle_chinese_chars"], "strip_accents": false, "lowercase": false,
		},
		map[string]any{"type": "NFD"},
		map[string]any{"type": "StripAccents"},
	}
	if n["lowercase"] == true {
		steps = append(steps, map[string]any{"type": "Lowercase"})
	}
	return map[string]any{"type": "Sequence", "normalizers": steps}
}
