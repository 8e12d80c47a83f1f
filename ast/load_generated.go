package ast

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"

	"github.com/nngen-go/nngen/internal/diag"
)

// CheckGenerated type-checks the user's packages again with the files that are
// about to be written into them, by absolute path. An error in such a file is a
// fault of the generator, found before it can break the user's package; errors in
// the user's own files (a call of Run that lacks an argument) are diag.Errors.
func (p *Program) CheckGenerated(files map[string][]byte) error {
	var users diag.List
	for _, s := range p.ordered() {
		list := append([]*ast.File(nil), s.files...)
		n := 0
		for _, name := range sortedKeys(files) {
			if filepath.Dir(name) != s.dir {
				continue
			}
			f, err := parser.ParseFile(p.Fset, name, files[name], parser.SkipObjectResolution)
			if err != nil {
				return fmt.Errorf("internal error: generated code does not parse: %w", err)
			}
			list = append(list, f)
			n++
		}
		if n == 0 || p.loader == nil {
			continue
		}
		var first error
		conf := p.loader.config(s.goVersion, func(err error) {
			// By the file itself: generated code has the user's lines.
			if e, ok := err.(types.Error); ok && e.Pos.IsValid() && files[p.Fset.File(e.Pos).Name()] == nil {
				users.Add("NN1103", p.Fset.Position(e.Pos), "%s", e.Msg)
			} else if first == nil {
				first = err
			}
		})
		_, _ = conf.Check(s.path, p.Fset, list, nil)
		if first != nil {
			return fmt.Errorf("internal error: generated code does not compile: %w", first)
		}
	}
	return users.Err()
}

// Lookup finds a package-level name that the user declares in a package.
func (p *Program) Lookup(pkgPath, name string) (token.Position, bool) {
	s := p.sources[pkgPath]
	if s == nil || s.types == nil {
		return token.Position{}, false
	}
	o := s.types.Scope().Lookup(name)
	if o == nil {
		return token.Position{}, false
	}
	return p.Fset.Position(o.Pos()), true
}
