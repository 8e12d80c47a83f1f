package modelspec

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
)

func viewSpec(views string) string {
	const point = `tensor: y, type: "float32 [batch, 6, 12]", node: 1`
	return `nnspec: 1
model: tiny
fingerprint: sha256:00
opset: 17
symbols:
- {name: batch, input: x, axis: 0}
modules:
- path: ""
  outputs:
  - {role: output, ` + point + `, views: ` + views + `}
  - {role: other, tensor: z, type: "float32 [12]", node: 2}
`
}

func TestReadViews(t *testing.T) {
	s, errs := Read("tiny.nnspec.yaml", []byte(viewSpec(`{q: {from: 0, to: 4, heads: 2}, rest: {from: 4, to: 12}, many: {heads: 3}, rows: {axis: 1, from: 2, to: 5}}`)))
	require.NoError(t, errs.Err())
	want := []View{{"q", -1, 0, 4, 2}, {"rest", -1, 4, 12, 0}, {"many", -1, 0, 0, 3}, {"rows", 1, 2, 5, 0}}
	require.Equal(t, want, s.Modules[0].Outputs[0].Views)
	again, errs := Read("tiny.nnspec.yaml", Write(s))
	require.NoError(t, errs.Err())
	require.Equal(t, s.Modules, again.Modules)
	whole := s.Modules[0].Outputs[0].Type
	for i, text := range []string{"float32 [batch, 2, 6, 2]", "float32 [batch, 6, 8]", "float32 [batch, 3, 6, 4]", "float32 [batch, 3, 12]"} {
		got, err := want[i].Type(whole)
		require.NoError(t, err)
		require.Equal(t, text, got.String())
	}
	require.Equal(t, []string{"q", "rest", "many", "rows"}, s.Modules[0].ViewNames())
}

func TestBadViews(t *testing.T) {
	for views, want := range map[string]string{
		`{q: {from: 0, to: 13}}`:          `view "q" of module "" does not fit: it ends at 13, axis -1 of float32 [batch, 6, 12] has 12`,
		`{q: {from: 0, to: 4, heads: 3}}`: `4 features cannot be split into 3 heads [NN1017]`,
		`{q: {axis: 1, heads: 2}}`:        `heads are cut out of the last axis`,
		`{q: {axis: 3}}`:                  `axis 3 is out of range`,
		`{q: {from: 4}}`:                  `view "q" goes from 4 to 0`,
		`{q: {from: 4, to: 2}}`:           `view "q" goes from 4 to 2`,
		`{"a b": {}}`:                     `view "a b" is no name`,
		`{output: {}}`:                    `would be the method Output, which every accessor has`,
		`{q: {}, set_q: {}}`:              `views "q" and "set_q" of module "" would both be the method SetQ`,
		`{q: {heds: 2}}`:                  `unknown key "heds" of a view`,
		`{q: 3}`:                          `a view is written as a mapping`,
	} {
		_, errs := Read("tiny.nnspec.yaml", []byte(viewSpec(views)))
		require.ErrorContains(t, errs.Err(), want, views)
	}
	loose := strings.Replace(viewSpec("{}"), "node: 2}", "node: 2, views: {q: {from: 0, to: 3}}}", 1)
	_, errs := Read("tiny.nnspec.yaml", []byte(loose))
	require.ErrorContains(t, errs.Err(), "views are of a module's input or output, this tensor has the role other in visit 0")
}

// TestViewsOfFusedProjections: proposed where the graph shows the parts, and what
// a user wrote is kept.
func TestViewsOfFusedProjections(t *testing.T) {
	s := inferred(t, "gpt2/torchscript")
	fused := moduleAt(s, "transformer.h.0.attn.c_attn")
	require.Equal(t, []View{{"q", -1, 0, 48, 4}, {"k", -1, 48, 96, 4}, {"v", -1, 96, 144, 4}}, fused.Outputs[0].Views)
	for _, m := range s.Modules {
		if !strings.HasSuffix(m.Path, "c_attn") {
			require.Empty(t, m.Views(), m.Path)
		}
	}
	for _, m := range inferred(t, "llama/torchscript").Modules {
		require.Empty(t, m.Views(), m.Path)
	}
	old := inferred(t, "gpt2/torchscript")
	own := []View{{"query", -1, 0, 48, 2}}
	moduleAt(old, "transformer.h.0.attn.c_attn").Outputs[0].Views = own
	merged, _ := Merge(old, s)
	require.Equal(t, own, moduleAt(merged, "transformer.h.0.attn.c_attn").Outputs[0].Views)
	require.Len(t, moduleAt(merged, "transformer.h.1.attn.c_attn").Outputs[0].Views, 3)
}

func moduleAt(s *Spec, path string) *Module {
	for _, m := range s.Modules {
		if m.Path == path {
			return m
		}
	}
	return &Module{Outputs: []*Point{{Type: tensor.Type{}}}}
}
