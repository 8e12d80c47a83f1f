package ops_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/ops"
)

var update = flag.Bool("update", false, "rewrite docs/operators.md")

func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range ops.All() {
		require.False(t, seen[o.Name], "%s is there twice", o.Name)
		seen[o.Name] = true
		require.True(t, strings.HasPrefix(o.Doc, o.Name+" ") && strings.HasSuffix(o.Doc, "."), "doc of %s: %q", o.Name, o.Doc)
		require.NotContains(t, o.Doc, "\n", o.Name)
		require.NotEmpty(t, o.Shape, o.Name)
		require.NotNil(t, o.Infer, o.Name)
		require.NotNil(t, o.Lower, o.Name)
		for i, p := range o.Params {
			require.NotEmpty(t, p.Name, o.Name)
			require.Contains(t, goTypes[p.Kind], p.Type, "%s.%s", o.Name, p.Name)
			if strings.HasPrefix(p.Type, "...") && !o.Hidden {
				require.Equal(t, len(o.Params)-1, i, "%s: only the last argument can be variadic", o.Name)
			}
		}
		found, ok := ops.Lookup(o.Name)
		require.True(t, ok)
		require.Same(t, o, found)
	}
	require.NotContains(t, ops.Names(), "NarrowRows")
	require.Contains(t, ops.Names(), "MatMul")
	_, ok := ops.Lookup("Nothing")
	require.False(t, ok)
}

var goTypes = map[ops.ParamKind][]string{
	ops.TensorParam: {"Tensor"}, ops.TensorsParam: {"...Tensor"}, ops.ScalarParam: {"float32", "int"},
	ops.StaticParam: {"int", "float64", "bool", "string", "DType", "any"}, ops.StaticsParam: {"...int"}, ops.IndexParam: {"...any"},
}

func TestGoForm(t *testing.T) {
	for name, want := range map[string]string{
		"Add": "x.Add(o Tensor) Tensor", "TopK": "x.TopK(k int, axis int) (values, indices Tensor)",
		"Where": "nn.Where(cond Tensor, a Tensor, b Tensor) Tensor", "Split": "x.Split(axis int, sizes ...int) []Tensor",
		"T": "x.T() Tensor", "SetAt": "x.SetAt(value Tensor, index ...any) Tensor",
	} {
		o, ok := ops.Lookup(name)
		require.True(t, ok)
		require.Equal(t, want, o.GoForm())
	}
}

// TestOperatorsPage holds docs/operators.md to the table; -update rewrites it.
func TestOperatorsPage(t *testing.T) {
	var b strings.Builder
	b.WriteString(pageHead)
	for _, o := range ops.All() {
		if !o.Hidden {
			fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", o.GoForm(), o.Shape, strings.ReplaceAll(o.Doc, "|", "\\|"))
		}
	}
	b.WriteString(pageTail)
	const path = "../../docs/operators.md"
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
	}
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, b.String(), string(page), "run go test ./internal/ops -run TestOperatorsPage -update")
}

const pageHead = `# Tensor operators

This page is made from the operator table in ` + "`internal/ops`" + ` by ` + "`go test ./internal/ops -run TestOperatorsPage -update`" + `.

Operators are pure: they give a new tensor and change none. The compiler checks each call against the rules below when it generates;
the interpreter checks the same rules on the sizes at hand. ` + "`x`" + ` is the tensor that a method is called on, ` + "`nn`" + ` the package
` + "`github.com/nngen-go/nngen/runtime`" + `.

- **Axes** may be negative and then count from the end. Axes, sizes and other plain Go arguments are known when the code is generated.
- **Numbers** (` + "`float32`" + ` arguments) may be parameters of a trace. They are cast to the dtype of ` + "`x`" + `.
- **Dtypes** of operands are equal. The one exception is a scalar tensor, which takes the dtype of the other operand where that
  loses no fraction. Integers do not turn into floats by themselves.
- **Shapes** broadcast from the last axis, as in NumPy. Sizes that can be proven to differ are an error when the code is generated;
  sizes that only a run can tell are checked by the run.
- **Half precision**: sums, norms and activations written as formulas are computed in float32 and rounded once.

| Go form | shapes | meaning |
|---|---|---|
`

