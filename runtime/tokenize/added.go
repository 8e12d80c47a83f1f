package tokenize

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// addedToken is a token that is found in the text as it stands, before the model sees the rest.
type addedToken struct {
	Content    string
	SingleWord bool `json:"single_word"` // only where no letter touches it
	LStrip     bool // takes the white space before it along
	RStrip     bool // takes the white space after it along
	Normalized bool // is looked for in the normalised text, itself normalised
	Special    bool // is left out of decoded text

	id uint32
}

// addedTokens are all the added tokens of a file.
type addedTokens struct {
	ids        map[string]uint32
	byID       map[uint32]*addedToken
	special    map[string]bool
	verbatim   finder
	normalized finder
}

func parseAdded(raw json.RawMessage, model *vocabulary, normalize normalizer) (*addedTokens, error) {
	var list []*addedToken
	if raw != nil {
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, fmt.Errorf("added_tokens: %w", err)
		}
	}
	a := &addedTokens{ids: map[string]uint32{}, byID: map[uint32]*addedToken{}, special: map[string]bool{}}
	// Special tokens come first: of two that are spelled alike the first is found.
	var special, plain []*addedToken
	next := uint32(len(model.ids))
	for _, t := range list {
		if t == nil || t.Content == "" {
			continue
		}
		// The id in the file is a note only. A token that the model has keeps
		// the model's id, any other gets the next one after the model's.
		if id, ok := a.ids[t.Content]; ok {
			t.id = id
		} else if id, ok := model.ids[t.Content]; ok {
			t.id = id
		} else {
			t.id = next
		}
		next = max(next, t.id+1)
		if t.Special && !a.special[t.Content] {
			a.special[t.Content] = true
			special = append(special, t)
		} else if !a.special[t.Content] {
			plain = append(plain, t)
		}
		a.ids[t.Content], a.byID[t.id] = t.id, t
	}
	for _, t := range append(special, plain...) {
		if t.Normalized {
			a.normalized.add(normalize(t.Content), a.byID[t.id])
		} else {
			a.verbatim.add(t.Content, a.byID[t.id])
		}
	}
	return a, nil
}

// finder finds tokens in text: the leftmost first, of those the longest.
type finder struct{ byFirst [256][]target }

type target struct {
	text  string
	token *addedToken
}

func (f *finder) add(text string, token *addedToken) {
	if text == "" {
		return // normalised away: nothing to look for
	}
	list := &f.byFirst[text[0]]
	*list = append(*list, target{text, token})
	slices.SortStableFunc(*list, func(a, b target) int { return len(b.text) - len(a.text) })
}

// at gives the token that text has at the offset i; nil if none starts there.
func (f *finder) at(text string, i int) *target {
	for k := range f.byFirst[text[i]] {
		if t := &f.byFirst[text[i]][k]; strings.HasPrefix(text[i:], t.text) {
			return t
		}
	}
	return nil
}

// part is a stretch of text: an added token or text for the model.
type part struct {
	text  string
	added bool
	id    uint32
}

// cut splits text at the tokens in it.
func (f *finder) cut(text string) []part {
	var parts []part
	done := 0 // text before it is in parts
	for i := 0; i < len(text); {
		found := f.at(text, i)
		if found == nil {
			i++
			continue
		}
		start, end := i, i+len(found.text)
		i = end
		token := found.token
		if token.SingleWord && (endsInWord(text[:start]) || startsWithWord(text[end:])) {
			continue
		}
		if token.LStrip && done < start {
			start = done + len(strings.TrimRightFunc(text[done:start], unicode.IsSpace))
		}
		if token.RStrip {
			end = len(text) - len(strings.TrimLeftFunc(text[end:], unicode.IsSpace))
		}
		if done < start {
			parts = append(parts, part{text: text[done:start]})
		}
		// The search goes on behind the token itself: one that is white space
		// is found there even where this one takes that white space along.
		parts = append(parts, part{added: true, id: token.id})
		done = end
	}
	if done < len(text) {
		parts = append(parts, part{text: text[done:]})
	}
	return parts
}

func startsWithWord(text string) bool {
	r, n := utf8.DecodeRuneInString(text)
	return n > 0 && isWord(r)
}

func endsInWord(text string) bool {
	r, n := utf8.DecodeLastRuneInString(text)
	return n > 0 && isWord(r)
}
