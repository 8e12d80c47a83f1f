package ast

import "go/types"

var boolType, intType = types.Typ[types.Bool], types.Typ[types.Int]

// The sections of the residual code, in the order they run: 0 is before the
// run, 1 … K are the steps of mid-run, K+1 is after it.
func (d *divider) section(u *unit) int {
	if u.after {
		return d.steps + 1
	}
	return u.level
}

// guardType is the type of the variable that keeps which way a branch went.
func guardType(s *resStmt) types.Type {
	if s.kind == switchStmt {
		return intType
	}
	return boolType
}

// leavesSwitch reports whether a break inside a switch leaves that switch.
func leavesSwitch(s *resStmt) bool {
	if s.kind != switchStmt {
		return false
	}
	if s.label != nil && s.label.used {
		return true
	}
	found := false
	var look func(b *resBlock)
	look = func(b *resBlock) {
		for _, c := range b.stmts {
			switch c.kind {
			case forStmt, switchStmt:
				continue
			case jumpStmt:
				found = found || c.label == nil && c.op == "break"
			}
			for _, in := range c.blocks {
				look(in)
			}
		}
	}
	for _, b := range s.blocks {
		look(b)
	}
	return found
}
