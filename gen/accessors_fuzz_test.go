package gen

import (
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/fuzzguard"
)

// FuzzAccessors: whatever names, classes and tensors a spec holds, the output
// parses, gofmt leaves it alone, and it declares only what accessors declare.
func FuzzAccessors(f *testing.F) {
	for _, name := range hostile {
		f.Add(name, name, name)
	}
	f.Add("a.b", "x\n", "%d.%d")
	f.Add("", "a second root", "x")
	f.Fuzz(func(t *testing.T, path, class, input string) {
		defer fuzzguard.Input()()
		spec := gpt2Spec(1)
		spec.Model = class
		spec.Inputs[0].Name = input
		spec.Modules = append(spec.Modules, mod(path, class, "768"))
		src, err := Accessors(spec, "fuzz", "fuzz.nnspec.yaml")
		if err != nil {
			require.NotContains(t, err.Error(), "internal error")
			return
		}
		again, err := format.Source(src)
		require.NoError(t, err)
		require.Equal(t, string(again), string(src))
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", src, 0)
		require.NoError(t, err)
		known := map[string]bool{
			"NNInputs": true, "Open": true, "Interpret": true, "InterpretTrace": true, "Generate": true, "InterpretGenerate": true, "Cache": true, "Scanned": true, "ScanTrace": true, "InterpretTraceGenerate": true, "Invoke": true,
			"Iter": true, "All": true, "Next": true, "Stop": true, "Result": true, "With": true, "Without": true,
		}
		for _, d := range file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				require.True(t, known[fn.Name.Name], fn.Name.Name)
			}
		}
	})
}
