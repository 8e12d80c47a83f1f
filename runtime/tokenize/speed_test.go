package tokenize_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/runtime/tokenize"
)

const size = 1 << 18

// long are texts whose time would grow with the square of their length if a step looked at all of them again and again.
func long() map[string]string {
	return map[string]string{
		"words":      strings.Repeat("Light is refrangible, 1704! ", size/28),
		"one word":   strings.Repeat("refrangibility", size/14),
		"spaces":     strings.Repeat(" ", size),
		"spaces, x":  strings.Repeat(" ", size) + "x",
		"newlines":   strings.Repeat("\n", size),
		"marks":      strings.Repeat("e\u0301", size/3),
		"only marks": strings.Repeat("\u0301\u0323", size/4),
		"tokens":     strings.Repeat("<mask>  ", size/8),
		"almost":     strings.Repeat("<|im_star", size/9),
		"quotes":     strings.Repeat("'", size),
		"ideographs": strings.Repeat("日", size/3),
		"emoji":      strings.Repeat("👩\u200d", size/7),
		"broken":     strings.Repeat("\xf0\x9f\x99", size/3),
	}
}

// TestLongTexts encodes a quarter of a megabyte of each kind in a time that only linear work allows.
func TestLongTexts(t *testing.T) {
	for _, name := range []string{"chat", "llama3", "fallback", "wordpiece"} {
		tok := open(t, name)
		for kind, text := range long() {
			start := time.Now()
			ids := encode(t, tok, text, true)
			tok.Decode(ids)
			took := time.Since(start)
			t.Logf("%s, %s: %d ids in %v", name, kind, len(ids), took.Round(time.Millisecond))
			require.Less(t, took, 10*time.Second, "%s, %s", name, kind)
		}
	}
}

// BenchmarkEncode encodes Go source text with each kind of tokenizer, and with those of real models where they are.
func BenchmarkEncode(b *testing.B) {
	raw, err := os.ReadFile("../../runtime/tokenize/tokenize.go")
	require.NoError(b, err)
	text := strings.Repeat(string(raw), 20)
	run := func(name string, tok *tokenize.Tokenizer) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			n := 0
			for b.Loop() {
				n += len(encode(b, tok, text, false))
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
	for _, name := range []string{"chat", "wordpiece"} {
		run(name, open(b, name))
	}
	for _, name := range []string{"smollm2", "minilm"} {
		if tok, err := tokenize.Open("../../.cache/models/" + name + "/tokenizer.json"); err == nil {
			run(name, tok)
		}
	}
}
