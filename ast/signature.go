package ast

import (
	"go/ast"
	"go/types"
	"strconv"

	"github.com/nngen-go/nngen/internal/tensor"
)

// signature checks the parameters and results of a trace function and makes
// their variables.
func (ev *evaluator) signature() bool {
	fd, info := ev.tf.decl, ev.tf.src.info
	if ev.tf.obj == nil {
		return false
	}
	sig := ev.tf.obj.Signature()
	bad := func(n ast.Node, hint, format string, args ...any) bool {
		ev.report(n.Pos(), "NN1106", format, args...).Hint = hint
		return false
	}
	switch {
	case fd.Recv != nil:
		return bad(fd.Name, "make it a function that takes what it needs as parameters", "%s is a method: only functions can be traced", fd.Name.Name)
	case fd.Type.TypeParams != nil:
		return bad(fd.Name, "write one trace function for each type", "%s is generic: a trace function has no type parameters", fd.Name.Name)
	case fd.Body == nil:
		return bad(fd.Name, "", "%s has no body", fd.Name.Name)
	case sig.Params().Len() == 0 || !ev.findHandle(sig.Params().At(0).Type()):
		return bad(fd.Name, "write func "+fd.Name.Name+"(m *gpt2.Model, …) or func "+fd.Name.Name+"(t *gpt2.Trace, …), with the generated package of your model",
			"the first parameter of %s is neither a model nor a trace", fd.Name.Name)
	}
	if ev.tf.directive.edit && !ev.editSignature(fd, sig) {
		return false
	}
	env := newEnv(nil)
	f := &frame{ev: ev, src: ev.tf.src, env: env, out: ev.top, scope: &rscope{label: &resLabel{name: "nn_trace"}, block: &resBlock{}}}
	f.call = &callCtx{kind: mainCall, fn: fd, scope: f.scope, sig: sig}
	ev.main = f
	ev.sched = newRunState(ev)
	i := 0
	for _, fld := range fd.Type.Params.List {
		names := fld.Names
		if len(names) == 0 {
			names = []*ast.Ident{{NamePos: fld.Pos(), Name: "_"}}
		}
		for _, id := range names {
			o, _ := info.Defs[id].(*types.Var)
			if i == 0 {
				ev.bindHandle(f, o, sig.Params().At(0).Type())
			} else {
				ev.bindParam(f, id, o, sig, i)
			}
			i++
		}
	}
	return ev.bindResults(f, fd, sig) && len(ev.diags) == 0
}

// findHandle finds the accessor package by the type of the first parameter.
func (ev *evaluator) findHandle(t types.Type) bool {
	if _, ok := types.Unalias(t).(*types.Pointer); !ok {
		return false
	}
	path, name := named(t)
	ev.acc = ev.prog.accessors[path]
	if ev.acc == nil {
		return false
	}
	switch {
	case name == "Trace" && isHandle(t):
		ev.form = ManyInvokes
	case name == "Model" && isEnvoy(t):
		ev.form = OneInvoke
	default:
		return false
	}
	return true
}

func (ev *evaluator) bindHandle(f *frame, o *types.Var, t types.Type) {
	if ev.form == OneInvoke {
		ev.sched.single()
		f.inv = ev.sched.invokes[0]
	}
	if o == nil {
		return
	}
	var v value = &traceVal{typ: t}
	if ev.form == OneInvoke {
		v = ev.rootEnvoy(t, f.inv)
	}
	f.newCell(o, o.Type(), v)
}

// rootEnvoy is the model as one invoke sees it.
func (ev *evaluator) rootEnvoy(t types.Type, inv *invoke) *envoyVal {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	return &envoyVal{path: "", module: ev.acc.modules[""], typ: t, inv: inv}
}

// bindParam makes a parameter of the trace function a variable of the residual
// code, and a tensor one an operand of the graph.
func (ev *evaluator) bindParam(f *frame, id *ast.Ident, o *types.Var, sig *types.Signature, i int) {
	name := id.Name
	t := sig.Params().At(i).Type()
	if name == "_" || o == nil {
		ev.params = append(ev.params, &goParam{name: "nn_a" + strconv.Itoa(i), typ: t, kind: ev.paramKind(t), v: nil})
		return
	}
	f.reservedName(id)
	p := &goParam{name: name, obj: o, typ: t, kind: ev.paramKind(t)}
	p.v = &resVar{hint: name, seq: ev.nextVar(), typ: t, param: true, fixed: true, name: name, writes: 1, changed: f.src.isReassigned(o)}
	ev.params = append(ev.params, p)
	if isAttachment(t) {
		ev.bindAttachment(f, id, o, p)
		return
	}
	c := f.newCell(o, t, nil)
	if p.kind != TensorParam {
		c.res = p.v
		return
	}
	typ, ok := ev.tf.directive.params[name]
	if !ok {
		typ = tensor.Type{DType: tensor.Float32}
	}
	pp := ev.graph.addParam(name, typ, true, code{{v: p.v}}, id.Pos())
	pp.sym.what = name
	pp.sym.host = code{{v: p.v}}
	c.val = &tensorVal{pp.sym}
}

func (ev *evaluator) paramKind(t types.Type) ParamKind {
	if ev.isInputs(t) {
		if _, ptr := types.Unalias(t).(*types.Pointer); !ptr {
			return InputsParam
		}
	}
	if isTensor(t) {
		return TensorParam
	}
	if _, ok := scalarType(t); ok {
		return ScalarParam
	}
	return OtherParam
}

// bindResults makes the result variables.
func (ev *evaluator) bindResults(f *frame, fd *ast.FuncDecl, sig *types.Signature) bool {
	f.declareResults(fd.Type, 0)
	ev.hasDefer = defersIn(fd.Body) || ev.mode.defers
	ev.mode.flat = ev.mode.flat || ev.hasDefer && ev.form == ManyInvokes // deferred calls see how far each invoke came
	ev.defers = &resVar{hint: "nn_defers", seq: ev.nextVar(), param: true, changed: true, fixed: true, name: "nn_defers", defers: true}
	for i, c := range f.call.results {
		if ev.hasDefer && (c.obj == nil || c.name == "nn_r") {
			name := "nn_r" + strconv.Itoa(i)
			c.result = &resVar{hint: name, typ: c.typ, seq: ev.nextVar(), param: true, changed: true, fixed: true, name: name}
		}
		if c.obj != nil && c.name != "nn_r" {
			ev.vars++
			c.result = &resVar{hint: c.name, typ: c.typ, seq: ev.vars, param: true, changed: true, fixed: true, name: c.name}
		}
		if isError(c.typ) && i != len(f.call.results)-1 {
			ev.report(fd.Type.Results.Pos(), "NN1106", "an error that is not the last result of %s", fd.Name.Name).Hint = "make the error the last result"
			return false
		}
		if isEnvoy(c.typ) || isHandle(c.typ) {
			ev.report(fd.Type.Results.Pos(), "NN1106", "%s returns an Envoy: nothing of the run is left to use it on", fd.Name.Name).Hint = "return tensors and Go values"
			return false
		}
	}
	ev.results = f.call.results
	return true
}
