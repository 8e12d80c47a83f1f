package ast

import (
	"go/types"
	"sort"

	"github.com/nngen-go/nngen/internal/diag"
)

// LoadSources is Load over files in memory: tests need no go command. All files
// make one package.
func LoadSources(path string, files map[string][]byte, accessors map[string]AccessorPackage, exports map[string]*types.Package) (*Program, diag.List) {
	l := &loader{prog: newProgram(), given: accessors, exports: exports}
	s := &source{path: path, name: "probes", root: true, imports: map[string]bool{}, src: map[string][]byte{}, goVersion: "go1.26"}
	l.prog.sources[path] = s
	var names []string
	for n := range files {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		l.parseFile(s, n, files[n])
	}
	l.check()
	return l.prog, l.diags.Sorted()
}
