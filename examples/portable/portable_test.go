package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sbinet/npyio/npz"
	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/examples/portable/bert"
	"github.com/nngen-go/nngen/examples/portable/interventions"
	"github.com/nngen-go/nngen/examples/portable/neox"
	nn "github.com/nngen-go/nngen/runtime"
)

// array reads one golden, which nnsight wrote with each family's own names.
func array(t *testing.T, name string) []float32 {
	r, err := npz.Open(filepath.Join("testdata", "portable.npz"))
	require.NoError(t, err)
	defer r.Close()
	var out []float32
	require.NoError(t, r.Read(name+".npy", &out), name)
	return out
}

func tokens(t *testing.T) nn.Tensor {
	r, err := npz.Open(filepath.Join("testdata", "portable.npz"))
	require.NoError(t, err)
	defer r.Close()
	var ids []int64
	require.NoError(t, r.Read("gpt2_steer/in.input_ids.npy", &ids))
	return nn.From(ids, 2, 6)
}

// TestPortable holds the same helpers, in four families, to what nnsight gave.
func TestPortable(t *testing.T) {
	var b strings.Builder
	var seen []string
	v := nn.From(array(t, "gpt2_steer/arg.v"))
	require.NoError(t, show(&b, filepath.Join("..", ".."), tokens(t), v, func(family string, r results) {
		seen = append(seen, family)
		close := func(name string, got nn.Tensor) {
			want := array(t, family+"_"+name)
			list := got.Float32s()
			require.Len(t, list, len(want), name)
			for i := range want {
				require.InDelta(t, want[i], list[i], 1e-4+1e-4*float64(max(want[i], -want[i])), "%s %s %d", family, name, i)
			}
		}
		close("steer/last", r.steered)
		close("ablate/last", r.ablated)
		if !r.lens.IsZero() {
			close("lens/logits", r.lens)
		}
	}))
	require.Equal(t, []string{"gpt2", "llama", "neox", "bert"}, seen)
	require.Equal(t, 4, strings.Count(b.String(), "differ by"))
}

// TestAliases finds modules by standard names everywhere: in accessors, the
// generated maps, Get and caches.
func TestAliases(t *testing.T) {
	require.Equal(t, "gpt_neox.layers", neox.Aliases["layers"])
	require.Equal(t, []string{"lm_head"}, neox.AliasesOf["embed_out"])
	require.Equal(t, "encoder.layer.1.attention", bert.Aliases["encoder.layer.1.self_attn"])
	sess, err := neox.Open(filepath.Join("neox", "neox.onnx"))
	require.NoError(t, err)
	defer sess.Close()
	ctx, in := context.Background(), neox.Inputs{InputIDs: prompt()}
	keep, err := interventions.CompileKeepNeoX(sess)
	require.NoError(t, err)
	defer keep.Close()
	got, err := keep.Run(ctx, in)
	require.NoError(t, err)
	var live *neox.Cache
	require.NoError(t, sess.Interpret(ctx, in, func(m *neox.Model) error {
		live = interventions.KeepNeoX(m)
		e, err := m.Get("layers.0.self_attn")
		require.NoError(t, err)
		require.Equal(t, "gpt_neox.layers.0.attention", e.Path())
		require.Same(t, m.Layers[0], m.GptNeox.Layers[0])
		return nil
	}))
	for _, c := range []*neox.Cache{live, got} {
		require.Equal(t, []string{"gpt_neox.layers.0.attention", "gpt_neox.layers.0", "gpt_neox.layers.1"}, c.Keys(false))
		require.Equal(t, []string{"layers.0.self_attn", "layers.0", "layers.1"}, c.Keys(true))
		require.Equal(t, c.GptNeox.Layers[0].Output().Float32s(), c.Layers[0].Output().Float32s())
		v, err := c.Get("layers.0.self_attn")
		require.NoError(t, err)
		require.Equal(t, c.Layers[0].SelfAttn.Output().Float32s(), v.Output().Float32s())
	}
	want, have := live.Layers[1].Output().Float32s(), got.Layers[1].Output().Float32s()
	for i := range want {
		require.InDelta(t, want[i], have[i], 1e-5)
	}
	attend, err := interventions.CompileAttendNeoX(sess)
	require.NoError(t, err)
	defer attend.Close()
	out, err := attend.Run(ctx, in)
	require.NoError(t, err)
	require.InDeltaSlice(t, live.Layers[0].SelfAttn.Output().Float32s(), out.Float32s(), 1e-5)
}
