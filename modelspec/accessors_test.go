package modelspec

import (
	"fmt"
	"go/parser"
	"go/token"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestGoName(t *testing.T) {
	for text, want := range map[string]string{
		"lm_head": "LMHead", "ln_f": "LnF", "c_attn": "CAttn", "wte": "WTE", "mlp": "MLP", "attn": "Attn", "input_ids": "InputIDs",
		"0": "M0", "fc_1_2": "Fc1_2", "LayerNorm": "LayerNorm", "q_proj": "QProj", "": "M", "_": "M", "__x__": "X", "func": "Func",
		"a-b c": "ABC", "naïve": "Naïve", "中": "M中", "\"; panic(1) //\n": "Panic1", "../../x": "X", "\xff": "M", "9lives": "M9lives",
		"self_attn": "SelfAttn", "input_layernorm": "InputLayernorm", "conv2d_3": "Conv2d3",
	} {
		require.Equal(t, want, GoName(text), "%q", text)
	}
}

// TestGoNameIsAName: whatever a file holds becomes an exported identifier.
func TestGoNameIsAName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := GoName(rapid.String().Draw(t, "text"))
		if !token.IsIdentifier(name) || !token.IsExported(name) {
			t.Fatalf("%q", name)
		}
	})
}

func accessorText(a *AccessorTree) string {
	var b strings.Builder
	for _, t := range a.Types {
		fmt.Fprintf(&b, "type %s struct { // %s x%d\n", t.Name, t.Class, t.Count)
		for _, f := range t.Fields {
			n := ""
			if f.Len > 0 {
				n = fmt.Sprintf("[%d]", f.Len)
			}
			fmt.Fprintf(&b, "\t%s %s*%s `nn:%q` // %s\n", f.GoName, n, f.Type, f.Tag, f.Doc)
		}
		b.WriteString("}\n")
		for _, v := range t.Views {
			fmt.Fprintf(&b, "func %s, Set%s of %s // %s\n", v.GoName, v.GoName, t.Name, v.Doc)
		}
	}
	return b.String()
}

func TestAccessorsGolden(t *testing.T) {
	for _, name := range fixtures(t) {
		golden(t, strings.ReplaceAll(name, "/", ".")+".accessors.txt", accessorText(Accessors(inferred(t, name))))
	}
}

// TestAccessorsHostile: names that clash with each other, with the accessors' own
// methods and with the language still give fields that compile and differ.
func TestAccessorsHostile(t *testing.T) {
	s := &Spec{}
	add := func(p string) { s.Modules = append(s.Modules, &Module{Path: p, Visits: 1}) }
	add("")
	for _, p := range []string{"output", "Output", "a_b", "a__b", "aB", "0", "x", "type", "中", "", "`", "\n", "a b"} {
		if p != "" {
			add(p)
		}
	}
	s.Modules = append(s.Modules, &Module{Path: "m", Class: "Model"}, &Module{Path: "n", Class: "Session"}, &Module{Path: "o", Class: "\"`\n"})
	a := Accessors(s)
	require.Equal(t, "Model", a.Root)
	seen := map[string]bool{}
	for _, f := range a.Types[0].Fields {
		require.False(t, seen[f.GoName], f.GoName)
		require.True(t, token.IsIdentifier(f.GoName) && token.IsExported(f.GoName), f.GoName)
		require.False(t, envoyNames[f.GoName], f.GoName)
		seen[f.GoName] = true
	}
	types := map[string]bool{}
	for _, ty := range a.Types {
		require.False(t, types[ty.Name], ty.Name)
		types[ty.Name] = true
	}
	require.True(t, seen["Output_"] && seen["Output_2"])
	src := "package p\nimport \"nn\"\n"
	for _, ty := range a.Types {
		src += "type " + ty.Name + " struct {\n"
		for _, f := range ty.Fields {
			src += f.GoName + " *" + f.Type + "\n"
		}
		src += "}\n"
	}
	_, err := parser.ParseFile(token.NewFileSet(), "p.go", src, 0)
	require.NoError(t, err)
	require.Equal(t, accessorText(a), accessorText(Accessors(s)))
}

// TestAccessorsShare: modules of one structure share a type, others do not.
func TestAccessorsShare(t *testing.T) {
	s := &Spec{Modules: []*Module{{Path: "", Visits: 1}}}
	for _, p := range []string{"h", "h.0", "h.0.attn", "h.1", "h.1.attn", "mixed", "mixed.0", "mixed.1", "mixed.1.attn", "seq", "seq.0", "seq.1"} {
		s.Modules = append(s.Modules, &Module{Path: p, Visits: 1})
	}
	s.Modules[10].Outputs = []*Point{{Role: RoleOutput}} // seq is called itself
	got := accessorText(Accessors(s))
	require.Contains(t, got, "H [2]*Block `nn:\"h.%d\"`")
	require.Contains(t, got, "M0 *MixedItem `nn:\"0\"`")
	require.Contains(t, got, "Items [2]*")
}

// TestAccessorsLinear: ten thousand modules take well under a second, and twice
// as many about twice as long.
func TestAccessorsLinear(t *testing.T) {
	measure := func(n int) time.Duration {
		s := &Spec{Modules: []*Module{{Path: "", Visits: 1}, {Path: "h", Visits: 1}}}
		for i := 0; len(s.Modules) < n; i++ {
			base := fmt.Sprintf("h.%d", i)
			for _, p := range []string{"", ".attn", ".attn.q", ".attn.k", ".mlp"} {
				s.Modules = append(s.Modules, &Module{Path: base + p, Visits: 1})
			}
		}
		start := time.Now()
		require.Len(t, Accessors(s).Types, 6)
		return time.Since(start)
	}
	small, large := measure(10_000), measure(40_000)
	require.Less(t, small, time.Second)
	require.Less(t, large, 16*small+100*time.Millisecond)
}
