package modelspec

// CallSides are the inputs that a module takes besides the one that a call gives
// it (input): those that the compiler and the interpreter fill in. Each tensor is
// listed once.
func CallSides(m *Module, input *Point) []*Point {
	var out []*Point
	seen := map[string]bool{input.Tensor: true}
	for _, p := range m.Inputs {
		if p.Role == RoleInput || p.Absent != "" || p.Visit != input.Visit || seen[p.Tensor] {
			continue
		}
		seen[p.Tensor] = true
		out = append(out, p)
	}
	return out
}
