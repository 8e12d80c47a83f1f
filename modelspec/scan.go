package modelspec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

// Scanned is what a module takes and gives when the symbols have given sizes.
type Scanned struct {
	Path, Class     string
	Inputs, Outputs []ScannedPoint
}

// ScannedPoint is one tensor at a module's border. Dimensions that the sizes do
// not tell stay symbols.
type ScannedPoint struct {
	Role  Role
	Visit int // the n-th call of the module
	Type  tensor.Type
}

// Input gives the type of what Input() of the module means; false if the spec
// names no such tensor, or knows that it is absent.
func (s Scanned) Input() (tensor.Type, bool) { return main(s.Inputs, RoleInput) }

// Output gives the type of what Output() of the module means.
func (s Scanned) Output() (tensor.Type, bool) { return main(s.Outputs, RoleOutput) }

func main(list []ScannedPoint, role Role) (tensor.Type, bool) {
	for _, p := range list {
		if p.Role == role {
			return p.Type, true
		}
	}
	return tensor.Type{}, false
}

// Scan gives shapes and dtypes of every module's points for the sizes of
// symbols, without a model: parents first, in the order of the run.
func (s *Spec) Scan(sizes map[string]int64) []Scanned {
	out := make([]Scanned, 0, len(s.Modules))
	for _, m := range s.Modules {
		sc := Scanned{Path: m.Path, Class: m.Class}
		if m.Absent == "" {
			sc.Inputs, sc.Outputs = scanPoints(m.Inputs, sizes), scanPoints(m.Outputs, sizes)
		}
		out = append(out, sc)
	}
	return out
}

func scanPoints(list []*Point, sizes map[string]int64) []ScannedPoint {
	var out []ScannedPoint
	for _, p := range list {
		if p.Absent == "" {
			out = append(out, ScannedPoint{Role: p.Role, Visit: p.Visit, Type: WithSizes(p.Type, sizes)})
		}
	}
	return out
}

// WithSizes puts sizes into a type; dimensions that they do not tell stay.
func WithSizes(t tensor.Type, sizes map[string]int64) tensor.Type {
	if !t.Shape.RankKnown() {
		return t
	}
	out := tensor.Type{DType: t.DType, Shape: t.Shape.Clone()}
	for i, d := range out.Shape {
		if n, err := d.Eval(sizes); err == nil {
			out.Shape[i] = tensor.N(n)
		}
	}
	return out
}

// ParseSizes reads "batch=2", with the spec's symbols only.
func (s *Spec) ParseSizes(list []string) (map[string]int64, error) {
	known := make([]string, len(s.Symbols))
	for i, sym := range s.Symbols {
		known[i] = sym.Name
	}
	out := map[string]int64{}
	for _, text := range list {
		name, value, ok := strings.Cut(text, "=")
		var n int64
		if _, err := fmt.Sscanf(value, "%d", &n); !ok || err != nil || n < 0 || fmt.Sprint(n) != value {
			return nil, fmt.Errorf("%q is no size: write it as batch=2", text)
		}
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("the model has no symbol %s; it has %s", quoted(name), strings.Join(known, ", "))
		}
		out[name] = n
	}
	return out, nil
}
