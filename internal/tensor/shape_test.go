package tensor

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestBroadcast(t *testing.T) {
	for _, c := range []struct{ a, b, want Shape }{
		{Dims(2, 3), Dims(3), Dims(2, 3)},
		{Dims(2, 1), Dims(1, 5), Dims(2, 5)},
		{Shape{}, Dims(4), Dims(4)},
		{Shape{"batch", "seq", "768"}, Dims(768), Shape{"batch", "seq", "768"}},
		{Shape{"batch", "seq"}, Shape{"batch", "1"}, Shape{"batch", "seq"}},
		{Shape{"batch"}, Shape{"seq"}, Shape{Unknown}},
		{Shape{"batch"}, Dims(4), Dims(4)}, // the run succeeds only for 4 or 1
		{Shape{Unknown}, Dims(4), Dims(4)},
		{Shape{Unknown}, Shape{Unknown}, Shape{Unknown}},
		{Shape{"batch"}, Dims(1), Shape{"batch"}},
		{nil, Dims(4), nil},
		{Dims(0, 3), Dims(1, 3), Dims(0, 3)},
	} {
		for _, pair := range [][2]Shape{{c.a, c.b}, {c.b, c.a}} {
			got, err := Broadcast(pair[0], pair[1])
			require.NoError(t, err)
			require.Equal(t, c.want, got, "%s and %s", c.a, c.b)
		}
	}
	_, err := Broadcast(Shape{"batch", "seq", "768"}, Dims(512))
	require.EqualError(t, err, "shapes [batch, seq, 768] and [512] do not broadcast: 768 against 512")
	_, err = Broadcast(Shape{"seq"}, Shape{"seq-1"})
	require.ErrorContains(t, err, "do not broadcast")
}

// TestBroadcastSizes holds the rule against sizes: what is proven must hold.
func TestBroadcastSizes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) (symbolic Shape, sizes []int64) {
			for range rapid.IntRange(0, 3).Draw(t, label) {
				d := rapid.SampledFrom([]Dim{"1", "2", "batch", "seq", "2*batch", Unknown}).Draw(t, label+"d")
				symbolic = append(symbolic, d)
				n := rapid.SampledFrom([]int64{1, 2}).Draw(t, label+"n")
				if d.Known() {
					n, _ = d.Eval(map[string]int64{"batch": 1, "seq": 2})
				}
				sizes = append(sizes, n)
			}
			if symbolic == nil {
				symbolic = Shape{}
			}
			return symbolic, sizes
		}
		a, na := draw("a")
		b, nb := draw("b")
		got, err := Broadcast(a, b)
		require.NoError(t, err)
		want, err := Broadcast(Dims(na...), Dims(nb...))
		require.NoError(t, err)
		require.Len(t, got, len(want))
		for i, d := range got {
			if d.Known() {
				n, err := d.Eval(map[string]int64{"batch": 1, "seq": 2})
				require.NoError(t, err)
				require.Equal(t, want[i], N(n), "%s with %s", a, b)
			}
		}
	})
}

func TestUnify(t *testing.T) {
	s, err := Shape{"batch", Unknown, "seq"}.Unify(Shape{"4", "seq", "seq"})
	require.NoError(t, err)
	require.Equal(t, Shape{"4", "seq", "seq"}, s)
	_, err = Dims(2).Unify(Dims(3))
	require.Error(t, err)
	_, err = Dims(2).Unify(Dims(2, 2))
	require.Error(t, err)
	s, err = Shape(nil).Unify(Dims(2))
	require.NoError(t, err)
	require.Equal(t, Dims(2), s)
}

func TestShapeBasics(t *testing.T) {
	s := Shape{"batch", "seq", "768"}
	require.Equal(t, "[batch, seq, 768]", s.String())
	require.Equal(t, "[...]", Shape(nil).String())
	require.Equal(t, Dim("768*batch*seq"), s.Count())
	require.Equal(t, N(1), Shape{}.Count())
	require.Equal(t, Unknown, Shape(nil).Count())
	axis, err := s.Axis(-1)
	require.NoError(t, err)
	require.Equal(t, 2, axis)
	_, err = s.Axis(3)
	require.EqualError(t, err, "axis 3 is out of range for shape [batch, seq, 768]")
	sizes, err := s.Eval(map[string]int64{"batch": 2, "seq": 5})
	require.NoError(t, err)
	require.Equal(t, []int64{2, 5, 768}, sizes)
	_, err = s.Eval(map[string]int64{"batch": 2})
	require.ErrorContains(t, err, `"seq" is not known`)
}

func TestDTypeNames(t *testing.T) {
	for d := range dtypes {
		back, err := ParseDType(d.String())
		require.NoError(t, err)
		require.Equal(t, d, back)
		require.True(t, d.Known())
	}
	_, err := ParseDType("float8")
	require.Error(t, err)
	require.False(t, DType(99).Known())
}
