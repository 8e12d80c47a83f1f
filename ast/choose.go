package ast

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
)

// choice is an integer of the run that picks one of several modules.
type choice struct {
	param *planParam
	text  string // "layer"
	n     int
	conds []*sym // whether it is the i-th, once somebody asked
	pos   token.Pos
	of    []string // the modules that the user's index picks from
	// early is the index as Go that cannot fail, stable that it may be evaluated anywhere.
	early  code
	stable bool
}

// choose evaluates m.H[layer] with an index that only a run knows. The index is
// checked where it stands, as Go does, and becomes an input of the graph.
func (f *frame) choose(e *ast.IndexExpr, x *sliceVal, i value) value {
	list := make([]value, x.len)
	for k := range list {
		list[k] = x.element(k)
		if of, _ := candidates(list[k]); of != nil {
			return f.fail(e.Index.Pos(), "NN1306", "use one index that is known only when the trace runs, and constants for the rest",
				"the module is chosen among modules that are chosen when the trace runs")
		}
	}
	c, ok := i.(*codeVal)
	switch {
	case !ok || len(list) == 0:
		return f.fail(e.Index.Pos(), "NN1306", "use a constant, or loop over the modules with range", "%s cannot choose a module", i.kind())
	case f.underLoop():
		return f.fail(e.Index.Pos(), "NN1305", "loop over the modules with range, or over constants", "a module is chosen in a loop of unknown length")
	case c.born.IsValid() || bornIn(c.code).IsValid():
		d := f.ev.report(e.Index.Pos(), "NN1306", "the module is chosen by a value of the same run")
		d.Hint = "choose by a parameter, or write under a condition at each module: for i, b := range … { if i == n { … } }"
		f.ev.relate(d, bornIn(c.code), "the value leaves the graph here")
		return invalid{}
	}
	if among(list, nil) == nil {
		return f.fail(e.Index.Pos(), "NN1309", "put modules of one type into the slice, all of them set, or write the cases out",
			"an index of the run chooses among %s and what is no such thing, or of another type", list[0].kind())
	}
	return among(list, f.choiceOf(e, c, list))
}

// choiceOf makes the input that carries an index into the graph, or finds that
// of the same index in the same array.
func (f *frame) choiceOf(e *ast.IndexExpr, c *codeVal, list []value) *choice {
	key := strconv.Itoa(len(list)) + " " + codeKey(c.code)
	if old := f.ev.choices[key]; old != nil && f.stable(c) && f.within(old.scope) {
		return old.choice
	}
	v := f.newVar("nn_choice", types.Typ[types.Int64])
	f.wrote(v, token.NoPos)
	name := f.excerpt(e.Index)
	if !token.IsIdentifier(name) {
		name = "choice"
	}
	p := f.ev.graph.addParam(name, tensor.Type{DType: tensor.Int64, Shape: tensor.Shape{}}, false, code{{v: v}}, e.Index.Pos())
	args := txt("(").add(c.code, ", "+strconv.Itoa(len(list))+")")
	call := f.packageRef(RuntimePath, "Choose").add(args)
	ch := &choice{param: p, text: f.excerpt(e.Index), n: len(list), conds: make([]*sym, len(list)), pos: e.Index.Pos()}
	ch.early, ch.stable = f.packageRef(RuntimePath, "Chosen").add(args), f.stable(c)
	if f.ev.stepVar != nil && ch.stable {
		// Other steps than those that come to this line may use what was chosen.
		p.code = ch.early
		at := f
		if f.ev.editOverSteps() {
			at = f.ev.main // an edit is made once, at no step
		}
		at.emit(&resStmt{kind: leafStmt, pos: e.Index.Pos(), code: call, effects: true, check: true})
	} else {
		p.feed = &resStmt{
			kind: feedStmt, pos: e.Index.Pos(), op: "=", lhs: []target{{v: v, define: true}},
			rhs: []code{call}, feed: p, effects: true, check: true,
		}
		f.emit(p.feed)
	}
	for _, x := range list {
		ch.of = append(ch.of, labelOf(x))
	}
	f.ev.choices[key] = scopedChoice{ch, f.scope.open(0)}.ptr()
	f.ev.chosen = append(f.ev.chosen, ch)
	return ch
}

// scopedChoice is a choice and where it was made: inside, it is always there.
type scopedChoice struct {
	choice *choice
	scope  *rscope
}

