package gen

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"github.com/stretchr/testify/require"

	front "github.com/nngen-go/nngen/ast"
)

// lender imports from source, except what generated code imports for its effects
// alone, and packages that are given.
type lender struct {
	source types.Importer
	given  map[string]*types.Package
}

// Import is types.Importer.
func (l lender) Import(path string) (*types.Package, error) {
	if p := l.given[path]; p != nil {
		return p, nil
	}
	if path == backendPath || path == "embed" {
		p := types.NewPackage(path, "blank")
		p.MarkComplete()
		return p, nil
	}
	return l.source.Import(path)
}

// compile type-checks one generated file as a package, beside functions of the user's.
func (l lender) compile(t *testing.T, fset *token.FileSet, path string, src []byte, functions ...string) *types.Package {
	t.Helper()
	file, err := parser.ParseFile(fset, path+"/x.go", src, 0)
	require.NoError(t, err)
	files := []*ast.File{file}
	for _, name := range functions {
		own, err := parser.ParseFile(fset, path+"/"+name+".go", "package "+file.Name.Name+"\n\nfunc "+name+"() {}\n", 0)
		require.NoError(t, err)
		files = append(files, own)
	}
	conf := types.Config{Importer: l}
	pkg, err := conf.Check(path, fset, files, nil)
	require.NoError(t, err)
	return pkg
}

// TestGeneratedCodeCompiles type-checks accessors, hostile ones too, and the
// trace files of the golden tests against the runtime as it is.
func TestGeneratedCodeCompiles(t *testing.T) {
	fset := token.NewFileSet()
	l := lender{importer.ForCompiler(fset, "source", nil), map[string]*types.Package{}}
	src, err := Accessors(hostileSpec(), "evil", "evil.nnspec.yaml")
	require.NoError(t, err)
	l.compile(t, fset, "example.com/app/evil", src)
	src, err = Accessors(gpt2Spec(12), "gpt2", "gpt2.nnspec.yaml")
	require.NoError(t, err)
	l.given["example.com/app/gpt2"] = l.compile(t, fset, "example.com/app/gpt2", src)
	for _, ts := range [][]*front.Trace{{steer(), patch()}, {hot()}} {
		src, err := Traces("/app/probes/steer.go", ts)
		require.NoError(t, err)
		var names []string
		for _, tr := range ts {
			names = append(names, tr.Func)
		}
		l.compile(t, fset, appPath, src, names...)
	}
}
