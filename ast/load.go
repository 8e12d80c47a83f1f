package ast

import (
	"go/ast"
	"go/token"
	"go/types"
	"sort"

	"github.com/nngen-go/nngen/internal/diag"
	"github.com/nngen-go/nngen/modelspec"
)

// RuntimePath is the import path of package nn, whose types mean something to the compiler.
const RuntimePath = "github.com/nngen-go/nngen/runtime"

// AccessorPackage is a generated package of typed Envoys as it will be written:
// what lies on disk may be stale or missing and is not looked at.
type AccessorPackage struct {
	Dir      string
	Spec     *modelspec.Spec
	SpecFile string // for messages: the file to edit
	Source   []byte
	// Attached are the generated files of a package of attachments, by absolute
	// name. Such a package has no Source and may hold files of the user's too.
	Attached map[string][]byte
}

// Program is the user's packages that hold trace functions, parsed and
// type-checked, with the packages that their helpers live in.
type Program struct {
	Fset      *token.FileSet
	sources   map[string]*source
	accessors map[string]*accessor
	funcs     []*traceFunc
	loader    *loader // kept for CheckGenerated
}

// source is a package that is type-checked from its files, so that its
// functions can be evaluated.
type source struct {
	path, name, dir string
	goVersion       string
	filenames       []string
	imports         map[string]bool
	files           []*ast.File
	src             map[string][]byte // file name → text
	types           *types.Package
	info            *types.Info
	decls           map[*types.Func]*ast.FuncDecl
	globals         map[types.Object]*global
	reassigned      map[types.Object]bool
	checking        bool
	root            bool // named by the patterns
	wrong           []wrong
	broken          bool // it, or what it imports, is not right Go: its traces are left alone
}

// wrong is an error of the type checker and its place in the diagnostics.
type wrong struct {
	at  int
	err types.Error
}

// accessor is a generated package of a model, type-checked, with its spec.
type accessor struct {
	path     string
	pkg      *types.Package
	spec     *modelspec.Spec
	specFile string
	modules  map[string]*modelspec.Module
}

// traceFunc is one function marked //nngen:trace.
type traceFunc struct {
	src       *source
	file      *ast.File
	decl      *ast.FuncDecl
	obj       *types.Func
	directive directive
	broken    bool // a directive of it is wrong
}

// Load reads the packages that the patterns name in dir, as `go list` would,
// and type-checks those that hold trace functions. Accessor packages come from
// memory, so that a tree whose generated files are stale or deleted loads like
// one whose files are fresh. With diagnostics, the program holds the functions
// of those packages that are right: what is wrong with them can be told too.
func Load(dir string, patterns []string, accessors map[string]AccessorPackage) (*Program, diag.List) {
	l := &loader{
		dir: dir, prog: newProgram(), given: accessors,
		exports: map[string]*types.Package{},
	}
	l.prog.loader = l
	l.list(patterns)
	if len(l.diags) == 0 {
		l.parse()
		l.loadExports()
		l.check()
	}
	return l.prog, l.diags.Sorted()
}

// HasTraces reports whether any trace function was found.
func (p *Program) HasTraces() bool { return len(p.funcs) > 0 }

func newProgram() *Program {
	return &Program{
		Fset:    token.NewFileSet(),
		sources: map[string]*source{}, accessors: map[string]*accessor{},
	}
}

// loader carries the phases of Load. A package that one of them finds wrong is
// marked broken, and so is what imports it; the others go on.
type loader struct {
	dir     string
	prog    *Program
	given   map[string]AccessorPackage
	exports map[string]*types.Package // packages known by their export data
	diags   diag.List
}

// ordered gives the source packages by path.
func (p *Program) ordered() []*source {
	out := make([]*source, 0, len(p.sources))
	for _, s := range p.sources {
		out = append(out, s)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].path < out[j].path })
	return out
}
