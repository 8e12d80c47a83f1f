package ast

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// value is what an expression is at generate time. The kinds are the types
// below: static ones, *tensorVal for the graph and *codeVal for what only a run
// can tell. invalid follows a reported mistake and silences what depends on it.
type value interface{ kind() string }

type (
	invalid struct{}

	// constVal is a constant or a computed value of a basic type.
	constVal struct {
		v   constant.Value
		typ types.Type
	}

	// nilVal is nil, or the zero value of an interface, func or error.
	nilVal struct{ typ types.Type }

	// tensorVal is a tensor of the graph; sym nil means that it was never set.
	tensorVal struct{ sym *sym }

	// codeVal is a Go expression left for the run.
	codeVal struct {
		code code
		typ  types.Type
		pure bool // evaluating it again, or not at all, changes nothing
		// born is the call that took the value out of the run; NoPos for values
		// that parameters alone decide.
		born token.Pos
		// tensor is what is known of a codeVal of type nn.Tensor.
		tensor tensor.Type
		// graph is the same value in the graph, of a variable that was assigned
		// tensors under conditions.
		graph *sym
		// carried: another decoding step has set it, or will have.
		carried bool
	}

	// envoyVal is a module's typed accessor.
	envoyVal struct {
		path   string
		module *modelspec.Module
		typ    types.Type // the accessor struct, or nn.Envoy
		inv    *invoke
	}

	// chosenVal is a module that is chosen when the trace runs.
	chosenVal struct {
		list []*envoyVal
		by   *choice
	}

	// funcVal is a declared function, a closure, or a method bound to its receiver.
	funcVal struct {
		src    *source
		decl   *ast.FuncDecl
		lit    *ast.FuncLit
		env    *env
		recv   value  // bound receiver of a declared method
		method string // for methods of values that the compiler knows itself: recv.method
		sig    *types.Signature
		targs  map[*types.TypeParam]types.Type
		node   ast.Expr // the expression that made it, for host code
	}

	structVal struct {
		typ    types.Type
		fields []value
		fixed  bool // an attachment's: not to be assigned to
	}

	// sliceVal is a slice or, with array set, an array by value.
	sliceVal struct {
		typ   types.Type
		obj   *arrayObj
		off   int
		len   int
		array bool
	}

	mapVal struct {
		typ types.Type
		obj *mapObj
	}

	// ptrVal is a pointer to a variable.
	ptrVal struct {
		typ   types.Type // the pointer type
		to    *cell
		fixed bool // to an attachment
	}

	// indexVal is one of nn's index values: All, Ellipsis, Range….
	indexVal struct {
		name string
		args []value
		typ  types.Type
	}

	// traceVal is the trace handle; barrierVal what its Barrier gives.
	traceVal   struct{ typ types.Type }
	barrierVal struct{ b *barrier }

	// dimsVal is a shape of a graph tensor: constants where known.
	dimsVal struct {
		of  *sym
		typ types.Type
	}

	tupleVal struct{ vals []value }
)

// arrayObj is the memory behind slices, shared by all that alias it.
type arrayObj struct {
	elems []value
	elem  types.Type
	moved bool // became a variable of the residual code
	// written: what only a run knows was stored by way of a variable of the
	// residual code. Whoever else shares the memory does not see it.
	written bool
	fixed   bool // an attachment's
}

// mapObj is a map with constant keys.
type mapObj struct {
	keys []value
	vals map[string]value
	// written is as an arrayObj's.
	written bool
}

func (invalid) kind() string     { return "an invalid value" }
func (*constVal) kind() string   { return "a constant" }
func (*nilVal) kind() string     { return "nil" }
func (*tensorVal) kind() string  { return "a tensor" }
func (*codeVal) kind() string    { return "a value known when it runs" }
func (*envoyVal) kind() string   { return "an Envoy" }
func (*chosenVal) kind() string  { return "a module chosen when it runs" }
func (*funcVal) kind() string    { return "a function" }
func (*structVal) kind() string  { return "a struct" }
func (*mapVal) kind() string     { return "a map" }
func (*ptrVal) kind() string     { return "a pointer" }
func (*indexVal) kind() string   { return "an index" }
func (*traceVal) kind() string   { return "the trace" }
func (*barrierVal) kind() string { return "a barrier" }
func (*dimsVal) kind() string    { return "a shape" }
func (*tupleVal) kind() string   { return "several values" }
func (v *sliceVal) kind() string {
	if v.array {
		return "an array"
	}
	return "a slice"
}

func isInvalid(v value) bool {
	_, ok := v.(invalid)
	return ok || v == nil
}

// cell is a variable while it is evaluated.
type cell struct {
	obj  types.Object // nil for temporaries
	name string
	typ  types.Type
	val  value
	res  *resVar   // once it lives in the residual code
	last *assigned // the assignment of a tensor that it holds
	was  value     // the slice or map that it held until it became a variable of the residual code
	// result is the variable of a named result of the trace function.
	result *resVar
	scope  int     // depth of the residual scope it was declared in
	seq    int     // order of first assignment under a condition
	at     *rscope // where its last static assignment stands
}

// assigned is a place in the source that assigns a tensor to a variable, and
// whether any of the values it assigned was read.
type assigned struct {
	name string
	sym  *sym
	read bool
}

// env maps the variables of a function body to their cells.
type env struct {
	parent *env
	cells  map[types.Object]*cell
}

func newEnv(parent *env) *env { return &env{parent: parent, cells: map[types.Object]*cell{}} }

func (e *env) lookup(o types.Object) *cell {
	for ; e != nil; e = e.parent {
		if c := e.cells[o]; c != nil {
			return c
		}
	}
	return nil
}

// element is the i-th value of a slice or array.
func (v *sliceVal) element(i int) value { return v.obj.elems[v.off+i] }

// copyValue gives what assignment copies: arrays and structs by value.
func copyValue(v value) value {
	switch v := v.(type) {
	case *structVal:
		out := &structVal{typ: v.typ, fields: make([]value, len(v.fields))}
		for i, f := range v.fields {
			out.fields[i] = copyValue(f)
		}
		return out
	case *sliceVal:
		if !v.array {
			return v
		}
		obj := &arrayObj{elem: v.obj.elem, elems: make([]value, v.len)}
		for i := range v.len {
			obj.elems[i] = copyValue(v.element(i))
		}
		return &sliceVal{typ: v.typ, obj: obj, len: v.len, array: true}
	}
	return v
}

// holds reports whether f is true for v or for anything inside it.
func holds(v value, f func(value) bool) bool {
	if f(v) {
		return true
	}
	switch v := v.(type) {
	case *structVal:
		for _, x := range v.fields {
			if holds(x, f) {
				return true
			}
		}
	case *sliceVal:
		for i := range v.len {
			if holds(v.element(i), f) {
				return true
			}
		}
	case *mapVal:
		if v.obj == nil {
			return false
		}
		for _, k := range v.obj.keys {
			if holds(v.obj.vals[keyText(k)], f) {
				return true
			}
		}
	case *ptrVal:
		return v.to.res == nil && v.to.val != nil && holds(v.to.val, f)
	case *tupleVal:
		for _, x := range v.vals {
			if holds(x, f) {
				return true
			}
		}
	}
	return false
}

// keyText is a map key as text; only constants and Envoys are keys.
func keyText(k value) string {
	switch k := k.(type) {
	case *constVal:
		return k.v.ExactString()
	case *envoyVal:
		return "envoy " + k.path
	}
	return ""
}
