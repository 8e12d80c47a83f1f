package ast_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/nngen-go/nngen/ast"
	"github.com/nngen-go/nngen/internal/plan"
)

var update = flag.Bool("update", false, "write golden files")

// TestAccept compiles programs and compares plan and residual code with what is
// in their archives.
func TestAccept(t *testing.T) {
	list, err := filepath.Glob("testdata/accept/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, list)
	for _, name := range list {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			files, golden, raw := archive(t, name)
			traces, diags := compile(files)
			for _, d := range diags {
				t.Errorf("%v\n\thint: %s\n\trelated: %v", d, d.Hint, d.Related)
			}
			if len(diags) > 0 {
				return
			}
			checkCode(t, files, traces)
			got := dump(traces)
			if *update {
				writeGolden(t, name, raw, got)
				return
			}
			require.Equal(t, golden, got)
		})
	}
}

func writeGolden(t *testing.T, name string, a *txtar.Archive, got string) {
	t.Helper()
	out := &txtar.Archive{Comment: a.Comment}
	for _, f := range a.Files {
		if strings.HasSuffix(f.Name, ".go") {
			out.Files = append(out.Files, f)
		}
	}
	out.Files = append(out.Files, txtar.File{Name: "golden", Data: []byte(got)})
	require.NoError(t, os.WriteFile(name, txtar.Format(out), 0o644))
}

// TestReject holds every diagnostic to its line.
func TestReject(t *testing.T) {
	list, err := filepath.Glob("testdata/reject/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, list)
	for _, name := range list {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			files, _, _ := archive(t, name)
			_, diags := compile(files)
			want := wants(files)
			for _, d := range diags {
				key := fmt.Sprintf("%s:%d", d.Pos.Filename, d.Pos.Line)
				text := d.Message + " [" + d.Code + "]"
				found := -1
				for i, w := range want[key] {
					if regexp.MustCompile(w).MatchString(text) {
						found = i
					}
				}
				if found < 0 {
					t.Errorf("unexpected: %s: %s", d.Pos, text)
					continue
				}
				want[key] = append(want[key][:found], want[key][found+1:]...)
			}
			for key, list := range want {
				for _, w := range list {
					t.Errorf("%s: no diagnostic matches %q", key, w)
				}
			}
		})
	}
}

// dump prints traces for people.
func dump(traces []*ast.Trace) string {
	var b strings.Builder
	for _, t := range traces {
		fmt.Fprintf(&b, "trace %s (%s)\n", t.Func, t.Form)
		for _, p := range t.Params {
			fmt.Fprintf(&b, "\tparam %s %s (%s)\n", p.Name, p.Type, p.Kind)
		}
		for _, i := range t.Invokes {
			fmt.Fprintf(&b, "\tinvoke %s %s\n", i.Name, i.Inputs)
		}
		for _, s := range t.Before {
			fmt.Fprintf(&b, "\tbefore %d: %s\n", s.Line, indent(s.Code.String()))
		}
		dumpPlan(&b, t)
		for _, s := range t.After {
			fmt.Fprintf(&b, "\tafter %d: %s\n", s.Line, indent(s.Code.String()))
		}
		for _, r := range t.Results {
			fmt.Fprintf(&b, "\tresult %s %s = %s\n", r.Field, r.Type, indent(r.Expr.String()))
		}
		if t.HasError {
			fmt.Fprintf(&b, "\terror %s = %s\n", t.ErrorName, t.Err)
		}
	}
	return b.String()
}

func indent(s string) string { return strings.ReplaceAll(s, "\n", "\n\t\t") }

func dumpPlan(b *strings.Builder, t *ast.Trace) {
	p := t.Plan
	for i, prm := range p.Params {
		fmt.Fprintf(b, "\targ %s %s = %s\n", prm.Name, prm.Type, t.ParamExprs[i].Expr)
	}
	for _, n := range p.Nodes {
		var in []string
		for _, r := range n.In {
			in = append(in, ref(r))
		}
		attrs := ""
		if len(n.Attrs) > 0 {
			attrs = " " + strings.TrimPrefix(fmt.Sprint(n.Attrs), "map")
		}
		fmt.Fprintf(b, "\tnode %d: %s = %s(%s)%s\n", n.Line, strings.Join(n.Out, ", "), n.Op, strings.Join(in, ", "), strings.ReplaceAll(attrs, "\n", ","))
	}
	for _, w := range p.Writes {
		fmt.Fprintf(b, "\twrite %d: %s (%s %v) = %s\n", w.Line, w.At, w.Tensor, w.Consumers, ref(w.Value))
	}
	for _, c := range p.Checks {
		fmt.Fprintf(b, "\tcheck %d: %s is %s at %s\n", c.Line, ref(c.Value), c.Want, c.At)
	}
	for _, tp := range p.Taps {
		fmt.Fprintf(b, "\ttap %s = %s\n", tp.Name, ref(tp.Value))
	}
	for i, m := range p.Mediators {
		for _, s := range m {
			fmt.Fprintf(b, "\tmediator %d: %s %s %s line %d\n", i, s.Event, s.At, s.Placement, s.Line)
		}
	}
}

func ref(r plan.Ref) string {
	if r.Kind == plan.Model {
		return r.Name
	}
	return "$" + r.Name
}

// TestPieces shows what `nngen explain` has to say about a trace.
func TestPieces(t *testing.T) {
	traces, diags := compile(map[string][]byte{"p.go": []byte(`package probes

import (
	"example.com/app/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

//nngen:trace
func F(m *gpt2.Model, alpha float32) (logits nn.Tensor, n float32) {
	k := alpha * 2
	b := m.Transformer.H[0]
	h := b.Output()
	b.SetOutput(h.Scale(k))
	n = m.Transformer.H[1].Output().Norm().Item() * k
	m.Transformer.H[1].Output().Sum().Item()
	return m.LMHead.Output(), n
}
`)})
	require.Empty(t, diags)
	var got []string
	for _, p := range traces[0].Pieces {
		got = append(got, fmt.Sprintf("%d %s: %s", p.Line, p.Placement, p.What))
	}
	require.Equal(t, []string{
		"10 before: k := alpha * 2",
		"12 graph: transformer.h.0.output",
		"13 graph: transformer.h.0.output",
		"13 graph: h.Scale(k)",
		"13 before: k",
		"13 before: nn_p := k",
		"14 graph: transformer.h.1.output",
		"14 graph: m.Transformer.H[1].Output().Norm()",
		"14 after: n = nn_taps.Tensor(1).Item() * k",
		"15 graph: transformer.h.1.output",
		"15 prune: m.Transformer.H[1].Output().Sum()",
		"16 tap: lm_head.output",
	}, got)
}
