package ast

import (
	"go/token"
	"strconv"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
)

// sym is a tensor of the graph under construction: a tensor of the model, a
// parameter, or the result of a node.
type sym struct {
	ref   plan.Ref
	typ   tensor.Type
	pos   token.Pos  // the expression that made it
	what  string     // for messages: "transformer.h.5.output", "Add"
	node  *graphNode // that makes it, nil for tensors of the model and parameters
	out   int        // which of the node's results
	param *planParam // that gives it, nil otherwise
	host  code       // how Go names it without a tap: parameters
	tap   int        // index in the plan, or in the step being printed, once it has one
	alt   code       // the same value computed by Go, for one that the graph need not make
	// is is the value that a placeholder stands for, once its point was served:
	// under a condition the program goes on before that.
	is *sym
	// late is the value of a point of a module that is chosen when the trace runs.
	late *chosenRead
	by   *choice // of a register: what picked the value
	// chosen says that the value was put together from those of candidates.
	chosen bool
	weight bool // a weight of the model, which is there before the run
}

// graphNode is one node of the plan under construction.
type graphNode struct {
	op    string
	in    []*sym
	outs  []*sym
	attrs ops.Attrs
	pos   token.Pos
	text  string // the user's expression
	hint  string // the user's variable that first holds the result
	live  bool
	kept  bool  // computed though nothing needs it: it may end the run
	under *pred // the condition under which the program makes it, nil: always
	atTop bool  // computed in any case all the same
	// then and els are the branches of an If; in has their results too.
	then, els *branch
	// late says that the node depends on a point of a chosen module: it is made
	// anew wherever it is used, for the candidates that are there by then.
	late bool
}

// planParam is a parameter of the plan and the Go expression that feeds it.
type planParam struct {
	name   string
	typ    tensor.Type
	tensor bool
	code   code
	pos    token.Pos
	sym    *sym
	feed   *resStmt
	live   bool
	step   int              // the step of mid-run that makes it, 0: known before the run
	steps  []plan.StepRange // of an edit: the decoding steps at which it is given, nil: all
}

// graph collects nodes in the order they are made, inputs first.
type graph struct {
	nodes   []*graphNode
	params  []*planParam
	weights []*planParam // arrays of attachments
	consts  map[string]*sym
	models  map[string]*sym
	feeds   map[string]*planParam
	fed     map[string]fed
	calls   map[string]*sym
}

func newGraph() *graph {
	return &graph{
		consts: map[string]*sym{}, models: map[string]*sym{},
		feeds: map[string]*planParam{}, fed: map[string]fed{}, calls: map[string]*sym{},
	}
}

// add makes a node and its results.
func (g *graph) add(op string, in []*sym, attrs ops.Attrs, types []tensor.Type, pos token.Pos) []*sym {
	n := &graphNode{op: op, in: in, attrs: attrs, pos: pos}
	for i, t := range types {
		n.outs = append(n.outs, &sym{typ: t, pos: pos, what: op, node: n, out: i, tap: -1})
	}
	for _, s := range in {
		n.late = n.late || s.isLate()
	}
	g.nodes = append(g.nodes, n)
	return n.outs
}

// model gives the tensor of the model itself.
func (g *graph) model(name string, t tensor.Type, what string) *sym {
	if s := g.models[name]; s != nil {
		return s
	}
	s := &sym{ref: plan.Ref{Kind: plan.Model, Name: name}, typ: t, what: what, tap: -1}
	g.models[name] = s
	return s
}

// constant gives a scalar constant; equal ones are one node.
func (g *graph) constant(d tensor.DType, v any, pos token.Pos) *sym {
	key := d.String() + " " + anyText(v)
	if s := g.consts[key]; s != nil {
		return s
	}
	attrs := ops.Attrs{"dtype": d.String(), "value": v}
	s := g.add("Const", nil, attrs, []tensor.Type{{DType: d, Shape: tensor.Shape{}}}, pos)[0]
	g.consts[key] = s
	return s
}

func anyText(v any) string {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// addParam makes a parameter of the plan.
func (g *graph) addParam(name string, t tensor.Type, isTensor bool, c code, pos token.Pos) *planParam {
	p := &planParam{name: name, typ: t, tensor: isTensor, code: c, pos: pos}
	p.sym = &sym{typ: t, pos: pos, what: name, param: p, tap: -1}
	g.params = append(g.params, p)
	return p
}

// markLive marks everything that s depends on, where it is used under p.
func markLive(s *sym, p *pred) {
	s = s.final()
	if s.param != nil {
		s.param.live = true
	}
	if s.late != nil && s.late.by.param != nil {
		s.late.by.param.live = true
		for _, v := range s.late.vals {
			markLive(v, p)
		}
	}
	n := s.node
	if n == nil {
		return
	}
	under := n.under
	if !p.implies(under) {
		if n.needsGuard() {
			markLive(under.sym, nil)
		} else {
			under, n.atTop = nil, true
		}
	}
	if n.live {
		return
	}
	n.live = true
	for _, in := range n.in {
		in = in.final()
		switch {
		case n.then != nil && in == n.then.out.final() && n.then.pred != nil:
			markLive(in, n.then.pred)
		default:
			markLive(in, under)
		}
	}
}

// each calls f for every value that a node needs, its branches' and its condition included.
func (n *graphNode) each(f func(*sym)) {
	for _, in := range n.in {
		f(in.final())
	}
	if n.needsGuard() {
		f(n.under.sym)
	}
}
