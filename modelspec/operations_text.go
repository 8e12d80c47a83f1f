package modelspec

import (
	"fmt"
	"strings"
)

// givers names what makes the tensors that a module's operations take: another
// operation, a module inside, or what the module itself is given.
func givers(m *Module, children []*Module) map[string]string {
	out := map[string]string{}
	for _, p := range m.Inputs {
		if p.Role != RoleUnknown && p.Role != RoleOther {
			out[p.Tensor] = "the " + string(p.Role)
		}
	}
	for _, c := range children {
		for _, p := range c.Outputs {
			out[p.Tensor] = oneLine(lastPart(c.Path))
		}
	}
	for _, o := range m.Operations {
		for i, p := range o.Outputs {
			out[p.Tensor] = o.Name
			if len(o.Outputs) > 1 {
				out[p.Tensor] = fmt.Sprintf("%s[%d]", o.Name, i)
			}
		}
	}
	return out
}

// describe says what an operation takes and gives: "MatMul of Softmax, Transpose2:
// float32 [batch, 12, seq, 64]". What nobody near makes is a dot.
func (o *Operation) describe(by map[string]string) string {
	var from, gives []string
	for _, p := range o.Inputs {
		name := by[p.Tensor]
		if name == "" {
			name = "·"
		}
		from = append(from, name)
	}
	for _, p := range o.Outputs {
		gives = append(gives, typeText(p.Type))
	}
	text := oneLine(o.Op)
	if len(from) > 0 {
		text += " of " + join(from)
	}
	text += ": " + strings.Join(gives, " and ")
	for _, p := range o.Outputs {
		if p.Absent != "" {
			text += ", absent: " + oneLine(p.Absent)
			break
		}
	}
	return text
}
