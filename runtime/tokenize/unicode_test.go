package tokenize

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
)

// TestUnicode holds the class and the normal forms of every character to the
// Python library's, by hashes of 4096 characters each.
func TestUnicode(t *testing.T) {
	raw, err := os.ReadFile("../../testdata/tokenizers/unicode.json")
	require.NoError(t, err)
	var want map[string][]string
	require.NoError(t, json.Unmarshal(raw, &want))
	form := func(f norm.Form) func(string) string { return func(s string) string { return normalForm(f, s) } }
	steps := map[string]func(char string) string{
		"class":                classText,
		"clean_text":           clean,
		"handle_chinese_chars": spaceOut,
		"strip_accents":        func(s string) string { return without(normalForm(norm.NFD, s), isMark) },
		"lowercase":            lowercase,
		"StripAccents":         func(s string) string { return without(s, isCombining) },
		"NFC":                  form(norm.NFC),
		"NFD":                  form(norm.NFD),
		"NFKC":                 form(norm.NFKC),
		"NFKD":                 form(norm.NFKD),
	}
	require.Len(t, want, len(steps))
	for name, step := range steps {
		t.Run(name, func(t *testing.T) {
			for i, hash := range want[name] {
				var chars []string
				for r := rune(i) * 0x1000; r < rune(i+1)*0x1000; r++ {
					if r < 0xd800 || r >= 0xe000 {
						chars = append(chars, step(string(r)))
					}
				}
				sum := sha256.Sum256([]byte(strings.Join(chars, "\n")))
				require.Equal(t, hash, fmt.Sprintf("%x", sum)[:8], "characters from U+%04X on", i*0x1000)
			}
		})
	}
}

// classText writes a character's classes as the goldens have them: of the
// splitting rules, of digits, of BERT's splitting, and of what touches a single word.
func classText(char string) string {
	r := []rune(char)[0]
	digit, bert, word := "-", "W", "-"
	if isNumber(r) {
		digit = "N"
	}
	if unicode.IsSpace(r) {
		bert = "S"
	} else if isPunctuation(r) {
		bert = "P"
	}
	if isWord(r) {
		word = "W"
	}
	return string("OLNS"[classOf(r)]) + digit + bert + word
}
