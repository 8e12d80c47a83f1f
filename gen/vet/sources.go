package vet

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/nngen-go/nngen/ast"
	"github.com/nngen-go/nngen/internal/project"
)

// Sources computes a fact for each package that reaches nngen's runtime: a
// digest of its Go files, of the spec beside them, and of the same of what it
// imports. `go vet` keeps the result of a package until its facts or its build
// change; without the fact, a helper two imports away could change unnoticed.
var Sources = &analysis.Analyzer{
	Name:      "nngensources",
	Doc:       "digest what trace functions of importing packages depend on (for nngen)",
	URL:       page,
	Run:       digest,
	FactTypes: []analysis.Fact{new(Digest)},
}

// Digest is the fact of Sources.
type Digest struct{ Sum string }

// AFact marks Digest as a fact.
func (*Digest) AFact() {}

func (d *Digest) String() string { return "nngen sources " + d.Sum }

func digest(pass *analysis.Pass) (any, error) {
	h := sha256.New()
	reaches := false
	imports := pass.Pkg.Imports()
	sort.Slice(imports, func(i, j int) bool { return imports[i].Path() < imports[j].Path() })
	for _, p := range imports {
		var fact Digest
		if pass.ImportPackageFact(p, &fact) {
			reaches = true
			fmt.Fprintf(h, "%s %s\n", p.Path(), fact.Sum)
		}
		reaches = reaches || p.Path() == ast.RuntimePath
	}
	if !reaches || len(pass.Files) == 0 {
		return nil, nil
	}
	for _, f := range pass.Files {
		if err := addText(h, pass.Fset.File(f.FileStart).Name()); err != nil {
			return nil, err
		}
	}
	dir := filepath.Dir(pass.Fset.File(pass.Files[0].FileStart).Name())
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil // a driver over files that are not on disk
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), project.SpecSuffix) || strings.HasSuffix(e.Name(), project.AttachSuffix) {
			if err := addText(h, filepath.Join(dir, e.Name())); err != nil {
				return nil, err
			}
		}
	}
	pass.ExportPackageFact(&Digest{Sum: hex.EncodeToString(h.Sum(nil))})
	return nil, nil
}

// addText adds a file's base name and text: folders differ from machine to machine.
func addText(h hash.Hash, name string) error {
	src, err := readSource(name)
	if err != nil {
		return err
	}
	fmt.Fprintf(h, "%s %d\n", filepath.Base(name), len(src))
	h.Write(src)
	return nil
}

func readSource(name string) ([]byte, error) {
	src, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	return src, nil
}
