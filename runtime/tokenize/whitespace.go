package tokenize

// The byte-level pre-tokenizer splits with a pattern that looks ahead: of white
// space before a word, the last character is no part of the run before it
// (x, two newlines, one newline, y). Go's regular expressions do not look ahead,
// and the library leaves such runs whole. Two splits before it, which need not
// look ahead, draw the same borders: first a word with the one character of
// white space before it, then that character off again unless it is a space.
const (
	white        = `\s\v\p{Z}\x{85}` // white space as Unicode has it; Go's \s is ASCII's
	spacedWord   = `[` + white + `][^` + white + `]+`
	optionalWord = ` ?[^` + white + `]+`
)

// looksAhead gives a pre-tokenizer with every byte-level one in it preceded by those splits.
func looksAhead(v any) any {
	p, ok := v.(map[string]any)
	if !ok {
		return v
	}
	if list, ok := p["pretokenizers"].([]any); ok {
		for i, q := range list {
			list[i] = looksAhead(q)
		}
		return p
	}
	// One that puts a space before each piece would put it before each new piece too.
	if p["type"] != "ByteLevel" || p["add_prefix_space"] == true || p["use_regex"] == false {
		return p
	}
	split := func(pattern string) any {
		return map[string]any{"type": "Split", "pattern": map[string]any{"Regex": pattern}, "behavior": "Isolated", "invert": false}
	}
	return map[string]any{"type": "Sequence", "pretokenizers": []any{split(spacedWord), split(optionalWord), p}}
}
