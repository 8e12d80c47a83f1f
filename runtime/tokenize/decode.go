package tokenize

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// decoder makes stretches of text of tokens; joined they are the text.
type decoder func(tokens []string) []string

// parseDecoder reads the file's "decoder"; nil if it has none.
func parseDecoder(raw json.RawMessage, depth int) (decoder, error) {
	s, err := parseStep(raw, depth)
	if err != nil {
		return nil, fmt.Errorf("decoder: %w", err)
	}
	if s == nil {
		return nil, nil
	}
	switch s.Type {
	case "Sequence":
		return decoders(s.Decoders, depth+1)
	case "ByteLevel":
		return func(tokens []string) []string {
			var raw []byte
			for _, token := range tokens {
				raw = append(raw, readBytes(token)...)
			}
			return []string{toUTF8(raw)}
		}, nil
	case "WordPiece":
		return wordPieceDecoder(s), nil
	case "BPEDecoder":
		return suffixDecoder(s), nil
	case "Fuse":
		return func(tokens []string) []string { return []string{strings.Join(tokens, "")} }, nil
	case "ByteFallback":
		return joinBytes, nil
	case "Replace":
		if s.Pattern.String == nil || *s.Pattern.String == "" {
			return nil, fmt.Errorf("decoder Replace: only a pattern of plain text is supported")
		}
		return each(strings.NewReplacer(*s.Pattern.String, s.Content).Replace), nil
	case "Strip":
		return each(func(token string) string { return trim(token, s.Content, s.Start, s.Stop) }), nil
	}
	return nil, fmt.Errorf("decoder %q is not supported", s.Type)
}

// decoders carries out several one after the other.
func decoders(list []json.RawMessage, depth int) (decoder, error) {
	var steps []decoder
	for _, raw := range list {
		d, err := parseDecoder(raw, depth)
		if err != nil {
			return nil, err
		}
		if d != nil {
			steps = append(steps, d)
		}
	}
	return func(tokens []string) []string {
		for _, d := range steps {
			tokens = d(tokens)
		}
		return tokens
	}, nil
}

// each rewrites every token alone.
func each(rewrite func(token string) string) decoder {
	return func(tokens []string) []string {
		out := make([]string, len(tokens))
		for i, token := range tokens {
			out[i] = rewrite(token)
		}
		return out
	}
}

// wordPieceDecoder puts words together and spaces between them, and with
// cleanup takes away the spaces that splitting set before punctuation.
func wordPieceDecoder(s *step) decoder {
	prefix := "##"
	if s.Prefix != nil {
		prefix = *s.Prefix
	}
	return func(tokens []string) []string {
		out := make([]string, len(tokens))
		for i, token := range tokens {
			if rest, ok := strings.CutPrefix(token, prefix); ok && i > 0 {
				token = rest
			} else if i > 0 {
				token = " " + token
			}
			if orTrue(s.Cleanup) {
				token = cleanUp(token)
			}
			out[i] = token
		}
		return out
	}
}

// artifacts are what cleaning up replaces, in this order: each sees what the ones before have done.
var artifacts = [][2]string{
	{" .", "."},
	{" ?", "?"},
	{" !", "!"},
	{" ,", ","},
	{" ' ", "'"},
	{" n't", "n't"},
	{" 'm", "'m"},
	{" do not", " don't"},
	{" 's", "'s"},
	{" 've", "'ve"},
	{" 're", "'re"},
}

func cleanUp(token string) string {
	for _, a := range artifacts {
		token = strings.ReplaceAll(token, a[0], a[1])
	}
	return token
}

// suffixDecoder makes a space of what marks a word's end, but for the last word.
func suffixDecoder(s *step) decoder {
	suffix := "</w>"
	if s.Suffix != nil {
		suffix = *s.Suffix
	}
	return func(tokens []string) []string {
		out := make([]string, len(tokens))
		for i, token := range tokens {
			space := " "
			if i == len(tokens)-1 {
				space = ""
			}
			out[i] = strings.ReplaceAll(token, suffix, space)
		}
		return out
	}
}

// joinBytes makes text of the tokens for bytes, <0x00> … <0xFF>. A run of them that
// is no UTF-8 gives U+FFFD for each.
func joinBytes(tokens []string) []string {
	var out []string
	var waiting []byte
	flush := func() {
		switch {
		case len(waiting) == 0:
		case utf8.Valid(waiting):
			out = append(out, string(waiting))
		default:
			out = append(out, strings.Repeat("\ufffd", len(waiting)))
		}
		waiting = nil
	}
	for _, token := range tokens {
		if b, ok := byteToken(token); ok {
			waiting = append(waiting, b)
			continue
		}
		flush()
		out = append(out, token)
	}
	flush()
	return out
}

func byteToken(token string) (byte, bool) {
	if len(token) != 6 || !strings.HasPrefix(token, "<0x") || token[5] != '>' {
		return 0, false
	}
	b, err := strconv.ParseUint(token[3:5], 16, 8)
	return byte(b), err == nil
}

// trim takes away at most start times content from a token's start and stop times from its end.
func trim(token, content string, start, stop int) string {
	for range max(start, 0) {
		rest, ok := strings.CutPrefix(token, content)
		if !ok || content == "" {
			break
		}
		token = rest
	}
	for range max(stop, 0) {
		rest, ok := strings.CutSuffix(token, content)
		if !ok || content == "" {
			break
		}
		token = rest
	}
	return token
}
