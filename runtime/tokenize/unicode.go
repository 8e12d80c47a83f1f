package tokenize

import (
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/unicode/rangetable"
)

// The Python library takes its character classes from several editions of
// Unicode: its splitting rules from 16, numbers and lower case from 17, BERT's
// categories from 8, combining marks and normal forms from 9. Here Go's
// own edition, 15, is brought to each of them, so that rare characters too are
// split as there. TestUnicode holds every code point to the Python library.

// edition gives the characters that an edition of Unicode had.
func edition(version string) func() *unicode.RangeTable {
	return sync.OnceValue(func() *unicode.RangeTable { return rangetable.Assigned(version) })
}

var edition8, edition9 = edition("8.0.0"), edition("9.0.0")

// letters16 are the letters that came with Unicode 15.1 and 16.
var letters16 = &unicode.RangeTable{
	R16: []unicode.Range16{{0x1c89, 0x1c8a, 1}, {0xa7cb, 0xa7cd, 1}, {0xa7da, 0xa7dc, 1}},
	R32: []unicode.Range32{
		{0x105c0, 0x105f3, 1},
		{0x10d4a, 0x10d65, 1},
		{0x10d6f, 0x10d85, 1},
		{0x10ec2, 0x10ec4, 1},
		{0x11380, 0x11389, 1},
		{0x1138b, 0x1138b, 1},
		{0x1138e, 0x1138e, 1},
		{0x11390, 0x113b5, 1},
		{0x113b7, 0x113b7, 1},
		{0x113d1, 0x113d1, 1},
		{0x113d3, 0x113d3, 1},
		{0x11bc0, 0x11be0, 1},
		{0x13460, 0x143fa, 1},
		{0x16100, 0x1611d, 1},
		{0x16d40, 0x16d6c, 1},
		{0x18cff, 0x18cff, 1},
		{0x1e5d0, 0x1e5ed, 1},
		{0x1e5f0, 0x1e5f0, 1},
		{0x2ebf0, 0x2ee5d, 1},
	},
}

// numbers16 are the digits that came with Unicode 16, numbers17 the ones after them.
var (
	numbers16 = &unicode.RangeTable{R32: []unicode.Range32{
		{0x10d40, 0x10d49, 1},
		{0x116d0, 0x116e3, 1},
		{0x11bf0, 0x11bf9, 1},
		{0x16130, 0x16139, 1},
		{0x16d70, 0x16d79, 1},
		{0x1ccf0, 0x1ccf9, 1},
		{0x1e5f1, 0x1e5fa, 1},
	}}
	numbers17 = &unicode.RangeTable{R32: []unicode.Range32{{0x11de0, 0x11de9, 1}, {0x16ff4, 0x16ff6, 1}}}
)

// marks16 are the marks that came with Unicode 16.
var marks16 = &unicode.RangeTable{
	R16: []unicode.Range16{{0x897, 0x897, 1}},
	R32: []unicode.Range32{
		{0x10d69, 0x10d6d, 1},
		{0x10efc, 0x10efc, 1},
		{0x113b8, 0x113c0, 1},
		{0x113c2, 0x113c2, 1},
		{0x113c5, 0x113c5, 1},
		{0x113c7, 0x113ca, 1},
		{0x113cc, 0x113d0, 1},
		{0x113d2, 0x113d2, 1},
		{0x113e1, 0x113e2, 1},
		{0x11f5a, 0x11f5a, 1},
		{0x1611e, 0x1612f, 1},
		{0x1e5ee, 0x1e5ef, 1},
	},
}

// class is what the splitting rules see of a character.
type class int

const (
	other class = iota
	letter
	number
	space
)

// classOf gives the class of a character: \p{L}, \p{N}, \s or neither.
func classOf(r rune) class {
	switch {
	case r < 0x80:
		return asciiClasses[r]
	case unicode.IsLetter(r) || unicode.Is(letters16, r):
		return letter
	case unicode.IsNumber(r) || unicode.Is(numbers16, r):
		return number
	case unicode.IsSpace(r):
		return space
	}
	return other
}

var asciiClasses = func() (t [0x80]class) {
	for r := range rune(0x80) {
		switch {
		case unicode.IsLetter(r):
			t[r] = letter
		case unicode.IsNumber(r):
			t[r] = number
		case unicode.IsSpace(r):
			t[r] = space
		}
	}
	return t
}()

// isNumber says what counts as a digit when digits stand alone.
func isNumber(r rune) bool {
	return unicode.IsNumber(r) || unicode.In(r, numbers16, numbers17)
}

// isWord says what may not touch a token that stands as a single word: \w.
func isWord(r rune) bool {
	return unicode.In(r, unicode.L, unicode.Nl, unicode.Other_Alphabetic, unicode.M, unicode.Nd, unicode.Pc, unicode.Join_Control,
		letters16, numbers16, marks16)
}

// isMark says what strip_accents takes away: marks that take no space.
func isMark(r rune) bool {
	switch r {
	case 0x1734:
		return true
	case 0x1885, 0x1886, 0xa9bd, 0x111c9:
		return false
	}
	return unicode.Is(unicode.Mn, r) && unicode.Is(edition8(), r)
}

// isCombining says what the StripAccents step takes away: marks of any kind.
func isCombining(r rune) bool {
	switch r {
	case 0x1cf2, 0x1cf3:
		return true
	case 0x111c9:
		return false
	}
	return unicode.Is(unicode.M, r) && unicode.Is(edition9(), r)
}

// isPunctuation says what BERT's splitting sets apart: all of ASCII's signs, too.
func isPunctuation(r rune) bool {
	switch {
	case r < 0x80:
		return unicode.IsPunct(r) || unicode.IsSymbol(r)
	case r == 0x166d || r == 0x111c9:
		return true
	}
	return unicode.IsPunct(r) && unicode.Is(edition8(), r)
}

// isControl says what BERT's cleaning removes.
func isControl(r rune) bool {
	switch r {
	case '\t', '\n', '\r':
		return false
	case 0, 0xfffd:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co) && unicode.Is(edition8(), r)
}

// lower gives the lower case of a character, which for one of them is two.
func lower(r rune) string {
	switch {
	case r == 'İ':
		return "i̇"
	case r == 0xa7cb:
		return "\u0264"
	case r == 0xa7dc:
		return "\u019b"
	case r == 0x1c89, r == 0xa7cc, r == 0xa7ce, r == 0xa7d2, r == 0xa7d4, r == 0xa7da:
		return string(r + 1)
	case r >= 0x10d50 && r <= 0x10d65:
		return string(r + 0x20)
	case r >= 0x16ea0 && r <= 0x16eb8:
		return string(r + 0x1b)
	}
	return string(unicode.ToLower(r))
}

// normalForm brings text into a normal form. Characters that came after Unicode
// 9 stay as they are, and nothing is composed or ordered across them.
func normalForm(form norm.Form, text string) string {
	if form.IsNormalString(text) {
		return text
	}
	var out []byte
	from := 0
	for i, r := range text {
		if r >= 0x80 && !unicode.Is(edition9(), r) {
			out = append(out, form.String(text[from:i])...)
			out = append(out, string(r)...)
			from = i + len(string(r))
		}
	}
	return string(append(out, form.String(text[from:])...))
}
