package indexing_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/indexing"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

func open(t testing.TB) *gpt2.Session {
	sess, err := gpt2.Open(golden.Model(t, "gpt2", "torchscript"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	return sess
}

var (
	ctx  = context.Background()
	ids  = []int64{5, 9, 33, 2, 40, 1, 8, 20}
	text = gpt2.Inputs{InputIDs: nn.From(ids, 2, 4)}
)

// interpret runs a trace interpreted.
func interpret(t *testing.T, sess *gpt2.Session, in gpt2.Inputs, f func(m *gpt2.Model) []nn.Tensor) (out []nn.Tensor) {
	t.Helper()
	require.NoError(t, sess.Interpret(ctx, in, func(m *gpt2.Model) error {
		out = f(m)
		return nil
	}))
	return out
}

// alike holds results of both ways against each other.
func alike(t *testing.T, want, got []nn.Tensor) {
	t.Helper()
	require.Equal(t, len(want), len(got))
	for i := range want {
		require.Equal(t, want[i].DType(), got[i].DType(), "result %d", i)
		require.Equal(t, want[i].Shape(), got[i].Shape(), "result %d", i)
		if want[i].DType() == nn.Int64 {
			require.Equal(t, want[i].Ints(), got[i].Ints(), "result %d", i)
			continue
		}
		if want[i].Len() > 0 {
			require.InDeltaSlice(t, want[i].Float32s(), got[i].Float32s(), 1e-4, "result %d", i)
		}
	}
}

// run calls a compiled trace's Run and gives its tensors.
func run(fn any, args ...any) (out []nn.Tensor, err error) {
	in := []reflect.Value{reflect.ValueOf(ctx)}
	for _, a := range args {
		in = append(in, reflect.ValueOf(a))
	}
	for _, v := range reflect.ValueOf(fn).Call(in) {
		switch v := v.Interface().(type) {
		case nn.Tensor:
			out = append(out, v)
		case error:
			err = v
		}
	}
	return out, err
}

func list(ts ...nn.Tensor) []nn.Tensor { return ts }

// TestSteerEach: what one run does to each row is what a run of that row alone does.
func TestSteerEach(t *testing.T) {
	sess := open(t)
	c, err := indexing.CompileSteerEach(sess)
	require.NoError(t, err)
	defer c.Close()
	dir := make([]float32, 2*48)
	for i := range dir {
		dir[i] = float32(i%7) - 3
	}
	v, alpha, pos := nn.From(dir, 2, 48), []float32{2, -0.5}, []int{3, 1}
	got, err := c.Run(ctx, text, v, alpha, pos)
	require.NoError(t, err)
	alike(t, interpret(t, sess, text, func(m *gpt2.Model) []nn.Tensor { return list(indexing.SteerEach(m, v, alpha, pos)) }), list(got))
	plain := interpret(t, sess, text, func(m *gpt2.Model) []nn.Tensor { return list(m.LMHead.Output()) })
	for r := range 2 {
		in := gpt2.Inputs{InputIDs: nn.From(ids[4*r:4*r+4], 1, 4)}
		alone, err := c.Run(ctx, in, nn.From(dir[48*r:48*r+48], 1, 48), alpha[r:r+1], pos[r:r+1])
		require.NoError(t, err)
		alike(t, list(alone.At(0)), list(got.At(r)))
		require.InDeltaSlice(t, plain[0].At(r, nn.RangeTo(pos[r])).Float32s(), got.At(r, nn.RangeTo(pos[r])).Float32s(), 1e-5, "before its position nothing changes")
		require.Greater(t, got.At(r, pos[r]).Sub(plain[0].At(r, pos[r])).NormMax().Item(), float32(0.1), "row %d is steered", r)
	}
	_, err = c.Run(ctx, text, v, alpha, []int{3, 4})
	require.ErrorContains(t, err, "an index is outside its axis")
	require.ErrorContains(t, err, "indexing.go:20:1")
	_, err = c.Run(ctx, text, v, alpha, []int{3})
	require.NoError(t, err, "one position for all rows is broadcast")
	_, err = c.Run(ctx, text, v, alpha, []int{3, 1, 0})
	require.ErrorContains(t, err, "cannot be paired")
}

func TestParts(t *testing.T) {
	sess := open(t)
	c, err := indexing.CompileParts(sess)
	require.NoError(t, err)
	defer c.Close()
	for _, x := range []struct {
		lo, hi, at int
		list       []int
	}{{1, 3, 0, []int{0, 3, -1}}, {-3, 9, 2, []int{1, 1, 1}}, {2, 2, -1, []int{3}}} {
		got, err := run(c.Run, text, x.lo, x.hi, x.list, x.at)
		require.NoError(t, err)
		want := interpret(t, sess, text, func(m *gpt2.Model) []nn.Tensor {
			return list(indexing.Parts(m, x.lo, x.hi, x.list, x.at))
		})
		alike(t, want, got)
	}
}

func TestWrites(t *testing.T) {
	sess := open(t)
	c, err := indexing.CompileWrites(sess)
	require.NoError(t, err)
	defer c.Close()
	got, err := c.Run(ctx, text, 1, 3, []int{0, 2, 3})
	require.NoError(t, err)
	alike(t, interpret(t, sess, text, func(m *gpt2.Model) []nn.Tensor {
		return list(indexing.Writes(m, 1, 3, []int{0, 2, 3}))
	}), list(got))
	other, err := c.Run(ctx, text, 1, 3, []int{0, 2, 1})
	require.NoError(t, err)
	require.Greater(t, other.Sub(got).NormMax().Item(), float32(1e-3), "the list matters")
}

// TestNoise: the same numbers on every run and both ways, for a row alone too.
func TestNoise(t *testing.T) {
	sess := open(t)
	c, err := indexing.CompileNoisy(sess)
	require.NoError(t, err)
	defer c.Close()
	first, err := run(c.Run, text, 7, float32(0.5), []int{1, 2})
	require.NoError(t, err)
	again, err := run(c.Run, text, 7, float32(0.5), []int{1, 2})
	require.NoError(t, err)
	alike(t, first, again)
	alike(t, interpret(t, sess, text, func(m *gpt2.Model) []nn.Tensor {
		return list(indexing.Noisy(m, 7, float32(0.5), []int{1, 2}))
	}), first)
	alone, err := run(c.Run, gpt2.Inputs{InputIDs: nn.From(ids[:3], 1, 3)}, 7, float32(0.5), []int{1, 2})
	require.NoError(t, err)
	alike(t, list(first[1].At(0, nn.RangeTo(3))), list(alone[1].At(0)))
	other, err := run(c.Run, text, 8, float32(0.5), []int{1, 2})
	require.NoError(t, err)
	require.Greater(t, other[1].Sub(first[1]).NormMax().Item(), float32(0.5))
	require.Greater(t, other[0].Sub(first[0]).NormMax().Item(), float32(1e-3))
}

func TestVocabulary(t *testing.T) {
	sess := open(t)
	c, err := indexing.CompileVocabulary(sess)
	require.NoError(t, err)
	defer c.Close()
	got, err := run(c.Run, text, 2)
	require.NoError(t, err)
	want := interpret(t, sess, text, func(m *gpt2.Model) []nn.Tensor { return list(indexing.Vocabulary(m, 2)) })
	alike(t, want, got)
	require.Equal(t, []int64{0, 1, 1, 2}, got[1].Ints())
	_, err = run(c.Run, text, 0)
	require.ErrorContains(t, err, "a divisor is 0")
	err = sess.Interpret(ctx, text, func(m *gpt2.Model) error {
		indexing.Vocabulary(m, 0)
		return nil
	})
	require.ErrorContains(t, err, "a divisor is 0")
}
