package modelspec

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
)

// foldedSpec is small with an output that folds rows and tokens.
const foldedSpec = `nnspec: 1
model: tiny
fingerprint: sha256:00
opset: 17
batch: batch
symbols:
- {name: batch, input: x, axis: 0}
- {name: seq, input: x, axis: 1}
inputs:
- {name: x, role: input, type: "float32 [batch, seq]"}
outputs:
- {name: y, role: output, type: "float32 [batch*seq, 4]", rows: inner}
counts: {found: 1, sure: 1, unsure: 0, without_nodes: 0}
modules:
- path: ""
  nodes: 1
  inputs:
  - {role: input, tensor: x, type: "float32 [batch, seq]", node: 0, consumers: [0]}
  outputs:
  - {role: output, tensor: y, type: "float32 [batch*seq, 4]", node: 0, rows: inner}
  - {role: other, tensor: z, type: "float32 [2*batch, 4]", node: 0, checked: true}
  - {role: other, tensor: u, type: "float32 [2*batch, 4]", node: 0}
`

// TestRowsKey: the order is read and written; specs from before it say by their
// checks where rows lie together, and nothing else.
func TestRowsKey(t *testing.T) {
	s, errs := Read("tiny.nnspec.yaml", []byte(foldedSpec))
	require.Empty(t, errs)
	again, errs := Read("again", Write(s))
	require.Empty(t, errs)
	require.Equal(t, s, again)
	orders := s.Orders()
	require.Equal(t, map[string]Order{"y": OrderInner, "z": OrderOuter}, orders)

	out := s.Modules[0].Outputs
	rows, problem := s.RowsOf(out[0].Type, orders["y"])
	require.Empty(t, problem)
	require.Equal(t, Rows{Axis: 0, Entries: "seq", Order: OrderInner}, rows)
	require.Equal(t, tensor.Dim("rows0*seq"), rows.Dim("rows0"))
	rows, problem = s.RowsOf(out[1].Type, orders["z"])
	require.Empty(t, problem)
	require.Equal(t, Rows{Axis: 0, Entries: "2", Order: OrderOuter}, rows)
	_, problem = s.RowsOf(out[2].Type, orders["u"])
	require.Contains(t, problem, "does not say in which order")
	for shape, want := range map[string]string{
		"[batch+1, 4]": "folds the rows", "[batch*batch, 4]": "folds the rows", "[?, 4]": "does not tell", "[...]": "is not known", "[4]": "",
	} {
		typ, err := parseType("float32 " + shape)
		require.NoError(t, err)
		rows, problem := s.RowsOf(typ, OrderOuter)
		require.Equal(t, -1, rows.Axis, shape)
		require.Equal(t, want == "", problem == "", shape)
		require.Contains(t, problem, want)
	}
}

func TestRowsKeyErrors(t *testing.T) {
	for _, c := range []struct{ old, new, want, hint string }{
		{"rows: inner}\ncounts", "rows: iner}\ncounts", `unknown order of rows "iner" [NN1008]`, "write inner"},
		{"rows: inner}\ncounts", "rows: outer}\ncounts", `tensor "y" is given rows: outer and rows: inner [NN1018]`, "keep the right one, or have nngen spec find out"},
		{`consumers: [0]}`, `consumers: [0], rows: outer}`, `tensor "x" is given rows: outer, but its type float32 [batch, seq] folds no rows into another axis [NN1018]`, "take the key out"},
		{"seq]\"}\noutputs", "seq]\", rows: outer}\noutputs", `input "x" is given rows: outer, but inputs are joined row by row [NN1018]`, "take the key out"},
	} {
		text := strings.Replace(foldedSpec, c.old, c.new, 1)
		require.NotEqual(t, foldedSpec, text)
		_, errs := Read("f.yaml", []byte(text))
		require.Len(t, errs, 1, c.want)
		require.Contains(t, errs[0].Error(), c.want)
		require.Equal(t, c.hint, errs[0].Hint)
	}
}

