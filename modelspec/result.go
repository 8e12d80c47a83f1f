package modelspec

// Result is the graph's output that is the result of a run: the first that is no
// cache; false for a graph without any.
func (s *Spec) Result() (Value, bool) {
	for _, o := range s.Outputs {
		if o.Role == RoleOutput {
			return o, true
		}
	}
	for _, o := range s.Outputs {
		if o.Role != RolePresent {
			return o, true
		}
	}
	return Value{}, false
}
