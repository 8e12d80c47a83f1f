package tensor

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/nngen-go/nngen/internal/fuzzguard"
)

// anyDim draws small polynomials over three symbols.
func anyDim(t *rapid.T, label string) Dim {
	names := []string{"batch", "seq", "past.0"}
	d := N(rapid.Int64Range(-5, 5).Draw(t, label+"0"))
	for range rapid.IntRange(0, 3).Draw(t, label+"terms") {
		term := N(rapid.Int64Range(-4, 4).Draw(t, label+"c"))
		for range rapid.IntRange(1, 2).Draw(t, label+"degree") {
			term = term.Mul(Dim(rapid.SampledFrom(names).Draw(t, label+"symbol")))
		}
		d = d.Add(term)
	}
	return d
}

var someSizes = map[string]int64{"batch": 3, "seq": 7, "past.0": 11}

func eval(t require.TestingT, d Dim) int64 {
	n, err := d.Eval(someSizes)
	require.NoError(t, err)
	return n
}

func TestDimArithmeticFollowsIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyDim(t, "a"), anyDim(t, "b")
		require.Equal(t, eval(t, a)+eval(t, b), eval(t, a.Add(b)))
		require.Equal(t, eval(t, a)-eval(t, b), eval(t, a.Sub(b)))
		require.Equal(t, eval(t, a)*eval(t, b), eval(t, a.Mul(b)))
	})
}

func TestDimIsCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anyDim(t, "a"), anyDim(t, "b"), anyDim(t, "c")
		require.Equal(t, a.Add(b), b.Add(a))
		require.Equal(t, a.Mul(b), b.Mul(a))
		require.Equal(t, a, a.Add(b).Sub(b))
		require.Equal(t, a.Mul(b.Add(c)), a.Mul(b).Add(a.Mul(c)))
		n := rapid.Int64Range(1, 9).Draw(t, "n")
		require.Equal(t, a, a.Mul(N(n)).Div(n))
		back, err := ParseDim(string(a))
		require.NoError(t, err)
		require.Equal(t, a, back)
	})
}

func TestDimTexts(t *testing.T) {
	for text, want := range map[string]Dim{
		"768": "768", "seq + past": "past+seq", "batch*2": "2*batch", "1+2*batch": "2*batch+1",
		"seq-1": "seq-1", "-seq+1": "-seq+1", "b*a*3": "3*a*b", "?": Unknown, "seq-seq": "0", "12*batch": "12*batch",
	} {
		d, err := ParseDim(text)
		require.NoError(t, err, text)
		require.Equal(t, want, d, text)
	}
	for _, bad := range []string{"", "a+", "*", "a b+*", "1.5", "9999999999999999999", "--a"} {
		_, err := ParseDim(bad)
		require.Error(t, err, bad)
	}
}

func TestUnknownProvesNothing(t *testing.T) {
	require.False(t, Unknown.Equal(Unknown))
	require.False(t, Unknown.Differs(N(1)))
	require.Equal(t, Unknown, Unknown.Add(N(1)))
	require.Equal(t, Unknown, N(0).Mul(Unknown))
	require.Equal(t, Unknown, Dim("seq").Div(2))
	require.True(t, Dim("seq").Differs("seq-1"))
	require.False(t, Dim("seq").Differs("past"))
}

func TestCoefficient(t *testing.T) {
	k, ok := Dim("12*batch").Coefficient("batch")
	require.True(t, ok)
	require.EqualValues(t, 12, k)
	_, ok = Dim("batch+1").Coefficient("batch")
	require.False(t, ok)
	_, ok = Dim("batch*seq").Coefficient("batch")
	require.False(t, ok)
	require.Equal(t, []string{"batch", "seq"}, Dim("batch*seq+2*seq").Symbols())
}

func FuzzParseDim(f *testing.F) {
	for _, s := range []string{"seq", "2*batch+1", "a-b", "?", "-3", "a*b*c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		defer fuzzguard.Input()()
		d, err := ParseDim(s)
		if err != nil || d == Unknown {
			return
		}
		again, err := ParseDim(string(d))
		require.NoError(t, err)
		require.Equal(t, d, again)
	})
}

func TestDimQuotient(t *testing.T) {
	for d, want := range map[Dim]Dim{
		"batch": "1", "3*batch": "3", "batch*seq": "seq", "2*batch*seq": "2*seq", "batch*past+batch*seq": "past+seq", "batch*seq-batch": "seq-1",
	} {
		q, ok := d.Quotient("batch")
		require.True(t, ok, d)
		require.Equal(t, want, q)
		parsed, err := ParseDim(string(d))
		require.NoError(t, err)
		require.Equal(t, parsed, q.Mul("batch"))
	}
	for _, d := range []Dim{"4", "seq", "batch+1", "batch*batch", "batch*batch*seq", "batch*seq+seq", Unknown, ""} {
		_, ok := d.Quotient("batch")
		require.False(t, ok, d)
	}
}
