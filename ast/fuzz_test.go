package ast_test

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/nngen-go/nngen/internal/fuzzguard"
)

// FuzzCompile feeds the front end with any text.
func FuzzCompile(f *testing.F) {
	for _, p := range fuzzPrograms(f, "accept", "reject") {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, src string) {
		defer fuzzguard.Input()()
		judge(t, map[string][]byte{"a.go": []byte(src)})
	})
}

// fuzzPrograms gives the trace functions of folders of archives, each as a file.
func fuzzPrograms(f *testing.F, folders ...string) []string {
	var out []string
	for _, dir := range folders {
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
				if !strings.HasSuffix(file.Name, ".go") {
					continue
				}
				head, body, _ := strings.Cut(string(file.Data), "//nngen:trace")
				for _, fn := range strings.Split(body, "//nngen:trace") {
					out = append(out, head+"\n//nngen:trace"+fn)
				}
			}
		}
	}
	return out
}
