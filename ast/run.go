package ast

import (
	"go/token"
	"iter"
	"strconv"

	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// runState is the trace's one run: its invokes, and what the scheduler served.
type runState struct {
	ev       *evaluator
	moments  []schedule.Moment
	timeline []modelspec.Moment
	moment   map[*modelspec.Point]int
	types    map[string]tensor.Type     // of the moments' tensors
	lies     map[string]modelspec.Order // how tensors hold rows that are folded with something else
	invokes  []*invoke
	form     Form
	running  bool
	ran      bool
	runPos   token.Pos
	bounds   *sym
	reads    []read
	swaps    []read
	skips    []*skipped
	stops    []*stop
	readings []reading
	checks   []pendingCheck
	orders   []runOrder
	log      []logged
	acts     []*act // what the invokes do, in the order of the evaluation
	clock    int
	mixed    bool // host code of two invokes was found to depend on each other
	retry    bool // the evaluation needs another mode
	result   *schedule.Evaluation[*sym]
	live     *schedule.Scheduler[*sym] // of the run under way
	names    map[string]int
}

// read is one service of a point: who, where, at which line, which value.
type read struct {
	inv   *invoke
	at    string
	pos   token.Pos
	value *sym
	label string // of a point of a chosen module, for people
}

// logged is a residual statement and the invoke that left it.
type logged struct {
	inv *invoke
	st  *resStmt
}

// invoke is one block of intervention code: a coroutine over the scheduler.
type invoke struct {
	index, rows int
	name        string
	pos         token.Pos
	inputs      *inputsArg
	empty       bool // without inputs of its own: it sees all rows
	body        func()
	answer      schedule.Answer[*sym]
	yield       func(schedule.Request[*sym]) bool
	next        func() (schedule.Request[*sym], bool)
	stop        func()
	history     []*access  // its reads and writes so far, in the order of the program
	visit       int64      // that points mean
	loops       *visitLoop // the innermost loop over visits
	last        *act       // what it did last
	stuck       bool       // at a barrier, which was reported: whatever follows comes after the run
}

// inputsArg is the Go expression of an invoke's inputs.
type inputsArg struct {
	code code
	pos  token.Pos
	v    *resVar
}

// barrier is what t.Barrier gives.
type barrier struct {
	r *schedule.Rendezvous
	// before is what the invokes did before they waited: after the barrier, all
	// of it comes before what any of them does.
	before []*access
	round  []wait // of those who have come, over decoding steps
}

func newRunState(ev *evaluator) *runState {
	s := &runState{ev: ev, moment: map[*modelspec.Point]int{}, types: map[string]tensor.Type{}, lies: ev.acc.spec.Orders(), form: ev.form, names: map[string]int{}}
	timeline := ev.acc.spec.SourceTimeline()
	s.moments, s.timeline = schedule.Moments(timeline), timeline
	if out, ok := ev.acc.spec.Result(); ok {
		s.moments = schedule.WithResult(s.moments, out.Name)
		s.types[out.Name] = out.Type
	}
	for i, m := range timeline {
		s.moment[m.Point] = i
		s.types[m.Point.Tensor] = m.Point.Type
	}
	return s
}

// single makes the one invoke of the func(m *Model) form.
func (s *runState) single() {
	s.invokes = []*invoke{{rows: plan.AllRows, name: "invoke0"}}
}

// several reports whether other invokes may run between two points of one.
func (s *runState) several() bool { return len(s.invokes) > 1 }

// request hands a request to the scheduler and waits for the answer.
func (inv *invoke) request(r schedule.Request[*sym]) schedule.Answer[*sym] {
	if !inv.yield(r) {
		panic(abort{})
	}
	return inv.answer
}

// Resume is schedule.Mediator.
func (inv *invoke) Resume(a schedule.Answer[*sym]) (schedule.Request[*sym], bool) {
	inv.answer = a
	return inv.next()
}

// start makes the coroutine. Its panics come out of Resume, in the goroutine of
// the compiler.
func (inv *invoke) start() {
	inv.next, inv.stop = iter.Pull(func(yield func(schedule.Request[*sym]) bool) {
		defer func() {
			if r := recover(); r != nil {
				if _, ok := r.(abort); !ok {
					panic(r)
				}
			}
		}()
		inv.yield = yield
		inv.body()
	})
}

// run evaluates all invokes over the timeline of the model.
func (s *runState) run(pos token.Pos) {
	s.running, s.runPos = true, pos
	p := schedule.Program[*sym]{Moments: s.moments, Algebra: rowAlgebra{s.ev}}
	p.Started = func(live *schedule.Scheduler[*sym]) {
		s.live = live
		s.watchAll()
	}
	for _, inv := range s.invokes {
		if inv.empty || s.withRows() == 1 {
			inv.rows = plan.AllRows
		}
		inv.start()
		defer inv.stop()
		p.Mediators = append(p.Mediators, inv)
		p.Rows = append(p.Rows, inv.rows)
		p.Names = append(p.Names, inv.name)
	}
	res, err := schedule.Evaluate(p, func(m schedule.Moment) (*sym, error) {
		return s.ev.graph.model(m.Tensor, s.typeAt(m), m.Address), nil
	})
	s.running, s.ran = false, true
	if err != nil {
		s.ev.adopt(err, pos, "NN1303")
		if s.form == ManyInvokes {
			panic(abort{}) // what follows Run would only miss what invokes did not come to set
		}
		return
	}
	s.result = res
	s.judge()
}

// withRows counts the invokes that have inputs, and so rows of their own.
func (s *runState) withRows() int {
	n := 0
	for _, inv := range s.invokes {
		if !inv.empty {
			n++
		}
	}
	return n
}

// typeAt is the type that the spec gives a moment's tensor.
func (s *runState) typeAt(m schedule.Moment) tensor.Type { return s.types[m.Tensor] }

// emitted notes who left a residual statement.
func (s *runState) emitted(inv *invoke, st *resStmt) {
	if s != nil && len(s.invokes) > 1 {
		s.log = append(s.log, logged{inv, st})
	}
}

func (s *runState) mark() int {
	if s == nil {
		return 0
	}
	return len(s.log)
}

// checkInterleaved looks for a group of statements of one invoke between whose
// parts another invoke left statements that depend on it, or it on them. Such a
// group cannot be printed in one piece: the trace is compiled again, flat.
func (s *runState) checkInterleaved(f *frame, group *resStmt, mark int) {
	if len(s.invokes) < 2 || s.mixed {
		return
	}
	mine := factsOf(group)
	for _, l := range s.log[mark:] {
		if l.inv != f.inv && mine.conflicts(factsOf(l.st)) {
			s.mixed = true
			return
		}
	}
}

// name gives an invoke its name in the plan.
func (s *runState) name(hint string) string {
	s.names[hint]++
	if n := s.names[hint]; n > 1 {
		return hint + strconv.Itoa(n)
	}
	return hint
}
