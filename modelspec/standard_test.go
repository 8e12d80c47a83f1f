package modelspec

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The same names reach the same parts in every family.
func TestStandardNames(t *testing.T) {
	for _, k := range []struct {
		net, exporter string
		want          map[string]string // alias → path
	}{
		{"gpt2", "torchscript", map[string]string{
			"layers": "transformer.h", "layers.1.self_attn": "transformer.h.1.attn", "layers.1.mlp": "transformer.h.1.mlp",
			"embed_tokens": "transformer.wte", "ln_final": "transformer.ln_f", "lm_head": "lm_head",
		}},
		{"llama", "dynamo", map[string]string{
			"layers": "model.layers", "layers.0.self_attn": "model.layers.0.self_attn", "layers.0.mlp": "model.layers.0.mlp",
			"embed_tokens": "model.embed_tokens", "ln_final": "model.norm", "lm_head": "lm_head",
		}},
		{"bert", "torchscript", map[string]string{
			"layers": "encoder.layer", "layers.1.self_attn": "encoder.layer.1.attention", "embed_tokens": "embeddings.word_embeddings",
		}},
	} {
		t.Run(k.net, func(t *testing.T) {
			s := inferred(t, k.net+"/"+k.exporter)
			added := s.AddStandardNames()
			require.NotEmpty(t, added)
			aliases, _, errs := Aliases(s)
			require.Empty(t, errs)
			for alias, path := range k.want {
				m, ok := s.Find(alias, aliases)
				require.True(t, ok, alias)
				require.Equal(t, path, m.Path)
			}
			require.Empty(t, s.AddStandardNames(), "there already")
		})
	}
}

// Names of other families follow from their paths alone.
func TestStandardNamesOfFamilies(t *testing.T) {
	neox := &Spec{}
	for _, p := range []string{"", "gpt_neox", "gpt_neox.embed_in", "gpt_neox.layers", "gpt_neox.layers.0", "gpt_neox.layers.0.attention", "gpt_neox.layers.0.mlp", "gpt_neox.final_layer_norm", "embed_out"} {
		neox.Modules = append(neox.Modules, &Module{Path: p})
	}
	require.Equal(t, []string{
		"layers of gpt_neox.layers", "embed_tokens of gpt_neox.embed_in", "ln_final of gpt_neox.final_layer_norm", "lm_head of embed_out", "self_attn of attention",
	}, neox.AddStandardNames())

	taken := &Spec{Rename: map[string][]string{"transformer.wte": {"layers"}}}
	for _, p := range []string{"", "transformer", "transformer.wte", "transformer.h", "transformer.h.0", "transformer.h.0.attn"} {
		taken.Modules = append(taken.Modules, &Module{Path: p})
	}
	require.Equal(t, []string{"embed_tokens of transformer.wte", "self_attn of attn"}, taken.AddStandardNames(), "what the user named stays")
	require.Equal(t, []string{"layers", "embed_tokens"}, taken.Rename["transformer.wte"])

	other := &Spec{Modules: []*Module{{Path: ""}, {Path: "fc1"}}}
	require.Empty(t, other.AddStandardNames())
	require.Empty(t, other.Rename)
}
