package modelspec

import (
	"context"
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

// Prober runs the model with writes at its points. runtime implements it over a
// back end; the logic of what to try is here.
type Prober interface {
	// Probe runs the model on the given number of different rows of made-up
	// inputs, once as it is (that may be kept between calls) and once with the
	// probes applied, and gives for each row the largest absolute difference
	// between both in any output of the graph.
	Probe(ctx context.Context, rows int, probes []Probe) (moved []float64, err error)
}

// Probe is one write to one tensor.
type Probe struct {
	Tensor    string
	Consumers []int // nil: all, and the graph's outputs
	Type      tensor.Type
	Role      Role
	// Identity writes what is there. Otherwise floats get noise of about their own
	// size, different for each element; integers are given each other's places;
	// a mask of integers or booleans has some of its ones taken away.
	Identity bool
	Row      int  // the row that is changed, -1: all of the tensor
	Rows     Rows // where they are, if Row is not -1
	Attempt  int  // from 0: each further one writes other and larger noise
	Inside   bool // the tensor is what an operation makes
}

// OutputProber is a Prober that can look at one output of the graph alone, to see
// in which order it holds its rows.
type OutputProber interface {
	// ProbeOutput is Probe with the differences in one output, read as if it held
	// its rows so.
	ProbeOutput(ctx context.Context, rows int, probes []Probe, output string, at Rows) (moved []float64, err error)
}

// VerifyOptions bound the work.
type VerifyOptions struct {
	Rows      int     // of one run, 16 if 0: so many points less one are tried at a time
	MaxRuns   int     // 256 if 0; points beyond stay unchecked
	Tolerance float64 // below it nothing has moved; 0: exactly nothing
	Progress  func(done, total int)
}

// Verified sums up a verification.
type Verified struct {
	Checked, Failed, Left int // points accepted, marked absent, not tried
	Inside                int // outputs of operations that were seen to move the result, or are like one that was
	Runs                  int
}

// Verify tries every point of s: writing back what is there must change nothing,
// and writing something else must move the result, in the rows that were written
// and in no other. Points that fail are marked absent with the reason. Many points
// are tried in one run, each in a row of its own; row 0 is left alone. Points
// without rows, and all of a model without a batch, are tried one by one. Then what
// operations make is tried, in one module of each kind.
func Verify(ctx context.Context, s *Spec, p Prober, o VerifyOptions) (Verified, error) {
	v := &verifier{ctx: ctx, s: s, p: p, o: o}
	if v.o.Rows < 2 {
		v.o.Rows = 16
	}
	if v.o.MaxRuns == 0 {
		v.o.MaxRuns = 256
	}
	v.collect()
	v.total = len(v.trials)
	if err := v.identities(); err != nil {
		return v.sum(), err
	}
	if err := v.outputs(); err != nil {
		return v.sum(), err
	}
	var rowed, whole []*trial
	for _, t := range v.trials {
		switch {
		case t.failed != "":
		case t.probe.Row < 0:
			whole = append(whole, t)
		default:
			rowed = append(rowed, t)
		}
	}
	if err := v.move(rowed, whole); err != nil {
		return v.sum(), err
	}
	v.spread()
	inside, err := v.operations()
	v.spread()
	sum := v.sum()
	sum.Inside = inside
	return sum, err
}

// move tries writes that must move the result: those in rows of their own many at
// a time, the others one by one.
func (v *verifier) move(rowed, whole []*trial) error {
	for range attempts {
		for rest := rowed; len(rest) > 0 && v.more(); {
			n := v.alike(rest, v.o.Rows-1)
			try := v.together
			if v.asksOrder(rest[0]) {
				try = v.folded
			}
			if err := try(rest[:n]); err != nil {
				return err
			}
			rest = rest[n:]
		}
		for _, t := range whole {
			if !v.more() {
				break
			}
			if err := v.alone(t); err != nil {
				return err
			}
		}
		rowed, whole = again(rowed), again(whole)
	}
	return nil
}

// alike is how many of the first trials, n at most, can be tried in one run. One
// whose rows are folded in an order that is not known is tried by itself: which
// entries are whose is what is asked, and what moves may be rows of other trials.
func (v *verifier) alike(list []*trial, n int) int {
	for i, t := range list[:min(len(list), n)] {
		if v.asksOrder(t) {
			return max(i, 1)
		}
	}
	return min(len(list), n)
}

// asksOrder reports whether a trial has to find in which order rows are folded.
func (v *verifier) asksOrder(t *trial) bool {
	if !t.probe.Rows.Folded() {
		return false
	}
	if t.probe.Rows.Order == OrderUnknown {
		t.probe.Rows.Order = v.known[t.probe.Tensor]
	}
	return t.probe.Rows.Order == OrderUnknown
}

// attempts are the writes that a point gets before it is said to move nothing:
// one may meet a unit that is closed, or a token that nothing looks at.
const attempts = 3

// again keeps the trials that moved nothing, for another attempt.
func again(list []*trial) []*trial {
	var out []*trial
	for _, t := range list {
		if t.failed == reasonStill {
			t.probe.Attempt++
			out = append(out, t)
		}
	}
	return out
}

// trial is one write that several points may share.
type trial struct {
	probe  Probe
	points []*Point
	root   bool // at an input of the whole model
	tried  bool
	ok     bool
	failed string
}

type verifier struct {
	ctx    context.Context
	s      *Spec
	p      Prober
	o      VerifyOptions
	trials []*trial
	runs   int
	done   int
	total  int
	known  map[string]Order // in which tensors hold rows that are folded with something else
	mixes  *bool            // whether the model's own inputs move rows that are not theirs, once it was asked
}

const (
	reasonStill    = "a write there does not move the result"
	reasonIdentity = "writing back what is there changes the result"
	reasonLeak     = "a write to one row moves others too"
)

// collect makes one trial of all points that write the same.
func (v *verifier) collect() {
	seen := map[string]*trial{}
	for _, m := range v.s.Timeline() {
		key := fmt.Sprintf("%q %v", m.Point.Tensor, m.Point.Consumers)
		t := seen[key]
		if t == nil {
			t = &trial{probe: Probe{
				Tensor: m.Point.Tensor, Consumers: m.Point.Consumers, Type: m.Point.Type, Role: m.Point.Role, Row: -1,
			}}
			t.probe.inRows(v.s)
			seen[key] = t
			v.trials = append(v.trials, t)
		}
		t.points = append(t.points, m.Point)
		t.root = t.root || m.Module.Path == "" && m.Side == SideInput
	}
}

func (v *verifier) more() bool { return v.runs < v.o.MaxRuns }

func (v *verifier) run(rows int, probes []Probe) ([]float64, error) {
	if err := v.ctx.Err(); err != nil {
		return nil, err
	}
	v.runs++
	moved, err := v.p.Probe(v.ctx, rows, probes)
	if err == nil && len(moved) != rows {
		err = fmt.Errorf("the prober gave differences of %d rows, not %d", len(moved), rows)
	}
	return moved, err
}

// rows is how many rows a run of the model has.
func (v *verifier) rows() int {
	if v.s.Batch == "" {
		return 1
	}
	return v.o.Rows
}

// sum counts points and renews the spec's counts.
func (v *verifier) sum() Verified {
	out := Verified{Runs: v.runs}
	for _, t := range v.trials {
		switch {
		case t.failed != "":
			out.Failed += len(t.points)
		case t.ok:
			out.Checked += len(t.points)
		default:
			out.Left += len(t.points)
		}
	}
	v.s.Counts = v.s.Count()
	return out
}
