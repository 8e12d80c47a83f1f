package ast

import (
	"go/ast"
	"go/constant"
	"go/types"
	"reflect"
	"strings"

	"github.com/nngen-go/nngen/internal/caching"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// child evaluates a field of an Envoy: a module, or an array of modules.
func (f *frame) child(e ast.Expr, x *envoyVal, field int) value {
	st, ok := x.typ.Underlying().(*types.Struct)
	if !ok || field >= st.NumFields() {
		return f.fail(e.Pos(), "NN1201", "", "this Envoy has no modules")
	}
	fld := st.Field(field)
	if fld.Embedded() && isRuntime(fld.Type(), "Envoy") {
		return x
	}
	rel := reflect.StructTag(st.Tag(field)).Get("nn")
	if rel == "" {
		return f.fail(e.Pos(), "NN1209", "", "%s is not a module", fld.Name())
	}
	return f.modules(modelspec.Join(x.path, rel), fld.Type(), x.inv)
}

// modules builds the value of a module field; %d in the path are array indexes.
func (f *frame) modules(path string, t types.Type, inv *invoke) value {
	list := func(elem types.Type, n int, array bool) value {
		obj := &arrayObj{elem: elem}
		for i := range n {
			obj.elems = append(obj.elems, f.modules(modelspec.Element(path, i), elem, inv))
		}
		return &sliceVal{typ: t, obj: obj, len: n, array: array}
	}
	switch u := types.Unalias(t).(type) {
	case *types.Array:
		return list(u.Elem(), int(u.Len()), true)
	case *types.Slice:
		n := 0
		for f.ev.hasModule(modelspec.Element(path, n)) {
			n++
		}
		return list(u.Elem(), n, false)
	case *types.Pointer:
		return &envoyVal{path: path, module: f.ev.acc.modules[path], typ: u.Elem(), inv: inv}
	}
	return &envoyVal{path: path, module: f.ev.acc.modules[path], typ: t, inv: inv}
}

// hasModule reports whether the spec has the module or one below it.
func (ev *evaluator) hasModule(path string) bool {
	if ev.acc.modules[path] != nil {
		return true
	}
	for p := range ev.acc.modules {
		if strings.HasPrefix(p, path+".") {
			return true
		}
	}
	return false
}

// label names a module in messages.
func (x *envoyVal) label() string { return modelspec.PathName(x.path) }

// envoyMethod evaluates a method of an Envoy.
func (f *frame) envoyMethod(e *ast.CallExpr, fv *funcVal, x *envoyVal) value {
	args := f.args(e)
	if args == nil {
		return invalid{}
	}
	if fv.decl != nil { // a user's method on a type that embeds an accessor
		return f.inline(fv, args, e)
	}
	if fv.method == "Path" {
		return stringConst(x.label())
	}
	if x.inv != f.inv || f.inv == nil {
		return f.fail(e.Pos(), "NN1502", "use the model that the invoke's own function gets", "%s is used outside the invoke that it belongs to", x.label())
	}
	switch fv.method {
	case "Output":
		return f.readPoint(e, x, modelspec.SideOutput)
	case "Input":
		return f.readPoint(e, x, modelspec.SideInput)
	case "SetOutput":
		return f.writePoint(e, x, modelspec.SideOutput, args[0])
	case "SetInput":
		return f.writePoint(e, x, modelspec.SideInput, args[0])
	case "Outputs":
		return f.readAll(e, x, modelspec.SideOutput)
	case "Inputs":
		return f.readAll(e, x, modelspec.SideInput)
	case "Stop":
		return f.stopRun(e)
	case "Result":
		return f.result(e)
	case "Skip":
		return f.skipModule(e, x, args)
	case "Cache":
		return f.invokeCache(e, args)
	case "Call":
		return f.callModule(e, x, args[0])
	case "Weight":
		return f.weight(e, x, args[0])
	case "Get":
		return f.getModule(e, x, args[0])
	case "Source":
		return f.source(e, x)
	case "Operation":
		return f.getOperation(e, x, args[0])
	case "Operations":
		return f.operations(e, x)
	case "Iter", "All", "Next":
		return f.visitsMethod(e, fv, x, args)
	case "View", "SetView":
		return f.namedView(e, x, args)
	}
	if v, ok := f.viewMethod(e, fv.method, x, args); ok {
		return v
	}
	return f.fail(e.Pos(), "NN1216", "it works interpreted, with Session.Interpret", "%s is not compiled yet", fv.method)
}

// weight reads a parameter of a module.
func (f *frame) weight(e *ast.CallExpr, x *envoyVal, name value) value {
	c, ok := constOf(name)
	if !ok {
		return f.fail(e.Args[0].Pos(), "NN1402", "use a constant", "the name of a weight must be known when code is generated")
	}
	key := constant.StringVal(c)
	var tensorName string
	if x.module != nil {
		tensorName = x.module.Weights[key]
	}
	if tensorName == "" {
		var have []string
		if x.module != nil {
			have = sortedKeys(x.module.Weights)
		}
		return f.fail(e.Args[0].Pos(), "NN1308", "it has: "+strings.Join(have, ", "), "%s has no weight %q", x.label(), key)
	}
	t, known := x.module.Sizes[key]
	if !known { // a spec from before sizes were written down
		t = tensor.Type{DType: tensor.Float32}
		for _, p := range x.module.Outputs {
			if p.Type.DType.IsFloat() {
				t.DType = p.Type.DType
			}
		}
	}
	s := f.ev.graph.model(tensorName, t, x.label()+" weight "+key)
	s.weight = true
	if !s.pos.IsValid() {
		s.pos = e.Pos()
	}
	return &tensorVal{s}
}

// findModule finds a module by its path from x, as the runtime's Get does:
// aliases stand for their modules anywhere in it, and from the root it may begin
// with "model", unless a module has that name itself.
func (ev *evaluator) findModule(x *envoyVal, path string) (string, *modelspec.Module) {
	if strings.Trim(path, ".") == "" {
		return x.path, ev.acc.modules[x.path]
	}
	full, none := ev.moduleNames().Find(x.path, path)
	if none != nil {
		return full, nil
	}
	return full, ev.acc.modules[full]
}

// moduleNames are the names of the model's modules.
func (ev *evaluator) moduleNames() *caching.Names {
	if ev.paths == nil {
		ev.paths = caching.NewNames(ev.acc.spec)
	}
	return ev.paths
}

// getModule evaluates m.Get("transformer.h.5") with a constant path.
func (f *frame) getModule(e *ast.CallExpr, x *envoyVal, name value) value {
	c, ok := constOf(name)
	if !ok {
		return f.fail(e.Args[0].Pos(), "NN1306", "use a constant path, or the fields of the Envoy", "the module is chosen by a value that is known only when the trace runs")
	}
	path := constant.StringVal(c)
	full, mod := f.ev.findModule(x, path)
	if mod == nil {
		return f.fail(e.Args[0].Pos(), "NN1308", "nngen tree prints the paths and aliases", "%s has no module %q", x.label(), path)
	}
	tup, _ := f.src.info.TypeOf(e).(*types.Tuple)
	env := &envoyVal{path: full, module: mod, inv: x.inv}
	if tup == nil || tup.Len() != 2 {
		return f.fail(e.Pos(), "NN1216", "", "Get is not compiled here")
	}
	env.typ = tup.At(0).Type()
	if p, ok := types.Unalias(env.typ).(*types.Pointer); ok {
		env.typ = p.Elem()
	}
	return &tupleVal{[]value{env, &nilVal{typ: tup.At(1).Type()}}}
}
