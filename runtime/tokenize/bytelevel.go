package tokenize

import (
	"strings"
	"unicode/utf8"
)

// A byte-level model sees bytes as characters that can be printed: those that
// can be stand for themselves, the others for the ones from U+0100 on.
var byteChars, charBytes = func() (chars [256]string, bytes map[rune]byte) {
	bytes = map[rune]byte{}
	next := rune(0x100)
	for b := range 256 {
		r := rune(b)
		if b < '!' || b > '~' && b < 0xa1 || b == 0xad {
			r = next
			next++
		}
		chars[b], bytes[r] = string(r), byte(b)
	}
	return chars, bytes
}()

// byteLevel splits text by GPT-2's rule, unless another step has done so, and writes its bytes as characters.
func byteLevel(prefixSpace, split bool) splitter {
	pieces := whole
	if split {
		pieces = scanner(gpt2Rule)
	}
	return func(out []string, text string) []string {
		if prefixSpace && text != "" && text[0] != ' ' {
			text = " " + text
		}
		from := len(out)
		out = pieces(out, text)
		for i := from; i < len(out); i++ {
			out[i] = writeBytes(out[i])
		}
		return out
	}
}

func writeBytes(text string) string {
	plain := true // all of it stands for itself
	for i := 0; i < len(text) && plain; i++ {
		plain = text[i] >= '!' && text[i] <= '~'
	}
	if plain {
		return text
	}
	var out strings.Builder
	for i := range len(text) {
		out.WriteString(byteChars[text[i]])
	}
	return out.String()
}

// readBytes gives the bytes that a token's characters stand for. A token that is
// not written so, as an added one, stands for itself.
func readBytes(token string) []byte {
	out := make([]byte, 0, len(token))
	for _, r := range token {
		b, ok := charBytes[r]
		if !ok {
			return []byte(token)
		}
		out = append(out, b)
	}
	return out
}

// toUTF8 makes text of bytes. What is no UTF-8 becomes U+FFFD, one for each
// start of a character that breaks off and one for each other byte.
func toUTF8(raw []byte) string {
	if utf8.Valid(raw) {
		return string(raw)
	}
	var out strings.Builder
	for len(raw) > 0 {
		r, n := utf8.DecodeRune(raw)
		if r == utf8.RuneError && n == 1 {
			n = brokenOff(raw)
		}
		out.WriteRune(r)
		raw = raw[n:]
	}
	return out.String()
}

// brokenOff gives the length of the longest start of a character in raw, which
// is not a whole one: at least 1.
func brokenOff(raw []byte) int {
	lo, hi, most := byte(0x80), byte(0xbf), 1
	switch b := raw[0]; {
	case b >= 0xc2 && b <= 0xdf:
		most = 2
	case b >= 0xe0 && b <= 0xef:
		most = 3
	case b >= 0xf0 && b <= 0xf4:
		most = 4
	}
	switch raw[0] { // the second byte's bounds: no long forms, no surrogates, nothing past U+10FFFF
	case 0xe0:
		lo = 0xa0
	case 0xed:
		hi = 0x9f
	case 0xf0:
		lo = 0x90
	case 0xf4:
		hi = 0x8f
	}
	n := 1
	for n < most && n < len(raw) && raw[n] >= lo && raw[n] <= hi {
		lo, hi = 0x80, 0xbf
		n++
	}
	return n
}
