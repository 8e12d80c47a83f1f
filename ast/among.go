package ast

import "go/types"

// among makes one value of candidates of one kind: the module, the operation, or
// the operations of a module that a choice picks. It gives nil for candidates of
// several kinds, or of several types.
func among(list []value, by *choice) value {
	switch list[0].(type) {
	case *envoyVal:
		mods := alike[*envoyVal](list)
		for _, m := range mods {
			if !types.Identical(m.typ, mods[0].typ) {
				return nil
			}
		}
		if mods != nil {
			return &chosenVal{mods, by}
		}
	case *operationVal:
		if ops := alike[*operationVal](list); ops != nil {
			return &chosenOperationVal{ops, by}
		}
	case *operationsVal:
		sources := alike[*operationsVal](list)
		for _, s := range sources {
			if !types.Identical(s.typ, sources[0].typ) {
				return nil
			}
		}
		if sources != nil {
			return &chosenOperationsVal{sources, by}
		}
	}
	return nil
}

// alike gives values of one kind; nil if one of them is of another.
func alike[V value](list []value) []V {
	var out []V
	for _, v := range list {
		x, ok := v.(V)
		if !ok {
			return nil
		}
		out = append(out, x)
	}
	return out
}

// candidates are what a choice picks from, and the choice; nil for what no run chooses.
func candidates(v value) ([]value, *choice) {
	switch v := v.(type) {
	case *chosenVal:
		return values(v.list), v.by
	case *chosenOperationVal:
		return values(v.list), v.by
	case *chosenOperationsVal:
		return values(v.list), v.by
	}
	return nil, nil
}

func values[V value](list []V) []value {
	out := make([]value, len(list))
	for i, x := range list {
		out[i] = x
	}
	return out
}

// labelOf names a module or an operation in messages.
func labelOf(v value) string {
	switch v := v.(type) {
	case *envoyVal:
		return v.label()
	case *operationVal:
		return v.label()
	case *operationsVal:
		return v.of.label() + ".source"
	}
	return v.kind()
}

// isModuleType reports whether variables of a type hold what isModule is about.
func isModuleType(t types.Type) bool {
	if t == nil {
		return false
	}
	if isEnvoy(t) || isRuntime(t, "Operation") {
		return true
	}
	p, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return false
	}
	st, ok := p.Elem().Underlying().(*types.Struct)
	return ok && st.NumFields() > 0 && isRuntime(st.Field(0).Type(), "Operation")
}
