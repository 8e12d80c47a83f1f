package tokenize_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/runtime/tokenize"
)

// TestRealTokenizers holds the tokenizers of real models against Python on whole
// books and source files, where scripts/export/golden_tokenizers.py --real has
// written the ids of both to .cache/tokenizers.json.
func TestRealTokenizers(t *testing.T) {
	raw, err := os.ReadFile("../../.cache/tokenizers.json")
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("no .cache/tokenizers.json: SmolLM2's and MiniLM's tokenizers are not compared on whole texts")
	}
	require.NoError(t, err)
	var runs []struct {
		Tokenizer, Text string
		Rows            []golden
	}
	require.NoError(t, json.Unmarshal(raw, &runs))
	require.NotEmpty(t, runs)
	for _, run := range runs {
		name := filepath.Base(filepath.Dir(run.Tokenizer)) + "/" + filepath.Base(run.Text)
		t.Run(name, func(t *testing.T) {
			tok, err := tokenize.Open(run.Tokenizer)
			require.NoError(t, err)
			raw, err := os.ReadFile(run.Text)
			require.NoError(t, err)
			texts := append([]string{string(raw)}, strings.Split(string(raw), "\n\n")...)
			require.Len(t, run.Rows, len(texts))
			for i, row := range run.Rows {
				row.hold(t, tok, texts[i])
			}
			t.Logf("%d texts, %d ids of the whole", len(texts), len(run.Rows[0].IDs))
		})
	}
}