// TestMergeRows: an order that nobody has seen anew is kept, another one is told.
func TestMergeRows(t *testing.T) {
	read := func(text string) *Spec {
		s, errs := Read("s", []byte(text))
		require.Empty(t, errs)
		return s
	}
	merged, changes := Merge(read(foldedSpec), read(strings.ReplaceAll(foldedSpec, ", rows: inner", "")))
	require.Empty(t, changes)
	require.Equal(t, OrderInner, merged.Modules[0].Outputs[0].Rows)
	require.Equal(t, OrderInner, merged.Outputs[0].Rows)
	merged, changes = Merge(read(foldedSpec), read(strings.ReplaceAll(foldedSpec, "rows: inner", "rows: outer")))
	require.Equal(t, []string{
		`the rows of output "y" are outer (were inner)`, `the rows of output "y" of the model are outer (were inner)`,
	}, changes)
	require.Equal(t, OrderOuter, merged.Modules[0].Outputs[0].Rows)
}

// foldedModel holds tokens of rows in one order in all that it makes, its output
// included, and moves an output's entries as a write of a row moves them.
type foldedModel struct {
	inner map[string]bool
	blind map[string]bool // a write shows in no output
	runs  int
}

const foldedRows, foldedTokens = 16, 5

// entries are those of a row in an order.
func entries(row int, inner bool) []int {
	var out []int
	for j := range foldedTokens {
		if inner {
			out = append(out, j*foldedRows+row)
		} else {
			out = append(out, row*foldedTokens+j)
		}
	}
	return out
}

// rowOf is the row that an entry is of.
func rowOf(entry int, inner bool) int {
	if inner {
		return entry % foldedRows
	}
	return entry / foldedTokens
}

func (f *foldedModel) Probe(ctx context.Context, rows int, probes []Probe) ([]float64, error) {
	return f.ProbeOutput(ctx, rows, probes, "y", Rows{Order: OrderInner}) // as the spec says by then
}

func (f *foldedModel) ProbeOutput(_ context.Context, rows int, probes []Probe, _ string, at Rows) ([]float64, error) {
	f.runs++
	moved := make([]float64, rows)
	for _, p := range probes {
		if p.Identity || f.blind[p.Tensor] {
			continue
		}
		touched := []int{p.Row}
		if p.Rows.Folded() {
			touched = nil
			for _, e := range entries(p.Row, p.Rows.Inner()) {
				touched = append(touched, rowOf(e, f.inner[p.Tensor]))
			}
		}
		for _, row := range touched {
			for _, e := range entries(row, f.inner["y"]) {
				moved[rowOf(e, at.Inner())] = 1
			}
		}
	}
	return moved, nil
}

// TestVerifyOrders: the order of an output is found by changing a row of the
// input, that of every other tensor by changing a row of it, once for all points.
func TestVerifyOrders(t *testing.T) {
	tokens := tensor.Type{DType: tensor.Float32, Shape: tensor.Shape{"batch*seq", "4"}}
	s := &Spec{
		Batch: "batch", Symbols: []Symbol{{"batch", "x", 0}, {"seq", "x", 1}},
		Outputs: []Value{{Name: "y", Role: RoleOutput, Type: tokens}},
		Modules: []*Module{{Inputs: []*Point{{Tensor: "x", Role: RoleInput, Type: tensor.Type{DType: tensor.Float32, Shape: tensor.Shape{"batch", "seq"}}}}}},
	}
	f := &foldedModel{inner: map[string]bool{"a": true, "y": true}, blind: map[string]bool{"dead": true}}
	for i, name := range []string{"a", "b", "dead", "y"} {
		s.Modules = append(s.Modules, &Module{
			Path: name, Visits: 1, Outputs: []*Point{{Tensor: name, Role: RoleOutput, Type: tokens, Node: i}},
			Inputs: []*Point{{Tensor: name, Role: RoleInput, Type: tokens, Node: i + 10, Consumers: []int{i + 10}}},
		})
	}
	_, err := Verify(context.Background(), s, f, VerifyOptions{Rows: foldedRows})
	require.NoError(t, err)
	require.Equal(t, map[string]Order{"a": OrderInner, "b": OrderOuter, "y": OrderInner}, s.Orders())
	require.Equal(t, OrderInner, s.Outputs[0].Rows)
	require.Equal(t, map[string]string{"a": "ok", "b": "ok", "dead": reasonStill, "y": "ok"}, reasons(s))
	require.Equal(t, OrderInner, s.Modules[1].Inputs[0].Rows, "all points of a tensor have its order")
}
