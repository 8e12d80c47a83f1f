package nn

import (
	"fmt"

	"github.com/nngen-go/nngen/modelspec"
)

// generates names the outputs that a decode loop needs: the logits and what the
// cache goes on with.
func (m *ModelInfo) generates() ([]string, error) {
	var out []string
	for _, o := range m.Outputs {
		if o.Role == modelspec.RoleOutput && o.DType.IsFloat() && len(o.Shape) == 3 && (len(out) == 0 || o.Name == "logits") {
			out = []string{o.Name}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("model %s has no output of logits [batch, sequence, vocabulary]: it cannot generate text", m.Name)
	}
	for _, in := range m.Inputs {
		if in.Role == modelspec.RolePast {
			if in.Pair == "" {
				return nil, fmt.Errorf("the spec of %s says of no output that it continues %q: set its pair", m.Name, in.Name)
			}
			out = append(out, in.Pair)
		}
	}
	return out, nil
}
