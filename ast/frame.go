package ast

import (
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/internal/diag"
)

// frame is where evaluation stands: in which package's text, with which
// variables, under which conditions, and where residual statements go.
type frame struct {
	ev        *evaluator
	src       *source
	env       *env
	inv       *invoke // nil outside invokes
	out       *resBlock
	scope     *rscope
	aside     bool // residual statements stand beside the regions that end here, and are done even where these are left
	call      *callCtx
	loops     *loopCtx
	guard     code // of what stands under a condition around loops over decoding steps
	guardText string
	inner     bool // more steps may follow the list of statements around loops over them
}

// rscope is a level of nesting of the residual code. Assignments to variables
// of outer levels stay static as long as no level between is conditional.
type rscope struct {
	parent *rscope
	depth  int
	cond   bool // what happens inside may not happen when the trace runs
	loop   bool // or several times
	fn     bool // or whenever host code calls it
	kind   scopeKind
	phase  *phase    // of the steps of a decode loop, whose condition it is
	block  *resBlock // that its statement will be added to
	born   token.Pos // the call that made the condition depend on the run
	pos    token.Pos // the condition, for messages
	label  *resLabel // of a group, to jump out of it
	catch  *guard    // of a function that recovers
	begin  *resStmt  // of a region: marks where it begins
	apart  bool      // of a phase: its parts stand among those of other invokes
	test   test      // what decides it
	pred   *pred     // the condition of all that stands here, once somebody asked
	prior  *pred     // what pred was before a jump out of here became possible
	left   []test    // what leads to the jumps out of this group, from its beginning
	// leftBorn: a value of the run decides about one of them.
	leftBorn bool
	side     *side     // the branch of an if or switch that it is
	start    *pred     // of a branch: the condition at its beginning
	know     knowledge // what assignments here told
	exits    []exit    // the jumps to the end of this group
	ended    bool      // nothing comes to the end of this group but by jumps
}

// scopeKind says what a level of residual code is printed as.
type scopeKind int

const (
	scopeGroup scopeKind = iota // nothing, or a labelled group
	scopeIf
	scopeLoop
	scopeSwitch
	scopeFunc
)

// callKind says what a return statement ends.
type callKind int

const (
	mainCall   callKind = iota // the trace function
	inlineCall                 // a function carried out at generate time
	invokeCall                 // the body of an invoke
	hostCall                   // a function literal left for host code
)

// callCtx is an activation of a function.
type callCtx struct {
	parent  *callCtx
	kind    callKind
	depth   int
	fn      ast.Node // its declaration or literal
	pos     token.Pos
	results []*cell
	named   bool
	scope   *rscope // its group
	targs   map[*types.TypeParam]types.Type
	sig     *types.Signature
	leave   code // makes the calls that it has deferred, if it defers any
	steps   bool // it has loops over decoding steps, and is carried out part by part
}

// fail reports a mistake and gives the value that silences what follows.
func (f *frame) fail(pos token.Pos, code, hint, format string, args ...any) value {
	d := f.ev.report(pos, code, format, args...)
	d.Hint = hint
	f.callers(pos)
	return invalid{}
}

const (
	calledFrom = "called from here"
	maxCallers = 4 // that a diagnostic lists: a recursion has many
)

// callers adds to the newest diagnostic where the helpers it is in were called.
func (f *frame) callers(pos token.Pos) {
	if len(f.ev.diags) == 0 {
		return
	}
	d := &f.ev.diags[len(f.ev.diags)-1]
	called := func(r diag.Related) bool { return r.Message == calledFrom }
	if d.Pos != f.ev.position(pos) || slices.ContainsFunc(d.Related, called) {
		return
	}
	n := 0
	for c := f.call; c != nil && c.kind == inlineCall; c = c.parent {
		if n++; n <= maxCallers || c.parent == nil || c.parent.kind != inlineCall {
			f.ev.relate(d, c.pos, calledFrom) // the outermost too: it is in the trace
		}
	}
	// A line of generated code is not the user's to mend: the call of it is.
	for i, r := range d.Related {
		if strings.HasSuffix(d.Pos.Filename, generatedSuffix) && !strings.HasSuffix(r.Pos.Filename, generatedSuffix) {
			d.Related[i] = diag.Related{Pos: d.Pos, Message: "in generated code, here"}
			d.Pos = r.Pos
			break
		}
	}
}

