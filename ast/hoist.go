package ast

import (
	"go/types"
)

// TypeDecl is a type that the user declares inside a function: generated code
// has it at the level of the package, under a name of its own.
type TypeDecl struct {
	Name string
	Def  Code
}

// hoistedType is a type declared inside a function and what stands for it.
type hoistedType struct {
	own *types.Named
	of  *types.Named
}

// hoist replaces the types that a function of the trace's package declares by
// those that generated code has in their place.
func (ev *evaluator) hoist(t types.Type) types.Type {
	switch t := t.(type) {
	case *types.Alias:
		if ev.isLocal(t.Obj()) {
			return ev.hoist(types.Unalias(t))
		}
	case *types.Named:
		if ev.isLocal(t.Obj()) && t.TypeParams().Len() == 0 && !embedsLocal(t) && !hasTypeParam(t.Underlying()) {
			return ev.hoisted(t)
		}
	case *types.Pointer:
		return types.NewPointer(ev.hoist(t.Elem()))
	case *types.Slice:
		return types.NewSlice(ev.hoist(t.Elem()))
	case *types.Array:
		return types.NewArray(ev.hoist(t.Elem()), t.Len())
	case *types.Map:
		return types.NewMap(ev.hoist(t.Key()), ev.hoist(t.Elem()))
	case *types.Chan:
		return types.NewChan(t.Dir(), ev.hoist(t.Elem()))
	case *types.Struct:
		var fields []*types.Var
		var tags []string
		for i := range t.NumFields() {
			f := t.Field(i)
			fields = append(fields, types.NewField(f.Pos(), f.Pkg(), f.Name(), ev.hoist(f.Type()), f.Embedded()))
			tags = append(tags, t.Tag(i))
		}
		return types.NewStruct(fields, tags)
	case *types.Signature:
		return types.NewSignatureType(nil, nil, nil, ev.hoistAll(t.Params()), ev.hoistAll(t.Results()), t.Variadic())
	}
	return t
}

func (ev *evaluator) hoistAll(t *types.Tuple) *types.Tuple {
	var out []*types.Var
	for v := range t.Variables() {
		out = append(out, types.NewParam(v.Pos(), v.Pkg(), v.Name(), ev.hoist(v.Type())))
	}
	return types.NewTuple(out...)
}

// hoisted is what stands for a type declared inside a function.
func (ev *evaluator) hoisted(t *types.Named) *types.Named {
	for _, h := range ev.local {
		if h.of == t {
			return h.own
		}
	}
	name := "nn_" + ev.tf.decl.Name.Name + "_" + t.Obj().Name()
	for _, h := range ev.local {
		if h.own.Obj().Name() == name {
			name += "_" + itoa(len(ev.local))
		}
	}
	own := types.NewNamed(types.NewTypeName(t.Obj().Pos(), ev.tf.src.types, name, nil), nil, nil)
	ev.local = append(ev.local, hoistedType{own, t}) // ahead of its definition, which may refer to it
	own.SetUnderlying(ev.hoist(t.Underlying()).Underlying())
	return own
}

// isLocal reports whether a type is declared inside a function of the trace's package.
func (ev *evaluator) isLocal(o *types.TypeName) bool {
	return o.Pkg() == ev.tf.src.types && o.Parent() != nil && o.Parent() != o.Pkg().Scope()
}

// embedsLocal reports whether a struct embeds a type of its function: fields and
// methods are found by its name, which would be another.
func embedsLocal(t *types.Named) bool {
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range s.Fields() {
		if n, ok := derefType(f.Type()).(*types.Named); ok && f.Embedded() {
			if o := n.Obj(); o.Pkg() != nil && o.Parent() != o.Pkg().Scope() {
				return true
			}
		}
	}
	return false
}

func derefType(t types.Type) types.Type {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		return types.Unalias(p.Elem())
	}
	return types.Unalias(t)
}

// hasTypeParam reports whether a definition depends on a type parameter of its function.
func hasTypeParam(t types.Type) bool {
	switch t := t.(type) {
	case *types.TypeParam:
		return true
	case *types.Pointer:
		return hasTypeParam(t.Elem())
	case *types.Slice:
		return hasTypeParam(t.Elem())
	case *types.Array:
		return hasTypeParam(t.Elem())
	case *types.Map:
		return hasTypeParam(t.Key()) || hasTypeParam(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			if hasTypeParam(f.Type()) {
				return true
			}
		}
	}
	return false
}

// typeDecls are the hoisted types, once all that is printed refers to them.
func (ev *evaluator) typeDecls(p *printer) []TypeDecl {
	var out []TypeDecl
	for i := 0; i < len(ev.local); i++ { // a definition may bring more of them
		h := ev.local[i]
		out = append(out, TypeDecl{Name: h.own.Obj().Name(), Def: p.typ(h.own.Underlying())})
	}
	return out
}
