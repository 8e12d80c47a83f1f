package nn

import (
	"maps"

	"github.com/nngen-go/nngen/internal/caching"
)

// planNames gives the names that a plan's program knew the model by: nil where
// they are the session's own. Reading a plan applies its aliases again, to what
// the plan keeps: where the session's say something else, the plan's hold.
func (s *Session) planNames(p *Plan) (*caching.Names, error) {
	if len(p.Aliases) == 0 || maps.Equal(p.Aliases, s.info.Aliases) {
		return nil, nil // told apart here, so that no spec is read for it
	}
	in, err := s.spec()
	if err != nil {
		return nil, err
	}
	names, err := in.names().With(p.Aliases)
	if err != nil {
		return nil, misuse("NN3171", "plan %s: %v", p.Name, err)
	}
	return names, nil
}

// names gives the names that the trace's caches are asked by.
func (c *Compiled) names() (*caching.Names, error) {
	if c.known != nil {
		return c.known, nil
	}
	in, err := c.s.spec()
	if err != nil {
		return nil, err
	}
	return in.names(), nil
}
