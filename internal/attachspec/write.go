package attachspec

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

const header = `# What is attached to a model, written by nngen attach. It is all that generating
# code reads of %s: commit it, and edit it where it is wrong.
`

// Write gives the spec as YAML, the same bytes for the same spec.
func Write(s *Spec) []byte {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	fmt.Fprintf(&b, header, strings.Map(printable, s.Source))
	line("nnattach: %d", Version)
	line("type: %s", s.Type)
	line("kind: %s", s.Kind)
	line("source: %s", strconv.Quote(s.Source))
	if s.Kind == SAE {
		line("activation: %s  # relu, jumprelu, topk or none", s.Activation)
		if s.K > 0 {
			line("k: %d", s.K)
		}
		line("subtract_b_dec: %t  # from what is encoded", s.SubtractBDec)
		line("normalize: %s  # none, layer_norm or constant_norm_rescale", s.Normalize)
	}
	line("arrays:")
	for _, a := range s.Arrays {
		text := fmt.Sprintf("- {field: %s, name: %s, type: %s", a.Field, strconv.Quote(a.Name), strconv.Quote(a.Type.String()))
		if a.Count > 0 {
			text += fmt.Sprintf(", count: %d", a.Count)
		}
		if a.Stored != tensor.Invalid {
			text += ", stored: " + a.Stored.String()
		}
		if a.Transposed {
			text += ", transposed: true"
		}
		line("%s}", text)
	}
	return []byte(b.String())
}

func printable(r rune) rune {
	if !strconv.IsPrint(r) {
		return '?'
	}
	return r
}
