package tokenize

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// splitter appends the pieces of text that the model sees one by one; none is empty.
type splitter func(pieces []string, text string) []string

func parseSplitter(raw json.RawMessage, depth int) (splitter, error) {
	s, err := parseStep(raw, depth)
	if err != nil {
		return nil, fmt.Errorf("pre_tokenizer: %w", err)
	}
	if s == nil {
		return whole, nil
	}
	switch s.Type {
	case "Sequence":
		return splitters(s.PreTokenizers, depth+1)
	case "ByteLevel":
		return byteLevel(s.PrefixSpace, orTrue(s.UseRegex)), nil
	case "BertPreTokenizer":
		return bertWords, nil
	case "WhitespaceSplit":
		return fieldsBy(unicode.IsSpace), nil
	case "Digits":
		return digits(s.Individual), nil
	case "Split":
		return ruleSplitter(s)
	}
	return nil, fmt.Errorf("pre_tokenizer %q is not supported", s.Type)
}

// splitters carries out several, each on the pieces of the one before.
func splitters(list []json.RawMessage, depth int) (splitter, error) {
	var steps []splitter
	for _, raw := range list {
		s, err := parseSplitter(raw, depth)
		if err != nil {
			return nil, err
		}
		steps = append(steps, s)
	}
	return func(pieces []string, text string) []string {
		now := whole(nil, text)
		for _, split := range steps {
			var next []string
			for _, piece := range now {
				next = split(next, piece)
			}
			now = next
		}
		return append(pieces, now...)
	}, nil
}

// whole leaves text in one piece.
func whole(pieces []string, text string) []string {
	if text == "" {
		return pieces
	}
	return append(pieces, text)
}

// fieldsBy splits at separators and leaves these out.
func fieldsBy(separator func(rune) bool) splitter {
	return func(pieces []string, text string) []string {
		return append(pieces, strings.FieldsFunc(text, separator)...)
	}
}

// bertWords splits at white space, and sets every punctuation mark apart.
func bertWords(pieces []string, text string) []string {
	for _, word := range strings.FieldsFunc(text, unicode.IsSpace) {
		pieces = isolate(pieces, word, isPunctuation, true)
	}
	return pieces
}

// digits sets numbers apart from the rest, each digit alone or runs of them.
func digits(alone bool) splitter {
	return func(pieces []string, text string) []string {
		return isolate(pieces, text, isNumber, alone)
	}
}

// isolate sets the characters of a kind apart from the others, each alone or runs of them together.
func isolate(pieces []string, text string, kind func(rune) bool, alone bool) []string {
	from, before := 0, false
	for i, r := range text {
		is := kind(r)
		if i > from && (is != before || is && alone) {
			pieces = append(pieces, text[from:i])
			from = i
		}
		before = is
	}
	return whole(pieces, text[from:])
}

// ruleSplitter splits by a rule of the file. Regular expressions with look-ahead
// are not what Go's library reads, so the ones that models use are written out
// as scanners and known by their text.
func ruleSplitter(s *step) (splitter, error) {
	if s.Pattern.Regex == nil {
		return nil, fmt.Errorf("pre_tokenizer Split: only known regular expressions are supported")
	}
	scan, ok := rules[*s.Pattern.Regex]
	if !ok {
		return nil, fmt.Errorf("pre_tokenizer Split: the regular expression %q is not supported", *s.Pattern.Regex)
	}
	// The rules cover all of a text, so keeping the matches and keeping what is between none of them are one.
	if s.Behavior == "Isolated" && !s.Invert || s.Behavior == "Removed" && s.Invert {
		return scanner(scan), nil
	}
	return nil, fmt.Errorf("pre_tokenizer Split: behavior %q with invert %v is not supported", s.Behavior, s.Invert)
}

// scanner splits by a rule that gives the length of the piece that text starts with.
func scanner(next func(text string) int) splitter {
	return func(pieces []string, text string) []string {
		for text != "" {
			n := next(text)
			pieces, text = append(pieces, text[:n]), text[n:]
		}
		return pieces
	}
}

// first gives the first character of text, its class and its length; 0 at the end.
func first(text string) (rune, class, int) {
	if text == "" {
		return 0, other, 0
	}
	r, n := utf8.DecodeRuneInString(text)
	return r, classOf(r), n
}

// run gives the length of the characters of a class that text starts with.
func run(text string, c class) int {
	for i, r := range text {
		if classOf(r) != c {
			return i
		}
	}
	return len(text)
}
