package modelspec

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func blocks(rename map[string][]string) *Spec {
	s := &Spec{Version: Version, Model: "m", Rename: rename}
	for _, p := range []string{"", "transformer", "transformer.h", "transformer.h.0", "transformer.h.0.attn", "transformer.h.0.attn.c_proj", "transformer.h.1", "transformer.h.1.attn", "transformer.h.1.attn.c_proj", "lm_head"} {
		s.Modules = append(s.Modules, &Module{Path: p, Visits: 1})
	}
	s.Modules[len(s.Modules)-1].Weights = map[string]string{"weight": "w"}
	return s
}

func TestAliases(t *testing.T) {
	tests := []struct {
		name   string
		rename map[string][]string
		want   map[string]string
	}{
		{"mount on the root", map[string][]string{"transformer.h": {"layers"}}, map[string]string{"layers": "transformer.h"}},
		{"leading dot", map[string][]string{".transformer.h": {"layers"}}, map[string]string{"layers": "transformer.h"}},
		{"wherever it resolves", map[string][]string{"attn": {"attention"}}, map[string]string{
			"transformer.h.0.attention": "transformer.h.0.attn", "transformer.h.1.attention": "transformer.h.1.attn",
		}},
		{"a list of names", map[string][]string{"lm_head": {"head", "out"}}, map[string]string{"head": "lm_head", "out": "lm_head"}},
		{"star", map[string][]string{"*.h": {"layers"}}, map[string]string{"layers": "transformer.h"}},
		{"dotted alias", map[string][]string{"attn.c_proj": {"attn.o_proj"}}, map[string]string{
			"transformer.h.0.attn.o_proj": "transformer.h.0.attn.c_proj", "transformer.h.1.attn.o_proj": "transformer.h.1.attn.c_proj",
		}},
		{"own name", map[string][]string{"attn": {"attn"}}, map[string]string{}},
		{"unresolved", map[string][]string{"self_attn": {"attn"}}, map[string]string{}},
		{"through an alias bound below", map[string][]string{"attn": {"att"}, "transformer.h.0.att": {"first"}}, map[string]string{
			"transformer.h.0.att": "transformer.h.0.attn", "transformer.h.1.att": "transformer.h.1.attn", "first": "transformer.h.0.attn",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			to, of, errs := Aliases(blocks(tt.rename))
			require.Empty(t, errs)
			require.Equal(t, tt.want, to)
			n := 0
			for path, list := range of {
				for _, a := range list {
					require.Equal(t, path, to[a])
					n++
				}
			}
			require.Len(t, to, n)
		})
	}
}

func TestAliasErrors(t *testing.T) {
	tests := []struct {
		name   string
		rename map[string][]string
		want   string
	}{
		{"several", map[string][]string{"transformer.h.*": {"first"}}, `rename key "transformer.h.*" leads to 2 modules from the model (transformer.h.0, transformer.h.1): an alias names one [NN1011]`},
		{"a child", map[string][]string{"transformer": {"lm_head"}}, `alias "lm_head" of "transformer" on the model is the name of a module there [NN1010]`},
		{"an accessor's", map[string][]string{"lm_head": {"output"}}, `alias "output" of "lm_head" on the model is a name that every accessor has [NN1010]`},
		{"an alias", map[string][]string{"lm_head": {"x"}, "transformer": {"x"}}, `alias "x" of "transformer" on the model is already an alias of "lm_head" [NN1010]`},
		{"a stranger's prefix", map[string][]string{"lm_head": {"transformer.head"}}, `its first part is no module above "lm_head" [NN1010]`},
		{"empty", map[string][]string{"lm_head": {""}}, `is no name [NN1010]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, errs := Aliases(blocks(tt.rename))
			require.NotEmpty(t, errs)
			require.Contains(t, errs[0].Error(), tt.want)
			require.NotEmpty(t, errs[0].Hint)
		})
	}
}

// TestAliasPosition: reading a spec reports a bad alias where it is written.
func TestAliasPosition(t *testing.T) {
	text := strings.Replace(small, "modules:", "rename:\n  \"\": x\n  fc: y\nmodules:", 1) + "- path: fc\n- path: y\n"
	_, errs := Read("f.yaml", []byte(text))
	require.Len(t, errs, 1)
	require.Equal(t, `f.yaml:16:3: alias "y" of "fc" on the model is the name of a module there [NN1010]`, errs[0].Error())
}

func TestFind(t *testing.T) {
	s := blocks(map[string][]string{"transformer.h": {"layers"}, "attn": {"attention"}})
	aliases, _, _ := Aliases(s)
	for path, want := range map[string]string{
		"transformer.h.1.attn": "transformer.h.1.attn", "model.transformer": "transformer", "layers.1.attention": "transformer.h.1.attn",
		"model": "", "model.layers.0": "transformer.h.0",
	} {
		m, ok := s.Find(path, aliases)
		require.True(t, ok, path)
		require.Equal(t, want, m.Path)
	}
	_, ok := s.Find("layers.7", aliases)
	require.False(t, ok)
}

func TestTreeAliases(t *testing.T) {
	golden(t, "aliases.tree.txt", Tree(blocks(map[string][]string{"transformer.h": {"layers"}, "attn": {"attention", "self_attn"}, "lm_head": {"head"}}), TreeOptions{}))
}
