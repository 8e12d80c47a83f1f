package ast_test

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/nngen-go/nngen/internal/fuzzguard"
)

// FuzzCompile feeds the front end with changed programs: whatever the text, it
// answers with a plan or with diagnostics, never with a fault of its own.
func FuzzCompile(f *testing.F) {
	for _, dir := range []string{"accept", "reject"} {
		list, err := filepath.Glob(filepath.Join("testdata", dir, "*.txtar"))
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range list {
			a, err := txtar.ParseFile(name)
			if err != nil {
				f.Fatal(err)
			}
			for _, file := range a.Files {
				if strings.HasSuffix(file.Name, ".go") {
					head, body, _ := strings.Cut(string(file.Data), "//nngen:trace")
					for _, fn := range strings.Split(body, "//nngen:trace") {
						f.Add(head + "\n//nngen:trace" + fn)
					}
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, src string) {
		defer fuzzguard.Input()()
		_, diags := compile(map[string][]byte{"a.go": []byte(src)})
		for _, d := range diags {
			if d.Code == "NN1299" {
				t.Errorf("%v", d)
			}
		}
	})
}
