package modelspec

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTimelineGPT2 holds one block's moments to the order in which torch calls its modules.
func TestTimelineGPT2(t *testing.T) {
	for _, exporter := range []string{"torchscript", "dynamo"} {
		s := inferred(t, "gpt2/"+exporter)
		var got []string
		for _, m := range s.Timeline() {
			if strings.HasPrefix(m.Module.Path, "transformer.h.1") && mainRole(m.Point.Role) {
				got = append(got, strings.TrimPrefix(m.Address(), "transformer."))
			}
		}
		require.Equal(t, strings.Fields(`
			h.1.input h.1.ln_1.input h.1.ln_1.output
			h.1.attn.input h.1.attn.c_attn.input h.1.attn.c_attn.output h.1.attn.c_proj.input h.1.attn.c_proj.output h.1.attn.output
			h.1.ln_2.input h.1.ln_2.output
			h.1.mlp.input h.1.mlp.c_fc.input h.1.mlp.c_fc.output h.1.mlp.act.input h.1.mlp.act.output
			h.1.mlp.c_proj.input h.1.mlp.c_proj.output h.1.mlp.output
			h.1.output`), got, exporter)
	}
}

// TestTimelineIsTopological: every moment comes after what makes its tensor and
// before what uses it, with hooks in at all moments.
func TestTimelineIsTopological(t *testing.T) {
	for _, name := range fixtures(t) {
		g := newGraph(load(t, name))
		s := inferred(t, name)
		for _, m := range s.Timeline() {
			p := m.Point
			made, input := g.producer[p.Tensor]
			if m.Side == SideOutput {
				require.True(t, input)
				require.Equal(t, made, p.Node, "%s %s", name, m.Address())
				continue
			}
			if input {
				require.Less(t, made, p.Node, "%s %s", name, m.Address())
			}
			require.NotEmpty(t, p.Consumers)
			require.Equal(t, p.Node, p.Consumers[0])
			require.Subset(t, g.uses[p.Tensor], p.Consumers)
		}
	}
}

// TestVisits: the five calls of one block are five visits, in time.
func TestVisits(t *testing.T) {
	for _, exporter := range []string{"torchscript", "dynamo"} {
		s := inferred(t, "loopnet/"+exporter)
		m, ok := s.Find("block.fc", nil)
		require.True(t, ok)
		require.Equal(t, 5, m.Visits)
		require.Len(t, m.Outputs, 5)
		for i, p := range m.Outputs {
			require.Equal(t, i, p.Visit)
		}
		head, _ := s.Find("head", nil)
		require.Equal(t, 1, head.Visits)
	}
}
