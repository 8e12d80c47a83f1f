package schedule

import (
	"errors"
	"slices"
)

// watch is a cache's wish to see what a moment is left with.
type watch[V any] struct {
	rows int
	then func(v V, err error) error
}

// Watch calls then with the rows of a moment's tensor when everybody was served
// there: with what edits and invokes have made of it. It is not a request: it
// keeps nobody waiting and stands in no schedule. An error ends the run. It must
// be called before the moment.
func (s *Scheduler[V]) Watch(moment, rows int, then func(v V, err error) error) {
	if s.watches == nil {
		s.watches = map[int][]watch[V]{}
	}
	s.watches[moment] = append(s.watches[moment], watch[V]{rows, then})
	if !slices.Contains(s.watched, moment) {
		s.watched = append(s.watched, moment)
		slices.Sort(s.watched)
	}
}

// Watching reports whether a cache waits for a moment to come.
func (s *Scheduler[V]) Watching() bool {
	n := len(s.watched)
	return n > 0 && s.watched[n-1] > s.now.Moment
}

// Replacing reports whether a module that is skipped has outputs ahead: what was
// given for them is put there, and has to fit, even if nobody waits any more.
func (s *Scheduler[V]) Replacing() bool {
	for _, k := range s.skips {
		for i, out := range k.body.Outs {
			for _, p := range k.parts {
				if k.at.Step == s.now.Step && out > s.now.Moment && i < len(p.req.Skip.Values) {
					return true
				}
			}
		}
	}
	return false
}

// Watched reports whether there is any cache.
func (s *Scheduler[V]) Watched() bool { return len(s.watched) > 0 }

// Begun reports whether the run has come to its first moment.
func (s *Scheduler[V]) Begun() bool { return s.now.Step > 0 || s.now.Moment >= 0 }

// show tells the watchers of the present moment.
func (s *Scheduler[V]) show() error {
	if len(s.watches[s.now.Moment]) == 0 {
		return nil
	}
	out, sometimes := s.leftOut(s.now)
	if out {
		return nil
	}
	for _, w := range s.watches[s.now.Moment] {
		v, err := s.cell.read(w.rows)
		if err == nil && sometimes {
			err = ErrSometimes
		}
		if err := w.then(v, err); err != nil {
			s.failure = err
			return err
		}
	}
	return nil
}

// ErrSometimes tells a watcher of a moment inside of a module that is skipped
// under a condition which only a run knows.
var ErrSometimes = errors.New("what is inside of a module that is skipped under a condition")

// leftOut reports whether a skip leaves a moment out: always, or sometimes.
func (s *Scheduler[V]) leftOut(at At) (always, sometimes bool) {
	for _, k := range s.skips {
		if k.at.Step != at.Step {
			continue
		}
		out := k.body.Has(at.Moment) && at.Moment > k.body.Enter
		for i, m := range k.body.Outs {
			for _, p := range k.parts {
				out = out || m == at.Moment && i >= len(p.req.Skip.Values)
			}
		}
		for _, p := range k.parts {
			sometimes = sometimes || out && p.req.Then != nil
			always = always || out && p.req.Then == nil
		}
	}
	return always, sometimes
}
