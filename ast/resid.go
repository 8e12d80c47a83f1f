package ast

import (
	"go/token"
	"go/types"
)

// frag is a piece of residual Go under construction. Variables, taps and
// constants stay symbolic until everything is known: names are given, and loops
// are found, at the end.
type frag struct {
	text  string
	imp   string // import path, text is an exported name there
	name  string // the user's name for imp
	v     *resVar
	tap   *sym
	num   *int64    // an integer constant that a loop may count
	str   bool      // a text constant, which may differ between iterations
	block *resBlock // the body of a function literal
	at    string    // a tap in a loop found again: the expression that numbers it
}

// code is residual Go text.
type code []frag

func txt(s string) code { return code{{text: s}} }

func (c code) add(parts ...any) code {
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			c = append(c, frag{text: p})
		case code:
			c = append(c, p...)
		case *resVar:
			c = append(c, frag{v: p})
		}
	}
	return c
}

// resVar is a variable of the residual code.
type resVar struct {
	hint    string // the user's name for it
	seq     int    // order of making
	typ     types.Type
	param   bool // a parameter of the trace function, or a named result: the generator declares it
	local   bool // declared by the statement that holds it (for, range, func literal)
	writes  int
	born    token.Pos // the call that made it depend on the run
	name    string    // given when rendering
	fixed   bool      // name is final before rendering
	changed bool      // the source assigns it more than once
	// captured: a function literal of the residual code refers to it
	captured bool
	frame    bool      // lives across steps: a field of the frame
	kept     bool      // lives from decoding step to decoding step: a field of the frame in any case
	defers   bool      // the list of deferred calls
	leap     *resLabel // notes that a jump out of this group was made

	// Of a variable that may share memory with others, see alias.go.
	of     *resVar   // a member of the family, nil for its eldest
	kin    []*resVar // of the eldest: all members, none if it is alone
	stored token.Pos // of the eldest: what of the run was stored in the memory
}

// stmtKind says how a residual statement is printed.
type stmtKind int

const (
	leafStmt   stmtKind = iota // text as it stands
	assignStmt                 // lhs op rhs
	ifStmt                     // if cond {…} else {…}
	forStmt                    // for init; cond; post {…}, or for head {…}
	switchStmt                 // switch head { case …: … }
	groupStmt                  // statements of an inlined call or of a loop carried out
	loopStmt                   // a static loop: groups, one per iteration
	feedStmt                   // gives a parameter of the plan its value
	returnStmt                 // return from the trace function
	jumpStmt                   // break out of a labelled group
)

// resStmt is one residual statement.
type resStmt struct {
	kind stmtKind
	in   int // the number of the invoke that it belongs to, from 1; 0: the trace function itself
	line int
	pos  token.Pos
	code code // leaf text, condition, head, or the value fed

	lhs    []target
	op     string // "=", "+=", …
	rhs    []code
	typed  bool // a definition that must name its type
	blocks []*resBlock
	heads  []code // case clauses, one per block

	feed    *planParam
	guard   *resVar // of an if or switch divided over steps: which way it went
	leap    *resVar // of a jump: notes that it was made
	label   *resLabel
	effects bool        // does more than assign variables
	check   bool        // its effect is that it may fail: it changes nothing else
	fails   bool        // returnStmt: ends the trace with an error
	calls   bool        // a loop over a function, which is called
	alt     bool        // the Go form of an operation of the graph
	known   bool        // says what a variable held that was static so far
	phase   *phase      // whose if it is
	throws  []*resLabel // the functions that recover and that a panic here would end
	catch   *guard      // of the statements of such a function
	calm    bool        // it cannot panic, whatever its text looks like
	asked   code        // of an if divided over steps: its condition
	vars    []*resVar
	inv     *invoke // that left it
	// Where several invokes share the run: when it was done, the last that its
	// invoke did before, and the level that it stands on.
	clock int
	last  *act
	scope *rscope
}

// target is the left side of an assignment.
type target struct {
	v      *resVar // a variable
	define bool    // declared here unless lifted
	code   code    // any other assignable expression
	blank  bool
}

// resLabel is the name of a group or loop that residual code jumps out of.
type resLabel struct {
	name string
	used bool
	left *resVar // of a function that recovers: notes that a panic ended it
}

// resBlock is a list of residual statements.
type resBlock struct {
	stmts []*resStmt
}

func (b *resBlock) append(s *resStmt) { b.stmts = append(b.stmts, s) }

func (b *resBlock) insert(i int, s *resStmt) {
	b.stmts = append(b.stmts, nil)
	copy(b.stmts[i+1:], b.stmts[i:])
	b.stmts[i] = s
}

// walkCode calls f for every code of a statement, nested ones included.
func (s *resStmt) walkCode(f func(code)) {
	f(s.code)
	if g := s.catch; g != nil {
		f(g.list)
		f(g.mark)
		if g.noted {
			f(code{{v: g.left}})
		}
	}
	for _, r := range s.rhs {
		f(r)
	}
	for _, t := range s.lhs {
		if t.code != nil {
			f(t.code)
		}
	}
	for _, h := range s.heads {
		f(h)
	}
	for _, b := range s.blocks {
		for _, c := range b.stmts {
			c.walkCode(f)
		}
	}
}

// walk calls f for s and every statement inside it.
func (s *resStmt) walk(f func(*resStmt)) {
	f(s)
	for _, b := range s.blocks {
		for _, c := range b.stmts {
			c.walk(f)
		}
	}
}

// bornIn gives the position of the first materialising call that c depends on.
func bornIn(c code) token.Pos {
	for _, f := range c {
		if f.tap != nil && f.tap.pos.IsValid() {
			return f.tap.pos
		}
		if f.v != nil && f.v.born.IsValid() {
			return f.v.born
		}
	}
	return token.NoPos
}
