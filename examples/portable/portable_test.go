package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sbinet/npyio/npz"
	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/examples/portable/bert"
	"github.com/nngen-go/nngen/examples/portable/interventions"
	"github.com/nngen-go/nngen/examples/portable/neox"
	"github.com/nngen-go/nngen/modelspec"
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

// TestAliasesOfPlans: a plan knows the aliases of the program that wrote it, also
// where the session that runs it has none, or others.
func TestAliasesOfPlans(t *testing.T) {
	sess, err := neox.Open(filepath.Join("neox", "neox.onnx"))
	require.NoError(t, err)
	defer sess.Close()
	keep, err := interventions.CompileKeepNeoX(sess)
	require.NoError(t, err)
	defer keep.Close()
	var file bytes.Buffer
	require.NoError(t, nn.WritePlan(&file, keep.Plan()))

	text, err := os.ReadFile(filepath.Join("neox", "neox.nnspec.yaml"))
	require.NoError(t, err)
	spec, errs := modelspec.Read("neox.nnspec.yaml", text)
	require.NoError(t, errs.Err())
	for name, rename := range map[string]map[string][]string{
		"none": nil, "another": {"gpt_neox": {"layers"}, "embed_out": {"unembed"}},
	} {
		t.Run(name, func(t *testing.T) {
			spec.Rename = rename
			bare, err := nn.Open(nn.InfoOf(spec), filepath.Join("neox", "neox.onnx"))
			require.NoError(t, err)
			defer bare.Close()
			plan, err := nn.ReadPlan(bytes.NewReader(file.Bytes()))
			require.NoError(t, err)
			c, err := bare.Compile(plan)
			require.NoError(t, err)
			defer c.Close()
			in := neox.Inputs{InputIDs: prompt()}.NNInputs()
			got := nn.CacheOf[neox.Cache](c, 0, nil)
			require.NoError(t, c.RunInto(t.Context(), []nn.InvokeInputs{in}, nil, nn.Caching(c, nil, got)...))
			require.Equal(t, []string{"layers.0.self_attn", "layers.0", "layers.1"}, got.Keys(true))
			v, err := got.Get("layers.0.self_attn")
			require.NoError(t, err)
			require.Equal(t, got.GptNeox.Layers[0].Attention.Output().Float32s(), v.Output().Float32s())

			plan.Aliases = nil // without them the session's own names hold
			d, err := bare.Compile(plan)
			require.NoError(t, err)
			defer d.Close()
			got = nn.CacheOf[neox.Cache](d, 0, nil)
			require.NoError(t, d.RunInto(t.Context(), []nn.InvokeInputs{in}, nil, nn.Caching(d, nil, got)...))
			_, err = got.Get("layers.0.self_attn")
			require.Error(t, err)

			for alias, path := range map[string]string{
				"gpt_neox": "embed_out", "gpt_neox.layers": "embed_out", "first": "gpt_neox.layers.99", "nowhere.first": "embed_out",
			} {
				plan.Aliases = map[string]string{alias: path}
				_, err := bare.Compile(plan)
				var e *nn.Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, "NN3171", e.Code)
				require.Contains(t, err.Error(), alias)
			}
		})
	}
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
