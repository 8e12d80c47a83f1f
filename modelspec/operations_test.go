package modelspec

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// namesIn are the operations of a module's first call.
func namesIn(s *Spec, path string) string {
	m, _ := s.Find(path, nil)
	return strings.Join(m.OperationNames(0), " ")
}

// TestOperationNames: exports of one network by several exporters name the same
// operations alike, and like modules have the same ones.
func TestOperationNames(t *testing.T) {
	const gpt2 = "Split Reshape0 Transpose0 Reshape1 Transpose1 MatMul0 Div Where Add Softmax Reshape2 Transpose2 MatMul1 Transpose3"
	require.Equal(t, gpt2, namesIn(inferred(t, "gpt2/dynamo"), "transformer.h.1.attn"))
	require.Equal(t, gpt2+" Reshape3", namesIn(inferred(t, "gpt2/torchscript"), "transformer.h.0.attn"))
	require.Equal(t, namesIn(inferred(t, "llama/optimum"), "model.layers.1.self_attn"), namesIn(inferred(t, "llama/torchscript"), "model.layers.0.self_attn"))
	const bert = "encoder.layer.0.attention.self"
	require.Equal(t, namesIn(inferred(t, "bert/dynamo"), bert), namesIn(inferred(t, "bert/torchscript"), bert))
	for _, name := range []string{"gpt2/dynamo", "gpt2/torchscript"} {
		m, _ := inferred(t, name).Find("transformer.h.0.attn", nil)
		split := m.Operation("Split", 0)
		require.Equal(t, split.Outputs[0].Tensor, m.Operation("Reshape0", 0).Inputs[0].Tensor, "the queries come first in %s", name)
		require.Equal(t, split.Outputs[1].Tensor, m.Operation("Reshape1", 0).Inputs[0].Tensor, "then the keys in %s", name)
		require.Nil(t, m.Operation("Softmax", 1))
	}
}

// TestOperationsAreOwn: each listed node is in one module and visit, once, and no
// weight, constant or size is among its tensors.
func TestOperationsAreOwn(t *testing.T) {
	for _, name := range fixtures(t) {
		s := inferred(t, name)
		seen := map[int]string{}
		for _, m := range s.Modules {
			for _, o := range m.Operations {
				require.Empty(t, seen[o.Node], "%s of %s", o.Name, m.Path)
				seen[o.Node] = m.Path + "." + o.Name
				require.NotEmpty(t, o.Outputs)
				for _, w := range m.Weights {
					for _, p := range o.Inputs {
						require.NotEqual(t, w, p.Tensor)
					}
				}
			}
			for visit := range m.Visits {
				names := map[string]bool{}
				for _, n := range m.OperationNames(visit) {
					require.False(t, names[n], "%s twice in %s", n, m.Path)
					names[n] = true
					require.Equal(t, GoName(n), n)
				}
			}
		}
		require.NotEmpty(t, seen)
	}
}

// TestSourceTimeline: operations are served in the order of the graph, inside the
// modules that they are in: exits before their module's, enters after it.
func TestSourceTimeline(t *testing.T) {
	for _, name := range fixtures(t) {
		s := inferred(t, name)
		modules := 0
		last := map[string]int{} // tensor and side → depth of the moment before
		for _, m := range s.SourceTimeline() {
			if m.Operation == nil {
				modules++
			}
			key := fmt.Sprint(m.Side, m.Point.Tensor, m.Point.Node)
			if d, ok := last[key]; ok && m.Side == SideOutput {
				require.Less(t, m.depth(), d, "%s: %s", name, m.Address())
			} else if ok {
				require.Greater(t, m.depth(), d, "%s: %s", name, m.Address())
			}
			last[key] = m.depth()
		}
		require.Equal(t, len(s.Timeline()), modules)
	}
}

