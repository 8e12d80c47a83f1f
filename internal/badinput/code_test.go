package badinput

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/modelspec"
)

// module makes a module with a package gpt2 of accessors' spec and a package
// probes of the given files.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	root, err := golden.Root()
	require.NoError(t, err)
	const path = "github.com/nngen-go/nngen"
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	text := strings.Replace(string(mod), "module "+path, "module example.com/app", 1) + fmt.Sprintf("\nrequire %s v0.0.0\n\nreplace %s => %s\n", path, path, root)
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	all := map[string]string{
		"go.mod": text, "go.sum": string(sum),
		"gpt2/gpt2.nnspec.yaml": string(modelspec.Write(fixture(t, "gpt2", "torchscript").Spec)),
	}
	for name, content := range files {
		all[name] = content
	}
	for name, content := range all {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	return dir
}

func generate(t *testing.T, dir string, args ...string) (int, string) {
	return finish(t, with(with(child(t, "nngen", dir, args...), "GOFLAGS=-mod=mod"), "GOPROXY=off"))
}

const header = `package probes

import (
	nn "github.com/nngen-go/nngen/runtime"

	"example.com/app/gpt2"
)

`

const goodTrace = header + `//nngen:trace
func Logits(m *gpt2.Model) nn.Tensor { return m.LMHead.Output() }
`

// TestCodeThatDoesNotCompile: the position of the fault, and nothing written,
// neither beside it nor for the sound packages of the same call.
func TestCodeThatDoesNotCompile(t *testing.T) {
	for name, k := range map[string]struct {
		files map[string]string
		want  string
	}{
		"another file of the package": {map[string]string{"probes/a.go": goodTrace, "probes/b.go": "package probes\n\nvar x int = \"text\"\n"}, `^probes/b.go:3:`},
		"a second package clause":     {map[string]string{"probes/a.go": goodTrace, "probes/b.go": "package other\n"}, `probes`},
		"an import that is not there": {map[string]string{"probes/a.go": goodTrace, "probes/b.go": "package probes\n\nimport \"example.com/app/gone\"\n\nvar _ = gone.X\n"}, `example.com/app/gone`},
		"a cycle":                     {map[string]string{"probes/a.go": goodTrace, "probes/b.go": "package probes\n\nimport _ \"example.com/app/c\"\n", "c/c.go": "package c\n\nimport _ \"example.com/app/probes\"\n"}, `cycle`},
		"an unused variable":          {map[string]string{"probes/a.go": header + "//nngen:trace\nfunc F(m *gpt2.Model) nn.Tensor {\n\tx := 1\n\treturn m.LMHead.Output()\n}\n"}, `^probes/a.go:11:2: .*declared and not used: x`},
		"a module that is not there":  {map[string]string{"probes/a.go": header + "//nngen:trace\nfunc F(m *gpt2.Model) nn.Tensor { return m.Head.Output() }\n"}, `^probes/a.go:10:\d+: .*Head`},
		"a wrong type":                {map[string]string{"probes/a.go": header + "//nngen:trace\nfunc F(m *gpt2.Model) nn.Tensor { return m.LMHead.Output().Scale(\"2\") }\n"}, `^probes/a.go:10:\d+: `},
		"half of a file":              {map[string]string{"probes/a.go": goodTrace[:len(goodTrace)-20]}, `^probes/a.go:`},
		"not text":                    {map[string]string{"probes/a.go": goodTrace, "probes/b.go": "package probes\n\nvar \x00\xff int\n"}, `^probes/b.go:3:`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := module(t, k.files)
			before := files(t, dir)
			code, out := generate(t, dir, "generate", "./...")
			require.Equal(t, 1, code, out)
			require.Regexp(t, "(?m)"+k.want, out)
			require.Equal(t, before, files(t, dir), "something was written")
		})
	}
}

// TestGeneratedFilesInPieces: generated files that were cut, merged badly, emptied
// or replaced by links and folders are made anew, or refused, never half.
func TestGeneratedFilesInPieces(t *testing.T) {
	dir := module(t, map[string]string{"probes/a.go": goodTrace})
	code, out := generate(t, dir, "generate", "./...")
	require.Zero(t, code, out)
	want := files(t, dir)
	half := func(s string) string { return s[:len(s)/2] }
	merged := func(s string) string {
		return strings.Replace(s, "import (", "<<<<<<< mine\nimport (\n=======\nimport (\n>>>>>>> theirs\n", 1)
	}
	for name, damage := range map[string]func(string) string{"gpt2/model_nngen.go": half, "probes/a_nngen.go": merged} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(damage(want[name])), 0o600))
		code, out := generate(t, dir, "check", "./...")
		require.Equal(t, 1, code, "%s: %s", name, out)
		code, out = generate(t, dir, "generate", "./...")
		require.Zero(t, code, "%s: %s", name, out)
		require.Equal(t, want, files(t, dir), name)

		require.NoError(t, os.WriteFile(path, nil, 0o600)) // nothing says that nngen wrote it
		code, out = generate(t, dir, "generate", "./...")
		require.Equal(t, 1, code, out)
		require.Contains(t, out, name+":1:1: this file would be overwritten, but nngen did not write it")
		require.NoError(t, os.Remove(path))
		require.NoError(t, os.Mkdir(path, 0o755))
		code, out = generate(t, dir, "generate", "./...")
		require.NotZero(t, code, out)
		require.Contains(t, out, filepath.Base(path))
		require.NoError(t, os.Remove(path))
		code, out = generate(t, dir, "generate", "./...")
		require.Zero(t, code, out)
		require.Equal(t, want, files(t, dir))
	}
}

// files gives what stands below dir.
func files(t *testing.T, dir string) map[string]string {
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		out[filepath.ToSlash(rel)] = string(data)
		return err
	}))
	return out
}
