package ast

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"github.com/nngen-go/nngen/internal/caching"
	"github.com/nngen-go/nngen/internal/diag"
	"github.com/nngen-go/nngen/internal/tensor"
)

// The limits of evaluation: what a real trace never reaches and a runaway loop
// or recursion soon does.
const (
	maxSteps = 300_000 // statements
	maxDepth = 64      // calls inside calls
)

// Compile evaluates every trace function of the program. Functions with
// diagnostics have no Trace; the others are in source order.
func Compile(prog *Program) ([]*Trace, diag.List) {
	var out []*Trace
	var all diag.List
	for _, tf := range prog.funcs {
		t, diags := compileOne(prog, tf)
		all = append(all, diags...)
		if len(diags) == 0 {
			out = append(out, t)
		}
	}
	return out, all.Sorted()
}

// compileOne compiles one function. A panic is a fault of nngen: it becomes a
// diagnostic that names the function, so that the others still compile.
func compileOne(prog *Program, tf *traceFunc) (t *Trace, diags diag.List) {
	defer func() {
		if r := recover(); r != nil {
			d := diags.Add("NN1299", prog.Fset.Position(tf.decl.Pos()), "internal error while compiling %s: %v", tf.decl.Name.Name, r)
			d.Hint = "please report this with the function's text"
		}
	}()
	how := &mode{postpone: map[any]bool{}, calls: map[token.Pos]int64{}}
	carried := map[types.Object]tensor.Type{}
	for {
		ev := &evaluator{
			prog: prog, tf: tf, graph: newGraph(), top: &resBlock{}, mode: how,
			choices: map[string]*scopedChoice{}, assigned: map[token.Pos]*assigned{}, reported: map[string]bool{}, imports: map[string]string{}, carriedTypes: carried,
		}
		if !ev.signature() {
			return nil, ev.diags
		}
		ev.evaluate()
		if ev.again() {
			continue
		}
		if len(ev.diags) == 0 {
			ev.checkAssigned()
			ev.checkCopies()
		}
		if len(ev.diags) == 0 {
			t = ev.finish()
		}
		if ev.again() {
			continue
		}
		return t, ev.diags
	}
}

// again reports whether the function has to be evaluated in another mode.
func (ev *evaluator) again() bool {
	if ev.sched.mixed && !ev.mode.flat {
		ev.mode.flat = true
		return true
	}
	return ev.sched.retry || ev.learned
}

// evaluator evaluates one trace function.
type evaluator struct {
	prog    *Program
	tf      *traceFunc
	acc     *accessor
	form    Form
	diags   diag.List
	graph   *graph
	top     *resBlock // the residual code
	main    *frame
	params  []*goParam
	results []*cell // of the trace function, the error included
	sched   *runState
	mode    *mode
	steps   int
	// exit is a return that only a run decides; exitBorn what it depends on.
	exit, exitBorn token.Pos
	returned       token.Pos // the return statement that is always reached

	assigned map[token.Pos]*assigned // by the assignment's position
	reported map[string]bool         // code and position of what was said already
	imports  map[string]string       // import path → name in residual code
	names    int
	vars     int
	choices  map[string]*scopedChoice // by their index
	chosen   []*choice                // in the order they were made
	cells    int                      // numbered so far, in the order of their first assignment under a condition
	ended    ctl
	caches   []*cacheOf
	paths    *caching.Names
	taps     []*sym  // what leaves the run, in the order of the plan
	hooks    []*hook // the steps of mid-run
	hasDefer bool    // the trace function defers calls, or one that is carried out
	defers   *resVar // their list
	inStep   bool    // a step is being laid out
	local    []hoistedType

	// Of a trace over decoding steps: the step, how many there are, the last visit
	// that it names, and the variables that live from step to step.
	stepVar, stepsVar *resVar
	lastVisit         int64
	lastNamed         token.Pos // where it is named
	takesResult       bool
	namesAlways       bool      // steps are named on every path
	namesUnder        token.Pos // or under a condition, first here
	carried           []*cell
	carriedTypes      map[types.Object]tensor.Type
	learned           bool                      // more of them than the last time
	goingOn           map[*ast.FuncDecl]bool    // whether functions have loops over visits
	helped            map[*ast.CallExpr][]*cell // what such functions returned
}

// goParam is a parameter of the trace function after the handle.
type goParam struct {
	name string
	obj  *types.Var
	typ  types.Type
	kind ParamKind
	v    *resVar
}

func (ev *evaluator) position(pos token.Pos) token.Position { return ev.prog.Fset.Position(pos) }

func (ev *evaluator) line(pos token.Pos) int {
	if !pos.IsValid() {
		return 0
	}
	return ev.position(pos).Line
}

// report adds a diagnostic, once for each code and position: a loop that is
// carried out twelve times has one mistake. The returned diagnostic takes hints.
func (ev *evaluator) report(pos token.Pos, code, format string, args ...any) *diag.Diagnostic {
	p := ev.position(pos)
	key := code + p.String()
	if ev.reported[key] {
		return &diag.Diagnostic{}
	}
	ev.reported[key] = true
	return ev.diags.Add(code, p, format, args...)
}

// relate adds a second position to a diagnostic.
func (ev *evaluator) relate(d *diag.Diagnostic, pos token.Pos, format string, args ...any) {
	if pos.IsValid() {
		d.Related = append(d.Related, diag.Related{Pos: ev.position(pos), Message: fmt.Sprintf(format, args...)})
	}
}

// adopt takes over a diagnostic that the scheduler made.
func (ev *evaluator) adopt(err error, pos token.Pos, code string) {
	d, ok := err.(*diag.Diagnostic)
	if !ok {
		ev.report(pos, code, "%v", err)
		return
	}
	key := d.Code + d.Pos.String()
	if ev.reported[key] {
		return
	}
	ev.reported[key] = true
	ev.diags = append(ev.diags, *d)
}
