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
| ` + "`nn.RangeStep(a, b, s)`" + ` | every s-th position; a negative step runs backwards, which PyTorch refuses and NumPy allows |
| ` + "`nn.Ellipsis`" + ` | as many whole axes as are left, once |
| an int64 ` + "`nn.Tensor`" + ` | without axes: one position, the axis is dropped; with axes: the positions in this order, at most one such tensor |
| a bool ` + "`nn.Tensor`" + ` | ` + "`SetAt`" + ` only, as the only index: the places of the leading axes where it is true |

A range keeps what is known of the size where it can: over ` + "`seq`" + `, ` + "`RangeFrom(1)`" + ` has ` + "`seq-1`" + ` positions and ` + "`RangeFrom(-1)`" + ` has 1;
` + "`RangeTo(5)`" + ` has an unknown number, because the axis may be shorter. If ` + "`SetAt`" + ` is given a position twice, it is not defined which value stays.

## Where results differ from PyTorch

- ` + "`Erf`" + ` and ` + "`Gelu`" + ` of float64 have the digits of float32: onnxruntime has no kernel for more.
- ` + "`Where`" + ` on the CPU gives 0 for a -0 picked from its first choice.
- ` + "`ArgMax`, `ArgMin` and `TopK`" + ` do not say where NaN belongs; ` + "`Max` and `Min`" + ` over no elements give an infinity, where PyTorch has an error.
- ` + "`Pow(0.5)`" + ` of minus infinity is infinity, as in NumPy and C.
- In models below opset 14, ` + "`Flatten`" + ` of a tensor that only the run knows to be empty is an error of the run.
`