// site is pos, or where the trace's own file calls the helper that pos is in:
// plans know lines of that file alone.
func (f *frame) site(pos token.Pos) token.Pos {
	own := func(p token.Pos) bool {
		return f.ev.prog.Fset.PositionFor(p, false).Filename == f.ev.prog.Fset.PositionFor(f.ev.tf.decl.Pos(), false).Filename
	}
	at := pos
	for c := f.call; c != nil && !own(at); c = c.parent {
		if c.kind != inlineCall {
			return pos
		}
		at = c.pos
	}
	return at
}

// nested gives a frame for an inner block of variables.
func (f *frame) nested() *frame {
	g := *f
	g.env = newEnv(f.env)
	return &g
}

// into gives a frame whose residual statements go to a new block under a new scope.
func (f *frame) into(block *resBlock, s rscope) *frame {
	g := *f
	g.env = newEnv(f.env)
	g.out = block
	s.parent, s.block = f.scope, f.out
	if f.scope != nil {
		s.depth = f.scope.depth + 1
	}
	g.scope, g.aside = &s, false
	return &g
}

// depth is the nesting of the residual code here.
func (f *frame) depth() int {
	if f.scope == nil {
		return 0
	}
	return f.scope.depth
}

// conditional gives the outermost conditional scope between here and depth, or nil.
func (f *frame) conditional(depth int) *rscope {
	var found *rscope
	for s := f.scope; s != nil && s.depth > depth; s = s.parent {
		if s.cond {
			found = s
		}
	}
	return found
}

// underLoop reports whether this place may run several times.
func (f *frame) underLoop() bool {
	for s := f.scope; s != nil; s = s.parent {
		if s.loop || s.fn {
			return true
		}
	}
	return false
}

// condBorn is the materialising call that decides whether this place is reached.
func (f *frame) condBorn() token.Pos {
	for s := f.scope; s != nil; s = s.parent {
		if s.cond && s.born.IsValid() {
			return s.born
		}
	}
	return token.NoPos
}

// emit adds a residual statement here.
func (f *frame) emit(s *resStmt) {
	f.put(s)
	f.emits(s)
	if s.kind != ifStmt && s.kind != switchStmt {
		f.throws(s)
	}
}

// put adds a statement that the program does not do here: it says what was known
// before. The order of the invokes does not depend on it.
func (f *frame) put(s *resStmt) {
	if s.line == 0 {
		s.line = f.ev.line(f.near(s.pos))
	}
	if f.inv != nil && s.in == 0 {
		s.in = f.inv.index + 1
	}
	f.noteSharing(s)
	f.now(s)
	if s.inv = f.inv; f.aside {
		s.inv = nil
	}
	f.out.append(s)
	f.ev.sched.emitted(f.inv, s)
}

// near is pos, or for text of another package where it is called from.
func (f *frame) near(pos token.Pos) token.Pos {
	if !pos.IsValid() || filepath.Dir(f.ev.position(pos).Filename) == filepath.Dir(f.ev.file()) {
		return pos
	}
	return f.site(pos)
}

// newVar makes a residual variable with the user's name.
func (f *frame) newVar(name string, t types.Type) *resVar {
	if t = f.subst(t); t != nil {
		t = types.Default(t) // an untyped condition becomes a bool
	}
	return &resVar{hint: name, typ: t, seq: f.ev.nextVar()}
}

// nextVar numbers the residual variables in the order they are made.
func (ev *evaluator) nextVar() int {
	ev.vars++
	return ev.vars
}

// varOf makes the residual variable of a cell; a named result of the trace
// function is declared by the generator.
func (f *frame) varOf(c *cell) *resVar {
	if c.result == nil {
		return f.newVar(nameOf(c), c.typ)
	}
	return c.result
}

// newCell declares a variable in the present block.
func (f *frame) newCell(o types.Object, t types.Type, v value) *cell {
	c := &cell{obj: o, typ: f.subst(t), val: v, scope: f.depth(), at: f.scope}
	if o != nil {
		c.name = o.Name()
		f.env.cells[o] = c
	}
	return c
}
