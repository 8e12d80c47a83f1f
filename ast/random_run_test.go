package ast_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/ast"
)

var (
	randomSeeds = flag.Int("random", 150, "how many random functions to compare")
	randomFirst = flag.Int("first", 0, "the first seed")
)

// TestRandomHostCode compares random functions with what is left of them after
// compiling, both run as Go over a model whose outputs are six constants.
func TestRandomHostCode(t *testing.T) {
	user := "package probes\n\nimport \"example.com/app/deep\"\n" + randomHelpers
	for seed := *randomFirst; seed < *randomFirst+*randomSeeds; seed++ {
		user += randomFunc(uint64(seed))
	}
	traces, diags := compile(map[string][]byte{"probes.go": []byte(user)})
	refused := map[string]int{}
	for _, d := range diags {
		refused[d.Code]++
		require.NotEqual(t, "NN1299", d.Code, "%v", d)
		require.NotEqual(t, "NN1103", d.Code, "%v\n%s", d, user)
	}
	require.Greater(t, len(traces), *randomSeeds/3, "too many are refused: %v\n%v", refused, diags)
	t.Logf("%d of %d compiled, refused: %v", len(traces), *randomSeeds, refused)
	if len(traces) > 0 {
		out := runRandom(t, user, traces)
		require.Equal(t, "ok\n", out)
	}
}

var tapIndex = regexp.MustCompile(`transformer/h\.(\d+)/`)

// runRandom builds and runs the comparison in a module of its own.
func runRandom(t *testing.T, user string, traces []*ast.Trace) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	write("go.mod", "module example.com/app\n\ngo 1.26\n")
	write("nn/nn.go", "package nn\n\ntype Tensor struct{ V float32 }\n\nfunc (t Tensor) Float32s() []float32 { return []float32{t.V} }\n")
	write("deep/deep.go", `package deep

import "example.com/app/nn"

type Block struct{ I int }

func (b *Block) Output() nn.Tensor { return nn.Tensor{V: float32(b.I*3 - 5)} }

type Model struct{ Transformer struct{ H [6]*Block } }

func New() *Model {
	m := &Model{}
	for i := range m.Transformer.H {
		m.Transformer.H[i] = &Block{i}
	}
	return m
}
`)
	var b strings.Builder
	b.WriteString("package main\n\nimport \"fmt\"\nimport \"example.com/app/nn\"\n")
	b.WriteString(strings.Replace(user, "package probes\n\nimport \"example.com/app/deep\"\n", "import \"example.com/app/deep\"\n\ntype taps []int\n\nfunc (t taps) Tensor(i int) nn.Tensor { return nn.Tensor{V: float32(t[i]*3 - 5)} }\n", 1))
	b.WriteString("func main() {\n\tm := deep.New()\n\tfor _, a := range []int{-3, 0, 1, 2, 7} {\n\tfor _, b := range []int{-1, 0, 4} {\n")
	var checks strings.Builder
	for _, tr := range traces {
		checks.WriteString(randomCheck(t, tr))
		fmt.Fprintf(&b, "\t\tcompare(%q, a, b, func() (int, int) { return %s(m, a, b) }, func() (int, int) { x, y, _ := nn_check%s(a, b); return x, y })\n", tr.Func, tr.Func, tr.Func)
	}
	b.WriteString("\t}\n\t}\n\tfmt.Println(\"ok\")\n}\n\n")
	b.WriteString("func compare(name string, a, b int, f, g func() (int, int)) {\n\tx, y := f()\n\tv, w := g()\n\tif x != v || y != w {\n\t\tfmt.Println(name, a, b, \"gave\", x, y, \"but compiled\", v, w)\n\t}\n}\n\n")
	write("main.go", b.String()+checks.String())
	cmd := exec.Command("go", "run", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil || string(out) != "ok\n" {
		keep := filepath.Join(os.TempDir(), "nngen-random.go")
		_ = os.WriteFile(keep, []byte(b.String()+checks.String()), 0o644)
		t.Logf("the program is kept at %s", keep)
	}
	require.NoError(t, err, "%s", out)
	return string(out)
}

// randomCheck is a trace as one function over taps that are layer numbers.
func randomCheck(t *testing.T, tr *ast.Trace) string {
	t.Helper()
	var list []string
	for _, tap := range tr.Plan.Taps {
		m := tapIndex.FindStringSubmatch(tap.Value.Name)
		require.NotNil(t, m, "%v", tap)
		n, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		list = append(list, strconv.Itoa(n))
	}
	src := assemble(tr)
	src = strings.Replace(src, "var nn_taps *nn_checkTaps\n", "nn_taps := taps{"+strings.Join(list, ", ")+"}\n", 1)
	return src
}
