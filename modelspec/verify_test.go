package modelspec

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
)

// fakeModel answers probes from what is known of its tensors.
type fakeModel struct {
	dead, leaky, unstable, broken map[string]bool
	halves                        map[string]bool // [2*batch]: all rows, and then all once more
	shy                           map[string]int  // tensor → the first attempt that moves anything
	runs                          int
	most                          int
}

func (f *fakeModel) Probe(_ context.Context, rows int, probes []Probe) ([]float64, error) {
	f.runs++
	f.most = max(f.most, len(probes))
	moved := make([]float64, rows)
	for _, p := range probes {
		switch {
		case f.broken[p.Tensor]:
			return nil, errors.New("shape mismatch")
		case p.Identity && f.unstable[p.Tensor]:
			moved[0] = 1
		case p.Identity || f.dead[p.Tensor] || p.Attempt < f.shy[p.Tensor]:
		case p.Row < 0 || f.leaky[p.Tensor]:
			for i := range moved {
				moved[i] = 1
			}
		case f.halves[p.Tensor] != (p.Rows.Order == OrderInner) && p.Rows.Folded(): // two entries that follow each other are of two rows
			moved[2*p.Row%rows], moved[(2*p.Row+1)%rows] = 1, 1
		default:
			moved[p.Row] = 1
		}
	}
	return moved, nil
}

// wide is a spec of n modules in a row, with and without rows.
func wide(names ...string) *Spec {
	s := &Spec{Batch: "batch", Modules: []*Module{{}}}
	for i, n := range names {
		shape := tensor.Shape{"batch", "4"}
		if n[0] == '2' {
			shape[0] = "2*batch"
		}
		if n[0] == '-' {
			shape = tensor.Shape{"1", "4"}
		}
		s.Modules = append(s.Modules, &Module{Path: n, Visits: 1, Outputs: []*Point{
			{Tensor: n, Role: RoleOutput, Node: i, Type: tensor.Type{DType: tensor.Float32, Shape: shape}},
		}})
	}
	return s
}

func reasons(s *Spec) map[string]string {
	out := map[string]string{}
	for _, m := range s.Modules {
		for _, p := range m.Outputs {
			out[p.Tensor] = p.Absent
			if p.Checked {
				out[p.Tensor] = "ok"
			}
		}
	}
	return out
}

func TestVerify(t *testing.T) {
	s := wide("a", "b", "dead", "c", "leaky", "-mask", "-dead", "unstable", "broken", "d")
	f := &fakeModel{
		dead: map[string]bool{"dead": true, "-dead": true}, leaky: map[string]bool{"leaky": true},
		unstable: map[string]bool{"unstable": true}, broken: map[string]bool{"broken": true},
	}
	last := 0
	v, err := Verify(context.Background(), s, f, VerifyOptions{Rows: 4, Progress: func(done, total int) { last = done; require.Equal(t, 10, total) }})
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"a": "ok", "b": "ok", "c": "ok", "d": "ok", "-mask": "ok", "dead": reasonStill, "-dead": reasonStill, "leaky": reasonLeak,
		"unstable": reasonIdentity, "broken": "a write there fails: shape mismatch",
	}, reasons(s))
	require.Equal(t, Verified{Checked: 5, Failed: 5, Runs: f.runs}, v)
	require.Equal(t, 10, last)
}

// TestVerifyTogether: a healthy model needs one identity run and one run for
// every Rows-1 points.
func TestVerifyTogether(t *testing.T) {
	names := make([]string, 100)
	for i := range names {
		names[i] = "p" + itoa(i)
	}
	f := &fakeModel{}
	v, err := Verify(context.Background(), wide(names...), f, VerifyOptions{Rows: 26})
	require.NoError(t, err)
	require.Equal(t, Verified{Checked: 100, Runs: 5}, v)
}

func TestVerifyCapped(t *testing.T) {
	names := make([]string, 100)
	for i := range names {
		names[i] = "p" + itoa(i)
	}
	s := wide(names...)
	v, err := Verify(context.Background(), s, &fakeModel{}, VerifyOptions{Rows: 11, MaxRuns: 4})
	require.NoError(t, err)
	require.Equal(t, Verified{Checked: 30, Left: 70, Runs: 4}, v)
	require.Equal(t, "", reasons(s)["p99"], "a point that was not tried is not absent")
}

// TestVerifyHalves: a tensor with several entries to a row is tried by itself,
// where it shows whose they are; among others that move the same rows it does not.
func TestVerifyHalves(t *testing.T) {
	names := []string{"2a", "2b"}
	for i := range 13 {
		names = append(names, "p"+itoa(i))
	}
	s := wide(names...)
	_, err := Verify(context.Background(), s, &fakeModel{halves: map[string]bool{"2a": true}}, VerifyOptions{Rows: 16})
	require.NoError(t, err)
	require.Equal(t, "ok", reasons(s)["2a"])
	require.Equal(t, "ok", reasons(s)["2b"])
	require.Equal(t, map[string]Order{"2a": OrderInner, "2b": OrderOuter}, s.Orders())
	require.Equal(t, "ok", reasons(s)["p5"])
}

// TestBatchSymbol: the symbol that says so numbers the rows, on any axis.
func TestBatchSymbol(t *testing.T) {
	input := func(shape ...tensor.Dim) Value {
		return Value{Role: RoleInput, Type: tensor.Type{DType: tensor.Float32, Shape: shape}}
	}
	require.Equal(t, "batch", batchSymbol([]Value{input("seq", "batch", "6")}))
	require.Equal(t, "batch_size", batchSymbol([]Value{input("n", "3"), input("n", "batch_size")}))
	require.Equal(t, "N", batchSymbol([]Value{input("N", "T")}))
	require.Equal(t, "", batchSymbol([]Value{input("4", "T")}))
}

// TestVerifyNoBatch: without a batch the points are tried one by one.
func TestVerifyNoBatch(t *testing.T) {
	s := wide("a", "dead", "b")
	s.Batch = ""
	f := &fakeModel{dead: map[string]bool{"dead": true}}
	v, err := Verify(context.Background(), s, f, VerifyOptions{})
	require.NoError(t, err)
	require.Equal(t, Verified{Checked: 2, Failed: 1, Runs: 4 + 2}, v, "what moves nothing is tried thrice")
}

func TestVerifyCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Verify(ctx, wide("a"), &fakeModel{}, VerifyOptions{})
	require.ErrorIs(t, err, context.Canceled)
}
