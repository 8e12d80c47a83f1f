package tokenize

import (
	"strings"
	"unicode/utf8"
)

// The splitting rules of the models, by the regular expression that names them in files.
var rules = map[string]func(string) int{
	`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`:                                          gpt2Rule,
	`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`: laterRule(3),
	`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`:      laterRule(1),
}

var contractions = []string{"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}

// gpt2Rule gives the length of GPT-2's first piece of text: a contraction, or a
// run of letters, of numbers or of other signs with at most one space before
// it, or white space.
func gpt2Rule(text string) int {
	for _, c := range contractions {
		if strings.HasPrefix(text, c) {
			return len(c)
		}
	}
	lead := 0
	if text[0] == ' ' {
		lead = 1
	}
	if _, c, n := first(text[lead:]); n > 0 && c != space {
		return lead + run(text[lead:], c)
	}
	return spaces(text)
}

// spaces gives the length of a piece of white space, which text starts with.
// Before a word it leaves one character over, which the next piece takes if it
// is a space: `\s+(?!\S)`, else `\s+`.
func spaces(text string) int {
	n := run(text, space)
	if n == len(text) {
		return n
	}
	if _, last := utf8.DecodeLastRuneInString(text[:n]); last < n {
		return n - last
	}
	return n
}

// laterRule is the rule of GPT-4, Llama 3 and Qwen 2: contractions in any case, any
// one sign but a line's end before letters, numbers in groups of at most
// `group` digits, and line ends taken together with what stands before them.
func laterRule(group int) func(string) int {
	return func(text string) int {
		if n := contraction(text); n > 0 {
			return n
		}
		r, c, n := first(text)
		_, after, _ := first(text[n:])
		switch {
		case c == letter:
			return run(text, letter)
		case c != number && r != '\r' && r != '\n' && after == letter:
			return n + run(text[n:], letter)
		case c == number:
			return numbers(text, group)
		case c == other:
			return signs(text, 0)
		case r == ' ' && after == other && n < len(text):
			return signs(text, n)
		}
		if end := strings.LastIndexAny(text[:run(text, space)], "\r\n"); end >= 0 {
			return end + 1
		}
		return spaces(text)
	}
}

// contraction gives the length of a contraction in any case. The long s, ſ, is an s in another case.
func contraction(text string) int {
	if text[0] != '\'' {
		return 0
	}
	for _, c := range contractions {
		if n := len(c); len(text) >= n && strings.EqualFold(text[:n], c) {
			return n
		}
	}
	if strings.HasPrefix(text, "'ſ") {
		return len("'ſ")
	}
	return 0
}

// numbers gives the length of the numbers that text starts with, at most `most` characters.
func numbers(text string, most int) int {
	end := 0
	for ; most > 0; most-- {
		_, c, n := first(text[end:])
		if c != number {
			break
		}
		end += n
	}
	return end
}

// signs gives the length of the signs that text has from an offset on, and of the line ends after them.
func signs(text string, from int) int {
	end := from + run(text[from:], other)
	for end < len(text) && (text[end] == '\r' || text[end] == '\n') {
		end++
	}
	return end
}
