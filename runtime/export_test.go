package nn

// SplicedNodes tells tests how many nodes a plan's graph has.
func SplicedNodes(s *Session, p *Plan) (int, error) {
	m, err := s.graphOf(p, p.Taps, nil, nil, false)
	if err != nil {
		return 0, err
	}
	return len(m.Graph.Nodes), nil
}
