package project

import (
	"context"
	"path/filepath"
	"testing"
)

// BenchmarkGenerateDemo is nngen generate on the demo, without the writing.
func BenchmarkGenerateDemo(b *testing.B) {
	dir, err := filepath.Abs("../../examples/demo")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		_, diags, err := Generate(context.Background(), Config{Dir: dir, Patterns: []string{"./..."}})
		if err != nil || len(diags) > 0 {
			b.Fatal(err, diags)
		}
	}
}
