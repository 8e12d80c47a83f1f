package nn

import (
	"errors"
	"maps"

	"github.com/nngen-go/nngen/internal/tensor"
)

// open reports whether a step makes a tensor whose sizes the run's inputs do not tell.
func (c *checked) open() bool {
	for _, list := range c.steps {
		for _, t := range list {
			if !closed(t) {
				return true
			}
		}
	}
	return false
}

// closed reports whether every size of a type is a number.
func closed(t tensor.Type) bool {
	if t.Shape == nil {
		return false
	}
	for _, d := range t.Shape {
		if _, ok := d.Const(); !ok {
			return false
		}
	}
	return true
}

// learn goes on checking with the type of what a step made: operations that do
// not fit it, and writes that would change a tensor's shape, end the run here
// and not somewhere in the model.
func (r *stepRun) learn(name string, got tensor.Type) error {
	if r.checks == nil {
		return nil
	}
	r.checker().made[name] = got
	return r.recheck()
}

// tell notes what a step decided, where that matters.
func (r *stepRun) tell(name string, value bool) {
	if r.checks != nil && r.checks.doubts {
		r.checker().told[name] = value
	}
}

// decided goes on checking with what a step that is over has decided.
func (r *stepRun) decided(s *Step) error {
	if r.checks == nil || !r.checks.doubts {
		return nil
	}
	for i, t := range s.node.types {
		if t.DType == tensor.Bool && !s.set[i] {
			r.tell(s.node.names[i], false)
		}
	}
	return r.recheck()
}

// checker is the run's own.
func (r *stepRun) checker() *checker {
	if r.late == nil {
		k := *r.checks
		k.values, k.made, k.told = maps.Clone(k.values), map[string]tensor.Type{}, map[string]bool{}
		k.consts, k.given, k.picks, k.logic = maps.Clone(k.consts), maps.Clone(k.given), maps.Clone(k.picks), maps.Clone(k.logic)
		r.late = &k
	}
	return r.late
}

// recheck checks the operations and writes of the plan with what is known by now.
func (r *stepRun) recheck() error { return inGo(r.c.checkPlan(r.checker())) }

// inGo makes an error one of the user's Go: it is found where that gives a value.
func inGo(err error) error {
	if own := (*Error)(nil); errors.As(err, &own) {
		own.outside = false
	}
	return err
}
