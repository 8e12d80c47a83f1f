package nn

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/internal/plan"
)

// verify refuses a plan that was made for another model, or whose schedule is
// not one that this model can run.
func (s *Session) verify(p *Plan) error {
	if p.Model != "" && s.info.Fingerprint != "" && p.Model != s.info.Fingerprint {
		return misuse("NN3192", "plan %s was compiled for model %s, this one is %s: run nngen generate again", p.Name, p.Model, s.info.Fingerprint)
	}
	if len(p.Mediators) != len(p.Invokes) {
		return fmt.Errorf("plan %s has %d invokes and %d mediators: generate it again", p.Name, len(p.Invokes), len(p.Mediators))
	}
	for i, m := range p.Mediators {
		if err := verifyStates(m); err != nil {
			return fmt.Errorf("plan %s, invoke %d: %w", p.Name, i, err)
		}
	}
	if err := s.verifyWrites(p); err != nil {
		return fmt.Errorf("plan %s: %w", p.Name, err)
	}
	return nil
}

// verifyStates checks one mediator's table.
func verifyStates(m Mediator) error {
	known := []plan.Event{plan.Value, plan.Swap, plan.Skip, plan.Barrier, plan.Stop, plan.End}
	for i, st := range m {
		if !slices.Contains(known, st.Event) {
			return fmt.Errorf("state %d has the unknown event %q", i, st.Event)
		}
		if st.Event == plan.End && i != len(m)-1 {
			return fmt.Errorf("state %d ends the mediator, but %d more follow", i, len(m)-1-i)
		}
	}
	return nil
}

// verifyWrites compares the plan's writes with the mediators' swaps: each write
// is scheduled, each swap that is to be done in the graph is a write, and the
// order of both is that in which the model reaches the points.
func (s *Session) verifyWrites(p *Plan) error {
	swaps := map[string]int{}
	for _, m := range p.Mediators {
		for _, st := range m {
			if st.Event == plan.Swap && (st.Placement == plan.Graph || st.Placement == plan.Hook || st.Placement == "") {
				swaps[st.At]++
			}
			if st.Event == plan.Skip {
				swaps[st.At+".output"]++
			}
		}
	}
	written := map[string]bool{}
	last, at := -1, ""
	for _, w := range p.Writes {
		if swaps[w.At] == 0 {
			return fmt.Errorf("%s (line %d) is written, but no mediator swaps it: the schedule is not the plan's", w.At, w.Line)
		}
		written[w.At] = true
		key, err := s.moment(w)
		if err != nil {
			return err
		}
		if key < last {
			return fmt.Errorf("%s (line %d) is written after %s, but the model reaches it before", w.At, w.Line, at)
		}
		last, at = key, w.At
	}
	for name := range swaps {
		if !written[name] {
			return fmt.Errorf("a mediator swaps %s, but the plan does not write it", name)
		}
	}
	return nil
}

// moment places a write in the order of the graph's nodes, as the timeline of a spec does.
func (s *Session) moment(w plan.Write) (int, error) {
	ix := s.index()
	node, made := ix.Producer(w.Tensor)
	if !made && ix.Input(w.Tensor) == nil {
		return 0, fmt.Errorf("%s writes %q, which is no tensor of the model", w.At, w.Tensor)
	}
	if w.Consumers == nil {
		if !made {
			return -1, nil // a graph input: it is there before the first node
		}
		return 2*node + 1, nil
	}
	first := len(ix.Graph().Nodes)
	users := ix.Consumers(w.Tensor)
	for _, c := range w.Consumers {
		if !slices.Contains(users, c) {
			return 0, fmt.Errorf("%s names node %d, which does not use %q", w.At, c, w.Tensor)
		}
		first = min(first, c)
	}
	return 2 * first, nil
}
