package ast

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/modelspec"
)

// check type-checks accessor packages and sources, and finds the trace functions.
func (l *loader) check() {
	for _, s := range l.prog.ordered() {
		l.findDirectives(s)
	}
	for _, s := range l.prog.ordered() {
		if !l.sound(s, map[*source]bool{}) {
			s.broken = true
			continue
		}
		if _, err := l.checkSource(s); err != nil {
			l.diags.Add("NN1103", token.Position{Filename: s.dir}, "%v", err)
			s.broken = true
		}
	}
	l.prog.funcs = slices.DeleteFunc(l.prog.funcs, func(tf *traceFunc) bool { return tf.broken || !l.sound(tf.src, map[*source]bool{}) })
	for _, tf := range l.prog.funcs {
		tf.obj, _ = tf.src.info.Defs[tf.decl.Name].(*types.Func)
	}
}

// sound reports whether a package and the sources that it imports are right so
// far. What imports a broken one would only repeat its errors.
func (l *loader) sound(s *source, seen map[*source]bool) bool {
	if s.broken {
		return false
	}
	seen[s] = true
	for path := range s.imports {
		if dep := l.prog.sources[path]; dep != nil && !seen[dep] && !l.sound(dep, seen) {
			return false
		}
	}
	return true
}

// Import is types.Importer over the three kinds of package.
func (l *loader) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if a, ok := l.given[path]; ok && a.Source != nil {
		return l.checkAccessor(path, a)
	}
	if s := l.prog.sources[path]; s != nil {
		return l.checkSource(s)
	}
	if p := l.exports[path]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("package %q is not loaded", path)
}

func (l *loader) config(goVersion string, report func(error)) *types.Config {
	return &types.Config{
		Importer: l, Error: report, GoVersion: goVersion,
		Sizes: types.SizesFor("gc", runtime.GOARCH),
	}
}

// checkAccessor type-checks an accessor package from the text it will have.
// A mistake in it is the generator's own.
func (l *loader) checkAccessor(path string, a AccessorPackage) (*types.Package, error) {
	if acc := l.prog.accessors[path]; acc != nil {
		return acc.pkg, nil
	}
	name := filepath.Join(a.Dir, "model"+generatedSuffix)
	f, err := parser.ParseFile(l.prog.Fset, name, a.Source, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("internal error: the accessor package %s does not parse: %w", path, err)
	}
	var first error
	conf := l.config("", func(err error) {
		if first == nil {
			first = err
		}
	})
	pkg, _ := conf.Check(path, l.prog.Fset, []*ast.File{f}, nil)
	if first != nil {
		return nil, fmt.Errorf("internal error: the accessor package %s does not type-check: %w", path, first)
	}
	acc := &accessor{path: path, pkg: pkg, spec: a.Spec, specFile: a.SpecFile, modules: map[string]*modelspec.Module{}}
	for _, m := range a.Spec.Modules {
		acc.modules[m.Path] = m
	}
	l.prog.accessors[path] = acc
	return pkg, nil
}

// checkSource type-checks a user's package once.
func (l *loader) checkSource(s *source) (*types.Package, error) {
	if s.types != nil {
		return s.types, nil
	}
	if s.checking {
		return nil, fmt.Errorf("import cycle through %s", s.path)
	}
	s.checking = true
	s.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{},
		Instances: map[*ast.Ident]types.Instance{}, Scopes: map[ast.Node]*types.Scope{},
	}
	conf := l.config(s.goVersion, func(err error) { l.typeError(s, err) })
	s.types, _ = conf.Check(s.path, l.prog.Fset, s.files, s.info)
	for _, w := range s.wrong {
		if d := &l.diags[w.at]; d.Hint == "" {
			d.Hint = typeHint(s, w.err)
		}
	}
	s.decls = map[*types.Func]*ast.FuncDecl{}
	for _, f := range s.files {
		for _, d := range f.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok {
				if obj, ok := s.info.Defs[fd.Name].(*types.Func); ok {
					s.decls[obj] = fd
				}
			}
		}
	}
	s.globals = findGlobals(s)
	return s.types, nil
}

var undefinedName = regexp.MustCompile(`^undefined: (?:[\pL_][\pL\pN_]*\.)?([\pL_][\pL\pN_]*)$`)

// typeError keeps an error of the type checker unless only names that the
// generator is about to declare cause it.
func (l *loader) typeError(s *source, err error) {
	e, ok := err.(types.Error)
	if !ok {
		l.diags.Add("NN1103", token.Position{Filename: l.dir}, "%v", err)
		s.broken = true
		return
	}
	if m := undefinedName.FindStringSubmatch(e.Msg); m != nil && l.willBeDeclared(m[1]) {
		return
	}
	s.broken = true
	if strings.HasPrefix(strings.TrimSpace(e.Msg), "other declaration of") && len(l.diags) > 0 {
		return
	}
	l.diags.Add("NN1103", l.prog.Fset.Position(e.Pos), "%s", e.Msg).Hint = l.operationsHint(e.Msg)
	s.wrong = append(s.wrong, wrong{len(l.diags) - 1, e})
}

// willBeDeclared reports whether the generator declares name for a trace function.
func (l *loader) willBeDeclared(name string) bool {
	for _, tf := range l.prog.funcs {
		f := exported(tf.decl.Name.Name)
		if tf.directive.edit && (name == "Edit"+f || name == "edit"+f) {
			return true
		}
		if name == "Compile"+f || name == "Compiled"+f || name == f+"Result" ||
			name == "compile"+f || name == "compiled"+f || name == tf.decl.Name.Name+"Result" {
			return true
		}
	}
	return false
}
