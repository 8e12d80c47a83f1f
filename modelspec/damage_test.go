package modelspec

import (
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
)

// TestDamaged: models with parts torn out or mixed up give a spec that reads
// again, or diagnostics, never a panic and never an endless loop.
func TestDamaged(t *testing.T) {
	for _, name := range []string{"gpt2/dynamo", "cnn/torchscript", "branchnet/dynamo", "loopnet/torchscript"} {
		for seed := int64(0); seed < 60; seed++ {
			m := load(t, name)
			damage(rand.New(rand.NewSource(seed)), m.Graph)
			s, errs := Infer(m, Options{Name: "damaged", File: "damaged.onnx"})
			if s == nil {
				require.NotEmpty(t, errs)
				continue
			}
			_, errs = Read("damaged", Write(s))
			require.Empty(t, errs, "%s, seed %d", name, seed)
			_ = Tree(s, TreeOptions{Points: true})
			_ = Accessors(s)
			_ = s.Timeline()
		}
	}
}

func damage(r *rand.Rand, g *onnx.Graph) {
	for k := 0; k < 1+r.Intn(4); k++ {
		n := g.Nodes[r.Intn(len(g.Nodes))]
		switch r.Intn(10) {
		case 0:
			n.Inputs = nil
		case 1:
			n.Outputs = nil
		case 2:
			n.Attrs = nil
		case 3:
			n.Op = []string{"Shape", "Cast", "Gather", "Concat", "Reshape", "If", "Nothing", "Identity"}[r.Intn(8)]
		case 4:
			n.Name = "/\"/..//\n/h.0/0/1/x"
		case 5:
			n.Metadata = []onnx.Entry{{Key: metaScopes, Value: "['', '..', 'a.b"}, {Key: metaClasses, Value: "["}}
		case 6:
			g.Inputs[r.Intn(len(g.Inputs))].Shape = nil
		case 7:
			g.Outputs = nil
		case 8:
			if len(n.Inputs) > 0 {
				n.Inputs = n.Inputs[:1]
			}
		case 9:
			g.Initializers = g.Initializers[:len(g.Initializers)-1]
		}
	}
}