// TestOperationErrors: a spec whose operations do not fit is refused, with the
// line of what is wrong.
func TestOperationErrors(t *testing.T) {
	text := string(Write(inferred(t, "twolinear/torchscript")))
	for _, c := range []struct{ old, edit, code, want string }{
		{"{kind: relu, ", "{kind: rely, ", "NN1016", "no kind of operations is called \"rely\""},
		{"nodes: [1]", "nodes: [1, 2]", "NN1016", "names 2 nodes for the 1 operations"},
		{"name: Relu, op: Relu", "name: relu, op: Relu", "NN1016", "no exported Go name"},
		{"name: Relu, op: Relu, in: [0], out: [1]", "name: Relu, op: Relu, in: [0], out: [7]", "NN1016", "names tensor 7 of 2"},
		{"nodes: [1]", "nodes: [1], tensors: {9: x}", "NN1016", "names tensor 9 of 2"},
		{"{tensor: /fc1/Gemm_output_0, type", "{type", "NN1016", "does not name tensor 0"},
		{"- kind: relu", "- kind: fc1", "NN1005", "given twice"},
		{"  - {name: Relu, op", "  - {name: Relu, op: Relu, in: [0], out: [1]}\n  - {name: Relu, op", "NN1005", `operation "Relu" is given twice`},
		{"nodes: [1]", "nodes: [1], tensors: {a: x}", "NN1003", "given by its number"},
		{"  - {kind: relu, prefix: /relu/, nodes: [1]}", "  - {kind: relu, prefix: /relu/, nodes: [1]}\n  - {kind: relu, prefix: /relu/, nodes: [1]}", "NN1015", "has operations for more"},
	} {
		edited := strings.Replace(strings.ReplaceAll(text, `prefix: "/relu/"`, "prefix: /relu/"), c.old, c.edit, 1)
		require.NotEqual(t, strings.ReplaceAll(text, `prefix: "/relu/"`, "prefix: /relu/"), edited, c.old)
		_, errs := Read("x.nnspec.yaml", []byte(edited))
		require.NotEmpty(t, errs, c.edit)
		found := false
		for _, d := range errs {
			found = found || d.Code == c.code && strings.Contains(d.Message, c.want) && d.Pos.Line > 1
		}
		require.True(t, found, "%s: %v", c.edit, errs.Err())
	}
}

// TestMergeOperations: hand edits of an operation's shape stay, and what a name
// means now is told where it is another tensor.
func TestMergeOperations(t *testing.T) {
	open := func() *Spec {
		s := inferred(t, "twolinear/torchscript")
		m, _ := s.Find("relu", nil)
		m.Operations[0].Outputs[0].Type.Shape = m.Operations[0].Outputs[0].Type.Shape.Clone()
		m.Operations[0].Outputs[0].Type.Shape[1] = "?"
		return s
	}
	old, fresh := open(), open()
	m, _ := old.Find("relu", nil)
	m.Operations[0].Outputs[0].Type.Shape[1] = "8"
	m.Operations[0].Outputs[0].Checked = true
	merged, changes := Merge(old, fresh)
	require.Empty(t, changes)
	m, _ = merged.Find("relu", nil)
	require.Equal(t, "float32 [batch, 8]", typeText(m.Operations[0].Outputs[0].Type))
	require.True(t, m.Operations[0].Outputs[0].Checked)

	old, fresh = open(), open()
	m, _ = old.Find("relu", nil)
	m.Operations[0].Inputs[0].Tensor = "elsewhere"
	m, _ = old.Find("fc1", nil)
	m.Operations[0].Name = "MatMul"
	_, changes = Merge(old, fresh)
	require.Equal(t, []string{
		`new operations of "fc1": Gemm`, `operations of "fc1" are gone: MatMul`,
		`input 0 of operation Relu of "relu" is "/fc1/Gemm_output_0" (was "elsewhere")`,
	}, changes)

	before := open()
	for _, m := range before.Modules {
		m.Operations = nil
	}
	require.False(t, before.HasOperations())
	merged, changes = Merge(before, open())
	require.Empty(t, changes, "a spec of before there were operations gains them")
	require.True(t, merged.HasOperations())
}

// TestVerifyOperations: what is seen in one module holds for those that compute
// the same; what moves nothing stays usable, what cannot be written does not.
func TestVerifyOperations(t *testing.T) {
	s := inferred(t, "gpt2/torchscript")
	f := &fakeModel{
		dead:     map[string]bool{"/transformer/h.0/attn/Div_output_0": true},
		unstable: map[string]bool{"/transformer/h.0/attn/Where_output_0": true},
	}
	v, err := Verify(context.Background(), s, f, VerifyOptions{})
	require.NoError(t, err)
	require.Equal(t, 85, v.Inside)
	for _, path := range []string{"transformer.h.0.attn", "transformer.h.1.attn"} {
		m, _ := s.Find(path, nil)
		require.True(t, m.Operation("Softmax", 0).Outputs[0].Checked, path)
		div, where := m.Operation("Div", 0).Outputs[0], m.Operation("Where", 0).Outputs[0]
		require.False(t, div.Checked)
		require.Empty(t, div.Absent)
		require.Equal(t, reasonIdentity, where.Absent)
		_, err := m.Operation("Where", 0).Point(m, SideOutput, 0)
		require.ErrorContains(t, err, "is absent: "+reasonIdentity)
	}
	data := Write(s)
	again, errs := Read("x", data)
	require.Empty(t, errs)
	require.Equal(t, string(data), string(Write(again)))
	require.Contains(t, Tree(s, TreeOptions{Ops: true}), "* Softmax = Softmax of Add: float32 [batch, 4, seq, seq]\n")
}