func (s scopedChoice) ptr() *scopedChoice { return &s }

// is gives the bool that tells whether the i-th candidate was chosen.
func (c *choice) is(ev *evaluator, i int) *sym {
	if c.conds[i] == nil { // only an index makes it when asked
		k := ev.graph.constant(tensor.Int64, int64(i), c.pos)
		t := tensor.Type{DType: tensor.Bool, Shape: tensor.Shape{}}
		c.conds[i] = ev.graph.add("Eq", []*sym{c.param.sym, k}, nil, []tensor.Type{t}, token.NoPos)[0]
		c.conds[i].node.hint = c.text + strconv.Itoa(i)
		if !token.IsIdentifier(c.text) {
			c.conds[i].node.hint = "is" + strconv.Itoa(i)
		}
	}
	return c.conds[i]
}

// when is the condition that the i-th candidate was chosen at a place that is
// reached under p.
func (c *choice) when(ev *evaluator, i int, p *pred) *pred {
	out := &pred{parent: p, sym: c.is(ev, i), text: c.text + " == " + strconv.Itoa(i)}
	if p != nil {
		out.text = bothText(p.text, out.text)
		out.born = p.born
		out.sym = ev.graph.add("And", []*sym{p.sym, out.sym}, ops.Attrs{}, []tensor.Type{out.sym.typ}, token.NoPos)[0]
	}
	return out
}

// label names a chosen module in messages: "transformer.h[layer].attn".
func (x *chosenVal) label() string {
	return x.by.label(x.list[0].label(), x.list[len(x.list)-1].label())
}

// label names what a choice picks by the names of its first and last candidate.
func (c *choice) label(first, last string) string {
	others := strings.Split(last, ".")
	var out strings.Builder
	for i, part := range strings.Split(first, ".") {
		other := part
		if i < len(others) {
			other = others[i]
		}
		switch {
		case part != other:
			out.WriteString("[" + c.text + "]")
		case i > 0:
			out.WriteString("." + part)
		default:
			out.WriteString(part)
		}
	}
	return out.String()
}

// chosenChild evaluates a field of a chosen module.
func (f *frame) chosenChild(e ast.Expr, x *chosenVal, field int) value {
	vals := make([]value, len(x.list))
	for i, m := range x.list {
		vals[i] = f.child(e, m, field)
	}
	return f.together(e, vals, x.by)
}

// together makes one chosen value of those of all candidates.
func (f *frame) together(e ast.Expr, vals []value, by *choice) value {
	switch first := vals[0].(type) {
	case *envoyVal:
		if v := among(vals, by); v != nil {
			return v
		}
	case *sliceVal:
		obj := &arrayObj{elem: first.obj.elem}
		for k := range first.len {
			var inner []value
			for _, v := range vals {
				s, ok := v.(*sliceVal)
				if !ok || s.len != first.len {
					return f.fail(e.Pos(), "NN1306", "choose among modules that are built alike", "the modules that may be chosen have different numbers of children")
				}
				inner = append(inner, s.element(k))
			}
			obj.elems = append(obj.elems, f.together(e, inner, by))
		}
		return &sliceVal{typ: first.typ, obj: obj, len: first.len, array: first.array}
	}
	return invalid{}
}

// planChoices writes down what the choices of a run pick from, and which accesses
// they must leave in order.
func (ev *evaluator) planChoices(p *plan.Plan) {
	for _, c := range ev.chosen {
		if c.param.live {
			file, line := ev.where(c.pos)
			p.Choices = append(p.Choices, plan.Choice{Param: c.param.name, Of: c.of, Line: line, File: file})
		}
	}
	for _, o := range ev.sched.orders {
		p.Orders = append(p.Orders, plan.Order{First: ev.planAccess(o.first), Then: ev.planAccess(o.then)})
	}
}

func (ev *evaluator) planAccess(a *access) plan.Access {
	out := plan.Access{Moments: a.moments, Write: a.write, Skip: a.skip}
	out.File, out.Line = ev.where(a.pos)
	for i, m := range a.moments {
		if a.skip {
			out.At = append(out.At, ev.skippedAt(a, i))
			continue
		}
		out.At = append(out.At, ev.sched.moments[m].Address)
	}
	if a.choice != nil {
		out.Choice = a.choice.param.name
	}
	if a.pred != nil && a.pred.sym.param != nil {
		out.When = a.pred.sym.param.name
	}
	return out
}
