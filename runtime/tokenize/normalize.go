package tokenize

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// normalizer rewrites text before it is split.
type normalizer func(text string) string

// step is one element of a pipeline in the file, with every field that the
// supported kinds have.
type step struct {
	Type          string
	Normalizers   []json.RawMessage
	PreTokenizers []json.RawMessage
	Decoders      []json.RawMessage
	Processors    []json.RawMessage

	CleanText    *bool   `json:"clean_text"`
	ChineseChars *bool   `json:"handle_chinese_chars"`
	StripAccents *bool   `json:"strip_accents"`
	Lowercase    *bool   // BertNormalizer
	Prepend      string  // Prepend
	Pattern      pattern // Replace, Split
	Content      string  // Replace, Strip
	Behavior     string  // Split
	Invert       bool    // Split
	Individual   bool    `json:"individual_digits"` // Digits
	PrefixSpace  bool    `json:"add_prefix_space"`  // ByteLevel
	UseRegex     *bool   `json:"use_regex"`         // ByteLevel
	Prefix       *string // WordPiece
	Cleanup      *bool   // WordPiece
	Suffix       *string // BPEDecoder
	Start, Stop  int     // Strip
	Left         *bool   `json:"strip_left"`
	Right        *bool   `json:"strip_right"`
}

// pattern is what a step looks for: plain text or a regular expression.
type pattern struct{ String, Regex *string }

// deepest bounds how deep sequences may nest: no tokenizer needs more.
const deepest = 8

// parseStep reads one element; nil if the file has none there.
func parseStep(raw json.RawMessage, depth int) (*step, error) {
	if depth > deepest {
		return nil, fmt.Errorf("sequences nest more than %d deep", deepest)
	}
	if len(raw) == 0 {
		return nil, nil
	}
	var s *step
	err := json.Unmarshal(raw, &s)
	return s, err
}

// orTrue reads a switch that is on where the file does not say.
func orTrue(b *bool) bool { return b == nil || *b }

func parseNormalizer(raw json.RawMessage, depth int) (normalizer, error) {
	s, err := parseStep(raw, depth)
	if err != nil {
		return nil, fmt.Errorf("normalizer: %w", err)
	}
	if s == nil {
		return func(text string) string { return text }, nil
	}
	switch s.Type {
	case "Sequence":
		return normalizers(s.Normalizers, depth+1)
	case "BertNormalizer":
		return bertNormalizer(s), nil
	case "Lowercase":
		return lowercase, nil
	case "StripAccents":
		return func(text string) string { return without(text, isCombining) }, nil
	case "Prepend":
		return func(text string) string {
			if text == "" {
				return ""
			}
			return s.Prepend + text
		}, nil
	case "Replace":
		if s.Pattern.String == nil || *s.Pattern.String == "" {
			return nil, fmt.Errorf("normalizer Replace: only a pattern of plain text is supported")
		}
		return strings.NewReplacer(*s.Pattern.String, s.Content).Replace, nil
	case "Strip":
		return stripSpace(orTrue(s.Left), orTrue(s.Right)), nil
	}
	if form, ok := forms[s.Type]; ok {
		return func(text string) string { return normalForm(form, text) }, nil
	}
	return nil, fmt.Errorf("normalizer %q is not supported", s.Type)
}

var forms = map[string]norm.Form{"NFC": norm.NFC, "NFD": norm.NFD, "NFKC": norm.NFKC, "NFKD": norm.NFKD}

// normalizers carries out several one after the other.
func normalizers(list []json.RawMessage, depth int) (normalizer, error) {
	var steps []normalizer
	for _, raw := range list {
		n, err := parseNormalizer(raw, depth)
		if err != nil {
			return nil, err
		}
		steps = append(steps, n)
	}
	return func(text string) string {
		for _, n := range steps {
			text = n(text)
		}
		return text
	}, nil
}

// bertNormalizer cleans text as BERT wants it; accents go where strip_accents
// says so, or where it says nothing and the text becomes lower case.
func bertNormalizer(s *step) normalizer {
	lowers := orTrue(s.Lowercase)
	strips := lowers
	if s.StripAccents != nil {
		strips = *s.StripAccents
	}
	return func(text string) string {
		if orTrue(s.CleanText) {
			text = clean(text)
		}
		if orTrue(s.ChineseChars) {
			text = spaceOut(text)
		}
		if strips {
			text = without(normalForm(norm.NFD, text), isMark)
		}
		if lowers {
			text = lowercase(text)
		}
		return text
	}
}

// clean removes control characters and makes every white space a plain one.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case isControl(r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, text)
}

// spaceOut sets Chinese characters apart, for each is a word.
func spaceOut(text string) string {
	var out strings.Builder
	for _, r := range text {
		if isChinese(r) {
			out.WriteByte(' ')
			out.WriteRune(r)
			out.WriteByte(' ')
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}

// chinese are the blocks of ideographs that BERT knows of.
var chinese = &unicode.RangeTable{
	R16: []unicode.Range16{{0x3400, 0x4dbf, 1}, {0x4e00, 0x9fff, 1}, {0xf900, 0xfaff, 1}},
	R32: []unicode.Range32{
		{0x20000, 0x2a6df, 1}, {0x2a700, 0x2b73f, 1}, {0x2b740, 0x2b81f, 1}, {0x2b920, 0x2ceaf, 1}, {0x2f800, 0x2fa1f, 1},
	},
}

func isChinese(r rune) bool { return r >= 0x3400 && unicode.Is(chinese, r) }

// lowercase goes character by character: where a letter's form depends on its place, Σ, it does not see the place.
func lowercase(text string) string {
	var out strings.Builder
	for _, r := range text {
		out.WriteString(lower(r))
	}
	return out.String()
}

// without removes the characters that drop names.
func without(text string, drop func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x80 && drop(r) {
			return -1
		}
		return r
	}, text)
}

func stripSpace(left, right bool) normalizer {
	return func(text string) string {
		if left {
			text = strings.TrimLeftFunc(text, unicode.IsSpace)
		}
		if right {
			text = strings.TrimRightFunc(text, unicode.IsSpace)
		}
		return text
	}
}
