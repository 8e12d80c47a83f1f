package ast

import (
	"go/types"
	"regexp"
	"strings"
)

// noMember is how the type checker says that a type of another package lacks a
// field or method.
var noMember = regexp.MustCompile(`\(type \*?([\pL_][\pL\pN_]*)\.([\pL_][\pL\pN_]*) has no field or method ([\pL_][\pL\pN_]*)`)

// operationsHint lists what a struct of operations has instead of an unknown name,
// or says why a module's accessor has no Source. Other messages get no hint.
func (l *loader) operationsHint(msg string) string {
	m := noMember.FindStringSubmatch(msg)
	if m == nil {
		return ""
	}
	for _, path := range sortedKeys(l.prog.accessors) {
		acc := l.prog.accessors[path]
		obj, ok := acc.pkg.Scope().Lookup(m[2]).(*types.TypeName)
		if acc.pkg.Name() != m[1] || !ok {
			continue
		}
		switch names := operationFields(obj.Type()); {
		case len(names) > 0:
			return "it has: " + strings.Join(names, ", ")
		case m[3] != "Source" || !embeds(obj.Type(), "Envoy"):
			return ""
		case !acc.spec.HasOperations():
			return "run nngen spec again: the spec lists no operations, which is how earlier versions wrote it"
		default:
			return "the module computes nothing itself, the modules inside it do: nngen tree -ops prints what there is"
		}
	}
	return ""
}

// operationFields are the fields of a struct that are operations.
func operationFields(t types.Type) []string {
	st, ok := t.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	var out []string
	for f := range st.Fields() {
		if isRuntime(f.Type(), "Operation") {
			out = append(out, f.Name())
		}
	}
	return out
}
