package depstest

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/nngen-go/nngen"

// pkg is what go list tells of a package.
type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
	CgoFiles   []string
}

// list gives the packages of this module that match the patterns.
func list(t *testing.T, patterns ...string) []pkg {
	t.Helper()
	args := append([]string{"list", "-e", "-json=ImportPath,Imports,Deps,CgoFiles"}, patterns...)
	cmd := exec.Command("go", args...)
	cmd.Dir = "../.."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	var pkgs []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			return pkgs
		} else {
			require.NoError(t, err)
		}
		pkgs = append(pkgs, p)
	}
}

// forbidden lists, for a package, what it must not depend on, directly or not.
var forbidden = map[string][]string{
	"runtime":     {module + "/ast", module + "/gen", module + "/internal/project", module + "/internal/cli", "golang.org/x/tools", "github.com/dave/jennifer", "go/types", "github.com/schollz/progressbar"},
	"runtime/ort": {module + "/ast", module + "/gen", module + "/internal/project", module + "/internal/cli", "golang.org/x/tools", "github.com/dave/jennifer", "go/types"},
	"modelspec":   {module + "/ast", module + "/gen", module + "/runtime/ort", module + "/internal/project", module + "/internal/cli"},
	"ast":         {module + "/gen", module + "/runtime/ort", module + "/internal/project", module + "/internal/cli", "github.com/dave/jennifer"},
	"gen":         {module + "/runtime/ort", module + "/internal/project", module + "/internal/cli"},
	"internal/onnx": {
		module + "/modelspec", module + "/ast", module + "/gen", module + "/runtime", module + "/internal/project", module + "/internal/cli",
	},
	"internal/ops":  {module + "/modelspec", module + "/ast", module + "/gen", module + "/runtime", module + "/internal/project", module + "/internal/cli"},
	"internal/diag": {module + "/modelspec", module + "/ast", module + "/gen", module + "/runtime", module + "/internal/project", module + "/internal/cli"},
}

func TestImportsRunOneWay(t *testing.T) {
	for from, banned := range forbidden {
		for _, p := range list(t, "./"+from) {
			for _, dep := range p.Deps {
				for _, b := range banned {
					require.False(t, dep == b || strings.HasPrefix(dep, b+"/"), "%s depends on %s", p.ImportPath, dep)
				}
			}
		}
	}
}

func TestOnlyTheBackEndUsesCgo(t *testing.T) {
	for _, p := range list(t, "./...") {
		if strings.HasPrefix(p.ImportPath, module+"/runtime/ort") {
			continue
		}
		require.Empty(t, p.CgoFiles, "%s has cgo files", p.ImportPath)
		require.NotContains(t, p.Imports, "github.com/yalue/onnxruntime_go", "%s goes past runtime/ort", p.ImportPath)
	}
}

// TestGoModHasNoReplace: a replace breaks go install and go tool for users.
func TestGoModHasNoReplace(t *testing.T) {
	cmd := exec.Command("go", "mod", "edit", "-json")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	require.NoError(t, err)
	var mod struct{ Replace, Exclude []any }
	require.NoError(t, json.Unmarshal(out, &mod))
	require.Empty(t, mod.Replace)
	require.Empty(t, mod.Exclude)
}
