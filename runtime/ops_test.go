package nn_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/ops"
	nn "github.com/nngen-go/nngen/runtime"
)

// The Go forms and the table are one: every operator that has a Go form is a
// method with the parameters that the table lists (functions are held by the
// compiler through tensor_ops.go, whose text TestGeneratedOps compares).
func TestMethodsAreTheTable(t *testing.T) {
	typ := reflect.TypeOf(nn.Tensor{})
	for _, o := range ops.All() {
		if o.Hidden || o.Func {
			continue
		}
		m, ok := typ.MethodByName(o.Name)
		require.True(t, ok, "%s has no method", o.Name)
		require.Equal(t, len(o.Params)+1, m.Type.NumIn(), o.Name)
		for i, p := range o.Params {
			want := strings.NewReplacer("DType", "tensor.DType", "Tensor", "nn.Tensor", "any", "interface {}").Replace(p.Type)
			got := m.Type.In(i + 1).String()
			if strings.HasPrefix(want, "...") {
				want = "[]" + want[3:]
			}
			require.Equal(t, want, got, o.Name)
		}
	}
}

func TestOperationsRun(t *testing.T) {
	x := nn.From([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	require.Equal(t, []float32{2, 4, 6, 8, 10, 12}, x.Add(x).Float32s())
	require.Equal(t, []float32{0.5, 1, 1.5, 2, 2.5, 3}, x.Scale(0.5).Float32s())
	require.Equal(t, []float32{6, 15}, x.Sum(1).Float32s())
	values, indices := x.TopK(1, -1)
	require.Equal(t, []float32{3, 6}, values.Float32s())
	require.Equal(t, []int64{2, 2}, indices.Ints())
	parts := x.Split(1, 1, 2)
	require.Equal(t, []int{2, 2}, parts[1].Shape())
	require.Equal(t, []int{4, 3}, nn.Concat(0, x, x).Shape())
	require.Equal(t, []float32{1, 4, 2, 5, 3, 6}, x.T().Float32s())
	require.Equal(t, nn.Float16, x.Cast(nn.Float16).DType())
	func() {
		defer func() {
			e, ok := recover().(*nn.Error)
			require.True(t, ok)
			require.Contains(t, e.Error(), "ops_test.go")
			require.Contains(t, e.Message, "Add")
		}()
		x.Add(nn.From([]float32{1, 2}))
	}()
}
