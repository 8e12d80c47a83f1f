package modelspec

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/nngen-go/nngen/internal/tensor"
)

func joinInts(list []int) string {
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, ", ")
}

// scalar writes text so that YAML reads the same text back: bare where that is
// safe in every place, else in double quotes with everything odd escaped.
func scalar(s string) string {
	if bare(s) {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x20, r >= 0x7f && r < 0xa0, r == 0xfeff, r == 0x2028, r == 0x2029, !unicode.IsGraphic(r) && r <= 0xffff:
			fmt.Fprintf(&b, `\u%04X`, r)
		case !unicode.IsGraphic(r):
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// bare reports text that is a plain string anywhere in YAML, flow mappings included.
func bare(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '/' && i+1 < len(s)
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '.' || c == '-')) {
			return false
		}
	}
	switch strings.ToLower(s) {
	case "", "true", "false", "yes", "no", "on", "off", "null", "y", "n":
		return false
	}
	return true
}

// plainHash leaves a fingerprint bare; anything else is written as any text.
func plainHash(s string) string {
	hash, ok := strings.CutPrefix(s, "sha256:")
	for i := 0; ok && i < len(hash); i++ {
		c := hash[i]
		ok = c >= '0' && c <= '9' || c >= 'a' && c <= 'f'
	}
	if ok && hash != "" {
		return s
	}
	return scalar(s)
}

// oneLine keeps a name from ending a comment.
func oneLine(s string) string {
	q := strconv.QuoteToASCII(s)
	return q[1 : len(q)-1]
}

// unknownType stands for an element type that nothing tells.
const unknownType = "unknown"

func typeText(t tensor.Type) string {
	if t.DType.Known() {
		return t.String()
	}
	return unknownType + " " + t.Shape.String()
}

// parseType reads what typeText writes: "float32 [batch, seq, 768]".
func parseType(s string) (tensor.Type, error) {
	name, dims, ok := strings.Cut(s, "[")
	d, err := tensor.ParseDType(strings.TrimSpace(name))
	if err != nil && strings.TrimSpace(name) != unknownType {
		return tensor.Type{}, err
	}
	dims, closed := strings.CutSuffix(strings.TrimSpace(dims), "]")
	if !ok || !closed {
		return tensor.Type{}, fmt.Errorf("a type is written like %q", "float32 [batch, 768]")
	}
	t := tensor.Type{DType: d}
	switch dims = strings.TrimSpace(dims); dims {
	case "...":
		return t, nil
	case "":
		t.Shape = tensor.Shape{}
		return t, nil
	}
	for _, part := range strings.Split(dims, ",") {
		dim, err := tensor.ParseDim(strings.TrimSpace(part))
		if err != nil {
			return t, err
		}
		t.Shape = append(t.Shape, dim)
	}
	return t, nil
}