const pageTail = `
## Indices

` + "`At`" + ` and ` + "`SetAt`" + ` take one index for each axis, from the first on; axes that are left out are taken whole.

| Go | meaning |
|---|---|
| ` + "`3`, `-1`" + ` | one position; the axis is dropped. Outside the axis: an error when generating where the size is known, else one of the run |
| ` + "`nn.All`" + ` | the whole axis |
| ` + "`nn.Range(a, b)`, `nn.RangeFrom(a)`, `nn.RangeTo(b)`" + ` | the positions from a up to b, b not included; negative ends count from the end, ends outside the axis are clamped |
| ` + "`nn.RangeStep(a, b, s)`, `nn.Every(s)`" + ` | every s-th position, of all for ` + "`Every`" + `; a negative step runs backwards, which PyTorch refuses (there: ` + "`Flip`" + `) and NumPy allows |
| ` + "`nn.Ellipsis`" + ` | as many whole axes as are left, once |
| ` + "`nn.NewAxis`" + ` | no axis of the tensor: puts an axis of size 1 there, as None in PyTorch |
| ` + "`[]int{0, 5}`" + ` | these positions, in this order; a slice that is a parameter too |
| an int64 ` + "`nn.Tensor`" + ` | without axes: one position, the axis is dropped; with axes: the positions in this order |
| a bool ` + "`nn.Tensor`" + ` | the places of as many axes as it has where it is true; how many that are, only the run knows |

Positions, ends of ranges and slices may be parameters of the trace or values of the run; the step of a range is a constant.

A range keeps what is known of the size where it can: over ` + "`seq`" + `, ` + "`RangeFrom(1)`" + ` has ` + "`seq-1`" + ` positions and ` + "`RangeFrom(-1)`" + ` has 1;
` + "`RangeTo(5)`" + ` has an unknown number, because the axis may be shorter. If ` + "`SetAt`" + ` is given a position twice, it is not defined which value stays.
A position outside its axis is an error: when the code is generated where the size and the position are known, else of the run.

**Several index tensors** (lists and masks are such too) are paired element by element after they were broadcast to one shape, as in PyTorch: ` + "`h.At(rows, pos)`" + ` is
` + "`h[rows[i], pos[i]]`" + ` for each i. The shape of the pairs stands where their axes stood, or in front if other axes are between those. For a grid of rows and columns
give the tensors axes of size 1: ` + "`h.At(rows.Unsqueeze(1), columns)`" + `.

### Each row of the batch its own position, strength and vector

` + "`h.Positions(0)`" + ` numbers the rows; paired with a position for each row it picks one token of each. ` + "`pos`, `alpha` and `v`" + ` have one entry for each row of the batch:

` + "```go" + `
//nngen:trace
//nngen:param v float32 [batch, 768]
func SteerEach(m *gpt2.Model, v nn.Tensor, alpha []float32, pos []int) (logits nn.Tensor) {
	block := m.Transformer.H[6]
	h := block.Output()
	rows := h.Positions(0)
	there := h.At(rows, pos)                                 // [batch, 768]: each row's own token
	push := v.Mul(nn.From(alpha).Unsqueeze(-1))              // each row's own vector and strength
	block.SetOutput(h.SetAt(there.Add(push), rows, pos))
	return m.LMHead.Output()
}
` + "```" + `

## Heads, and parts of a fused projection

` + "`x.Heads(n)`" + ` splits the features into heads and ` + "`MergeHeads`" + ` joins them again: ` + "`b.Attn.Output().Heads(12).At(nn.All, 3)`" + ` is what head 3 gives. To write one head:

` + "```go" + `
z := proj.Input().Heads(12)                                       // [batch, 12, seq, 64]
proj.SetInput(z.SetAt(z.At(nn.All, 3).Scale(0), nn.All, 3).MergeHeads())
` + "```" + `

A model's own layouts have names in its spec: ` + "`views`" + ` under a point cut its last axis (or another one) and split what is cut into heads. ` + "`nngen spec`" + ` writes them
where the graph leaves no doubt, and keeps what is written by hand:

` + "```yaml" + `
- {role: output, tensor: …, type: "float32 [batch, seq, 2304]", …, views: {q: {from: 0, to: 768, heads: 12}, k: {from: 768, to: 1536, heads: 12}, …}}
` + "```" + `

Each is a pair of methods of the module's accessor, here ` + "`c.Q()` and `c.SetQ(v)`" + ` with ` + "`[batch, 12, seq, 64]`" + `, and ` + "`View(name)`, `SetView(name, v)`" + ` of any Envoy. Writing a
part reads the point, so what was written before into other parts stays.

## Weights

` + "`m.LMHead.Weight(\"weight\")`" + ` is a parameter of a module as a value, never copied into a plan. Its type stands in the spec. It lies as it does in the file: the weight of a
Linear that an exporter made a MatMul of is ` + "`[in, out]`" + `, the transpose of PyTorch's; tied weights (an embedding and the head over it) are one tensor
that both modules name.

## Random numbers

` + "`RandLike` and `RandnLike`" + ` are functions: of the seed, of the row (axis 0, counted from the first row of the invoke) and of the place in the row. Every run gives the same
numbers, compiled and interpreted, whatever else is in the batch and however long the other rows are. For other numbers at another point, layer or step, give another seed:
` + "`h.RandnLike(seed + layer)`" + `. The seed may be a parameter.

## Division

Go's ` + "`/` and `%`" + ` on integers are ` + "`TruncDiv` and `Rem`" + `, Python's ` + "`//` and `%`" + ` are ` + "`FloorDiv` and `Mod`" + `; they differ where the signs of x and o do:

| x, o | TruncDiv | Rem | FloorDiv | Mod |
|---|---|---|---|---|
| 7, 2 | 3 | 1 | 3 | 1 |
| -7, 2 | -3 | -1 | -4 | 1 |
| 7, -2 | -3 | 1 | -4 | -1 |

` + "`Div`" + ` is for floats: of integers PyTorch's ` + "`/`" + ` gives floats and Go's does not, so say which by ` + "`x.Float().Div(…)` or `x.TruncDiv(…)`" + `.

## Where results differ from PyTorch

- ` + "`Erf`" + ` and ` + "`Gelu`" + ` of float64 have the digits of float32: onnxruntime has no kernel for more.
- ` + "`Where`" + ` on the CPU gives 0 for a -0 picked from its first choice.
- ` + "`ArgMax`, `ArgMin`, `TopK`, `Sort` and their like" + ` do not say where NaN belongs; ` + "`Max` and `Min`" + ` over no elements give an infinity, where PyTorch has an error.
- ` + "`OneHot`" + ` of a position outside gives a row of zeros, where PyTorch has an error.
- ` + "`PowTensor`" + ` of integers is exact as far as float64 holds the result; ` + "`Scatter`" + ` does not take a position twice, ` + "`ScatterAdd`" + ` does.
- An integer divisor of 0, or an index outside its axis, ends the run with an error, as in PyTorch and Go, also where nothing needs the result.
- ` + "`Pow(0.5)`" + ` of minus infinity is infinity, as in NumPy and C.
- In models below opset 14, ` + "`Flatten`" + ` of a tensor that only the run knows to be empty is an error of the run.
`
