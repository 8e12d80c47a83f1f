package ast

import (
	"go/types"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

// named gives the name of a named type (through a pointer) and its package path.
func named(t types.Type) (pkg, name string) {
	if t == nil {
		return "", ""
	}
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	n, ok := t.(*types.Named)
	if !ok {
		return "", ""
	}
	if n.Obj().Pkg() == nil {
		return "", n.Obj().Name()
	}
	return n.Obj().Pkg().Path(), n.Obj().Name()
}

// isRuntime reports whether t is package nn's type of that name, or a pointer to it.
func isRuntime(t types.Type, name string) bool {
	p, n := named(t)
	return p == RuntimePath && n == name
}

func isTensor(t types.Type) bool {
	_, ptr := types.Unalias(orNil(t)).(*types.Pointer)
	return !ptr && isRuntime(t, "Tensor")
}

func orNil(t types.Type) types.Type {
	if t == nil {
		return types.Typ[types.Invalid]
	}
	return t
}

func isError(t types.Type) bool {
	return t != nil && types.Identical(t, types.Universe.Lookup("error").Type())
}

// embeds reports whether t is a (pointer to a) struct that embeds package nn's type name.
func embeds(t types.Type, name string) bool {
	if t == nil {
		return false
	}
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	st, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range st.Fields() {
		if f.Embedded() && isRuntime(f.Type(), name) {
			return true
		}
	}
	return false
}

// isEnvoy reports whether t is an accessor type or nn.Envoy itself, or a pointer to one.
func isEnvoy(t types.Type) bool {
	return isRuntime(t, "Envoy") || embeds(t, "Envoy") && accessorType(t)
}

// accessorType tells accessor structs from user structs that embed an Envoy.
func accessorType(t types.Type) bool {
	pkg, _ := named(t)
	return pkg != ""
}

// isHandle reports whether t is a generated Trace.
func isHandle(t types.Type) bool {
	_, name := named(t)
	return name == "Trace" && (embeds(t, "Trace") || isRuntime(t, "Trace"))
}

// isInputs reports whether t is the accessor package's type Inputs.
func (ev *evaluator) isInputs(t types.Type) bool {
	p, n := named(t)
	return ev.acc != nil && p == ev.acc.path && n == "Inputs"
}

// scalarType reports whether t is a Go number or bool, and the dtype it has as an operand.
func scalarType(t types.Type) (tensor.DType, bool) {
	if t == nil {
		return tensor.Invalid, false
	}
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		return tensor.Invalid, false
	}
	switch {
	case b.Info()&types.IsFloat != 0:
		return tensor.Float32, true
	case b.Info()&types.IsInteger != 0:
		return tensor.Int64, true
	case b.Info()&types.IsBoolean != 0:
		return tensor.Bool, true
	}
	return tensor.Invalid, false
}

// typeCode prints a type as the user's file would write it; false if it cannot
// be named there.
func (ev *evaluator) typeCode(t types.Type) (code, bool) {
	ok := true
	t = ev.hoist(t)
	var out code
	const mark = "\x00"
	text := types.TypeString(t, func(p *types.Package) string {
		if p == nil || p.Path() == ev.tf.src.path {
			return ""
		}
		return mark + p.Path() + mark
	})
	if hasUnnameable(t, ev.tf.src.path, map[types.Type]bool{}) {
		ok = false
	}
	parts := strings.Split(text, mark)
	for i, p := range parts {
		if i%2 == 0 {
			if i > 0 {
				p = strings.TrimPrefix(p, ".")
				name := identPrefix(p)
				path := ev.nameablePath(parts[i-1], name)
				out = append(out, frag{text: name, imp: path, name: ev.importName(path)})
				p = p[len(name):]
			}
			if p != "" {
				out = append(out, frag{text: p})
			}
		}
	}
	return out, ok
}

// nameablePath gives the package by which a type is named: package nn has
// aliases of types that it takes from packages which users cannot import.
func (ev *evaluator) nameablePath(path, name string) string {
	for _, p := range ev.acc.pkg.Imports() {
		if p.Path() != RuntimePath {
			continue
		}
		o, ok := p.Scope().Lookup(name).(*types.TypeName)
		if !ok || !o.IsAlias() {
			return path
		}
		if at, n := named(o.Type()); at == path && n == name {
			return RuntimePath
		}
	}
	return path
}

func identPrefix(s string) string {
	for i, r := range s {
		if r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r < 0x80 {
			return s[:i]
		}
	}
	return s
}

// hasUnnameable reports whether t mentions a type that the user's package
// cannot write: unexported in another package, or local to a function.
func hasUnnameable(t types.Type, path string, seen map[types.Type]bool) bool {
	if t == nil || seen[t] {
		return false
	}
	seen[t] = true
	switch t := t.(type) {
	case *types.Named:
		o := t.Obj()
		if o.Pkg() != nil && (o.Pkg().Path() != path && !o.Exported() || o.Parent() != nil && o.Parent() != o.Pkg().Scope()) {
			return true
		}
		for a := range t.TypeArgs().Types() {
			if hasUnnameable(a, path, seen) {
				return true
			}
		}
	case *types.Pointer:
		return hasUnnameable(t.Elem(), path, seen)
	case *types.Slice:
		return hasUnnameable(t.Elem(), path, seen)
	case *types.Array:
		return hasUnnameable(t.Elem(), path, seen)
	case *types.Map:
		return hasUnnameable(t.Key(), path, seen) || hasUnnameable(t.Elem(), path, seen)
	case *types.TypeParam:
		return true
	}
	return false
}

// importName gives the name that residual code uses for a package: the one of
// the trace's file, else the package's own name.
func (ev *evaluator) importName(path string) string {
	if n := ev.imports[path]; n != "" {
		return n
	}
	name := ""
	for _, spec := range ev.tf.file.Imports {
		if p, _ := strconv.Unquote(spec.Path.Value); p == path && spec.Name != nil && spec.Name.Name != "_" {
			name = spec.Name.Name
		}
	}
	if name == "" {
		name = ev.packageName(path)
	}
	ev.imports[path] = name
	return name
}

// packageName is the name in a package's clause.
func (ev *evaluator) packageName(path string) string {
	if a := ev.prog.accessors[path]; a != nil {
		return a.pkg.Name()
	}
	if s := ev.prog.sources[path]; s != nil {
		return s.name
	}
	for _, s := range ev.prog.ordered() {
		if s.types == nil {
			continue
		}
		for _, imp := range s.types.Imports() {
			if imp.Path() == path {
				return imp.Name()
			}
		}
	}
	if path == RuntimePath {
		return "nn"
	}
	return path[strings.LastIndex(path, "/")+1:]
}
