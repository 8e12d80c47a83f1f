package nn

import "github.com/nngen-go/nngen/runtime/backend"

// SplicedNodes tells tests how many nodes a plan's graph has.
func SplicedNodes(s *Session, p *Plan) (int, error) {
	m, err := s.graphOf(p, p.Taps, nil, nil, false)
	if err != nil {
		return 0, err
	}
	return len(m.Graph.Nodes), nil
}

// StepAt is a step in the given state, without values.
func StepAt(state int64) *Step { return &Step{call: &backend.HookCall{ID: state}} }
