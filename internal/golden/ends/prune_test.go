package ends_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/ends"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	"github.com/nngen-go/nngen/internal/onnx"
	nn "github.com/nngen-go/nngen/runtime"
)

// nodesOf counts the nodes of the graph that a trace runs, those of one module
// among them: at the top, and in branches.
func nodesOf(t *testing.T, sess *nn.Session, p *nn.Plan, module string) (all, top, inside int) {
	c, err := sess.Compile(p)
	require.NoError(t, err)
	defer c.Close()
	path := filepath.Join(t.TempDir(), "trace.onnx")
	_, err = c.Export(path)
	require.NoError(t, err)
	f, err := onnx.Open(path)
	require.NoError(t, err)
	defer f.Close()
	var count func(g *onnx.Graph, n *int)
	count = func(g *onnx.Graph, n *int) {
		for _, node := range g.Nodes {
			all++
			if strings.HasPrefix(node.Name, module) {
				*n++
			}
			for _, a := range node.Attrs {
				if a.G != nil {
					count(a.G, &inside)
				}
			}
		}
	}
	count(f.Model.Graph, &top)
	return all, top, inside
}

// plan compiles a trace and gives its plan.
func plan[C interface {
	Plan() *nn.Plan
	Close() error
}](t *testing.T, sess *llama.Session, compile func(*llama.Session, ...nn.CompileOption) (C, error),
) *nn.Plan {
	c, err := compile(sess)
	require.NoError(t, err)
	defer c.Close()
	return c.Plan()
}

// TestSkipPrunes holds that nothing of a skipped module is left in the graph,
// and that a branch holds all of one that is skipped under a condition.
func TestSkipPrunes(t *testing.T) {
	sess := openLlama(t)
	const layer, mlp = "/model/layers.1/", "/model/layers.0/mlp/"
	raw, ofLayer, _ := nodesOf(t, sess.Session, plan(t, sess, ends.CompileRaw), layer)
	require.Greater(t, ofLayer, 30)
	_, ofMLP, _ := nodesOf(t, sess.Session, plan(t, sess, ends.CompileRaw), mlp)
	require.Greater(t, ofMLP, 3)

	all, top, inside := nodesOf(t, sess.Session, plan(t, sess, ends.CompileSkipLayer), layer)
	require.Zero(t, top+inside, "the second layer is gone")
	require.LessOrEqual(t, all, raw-ofLayer)
	_, top, inside = nodesOf(t, sess.Session, plan(t, sess, ends.CompileSkipRows), layer)
	require.Zero(t, top+inside, "in several invokes too")

	_, top, inside = nodesOf(t, sess.Session, plan(t, sess, ends.CompileSkipWhen), mlp)
	require.Zero(t, top, "nothing of the MLP is computed where it is skipped")
	require.Equal(t, ofMLP, inside, "and all of it where it is not")
	t.Logf("raw %d nodes (%d of the second layer), second layer skipped %d", raw, ofLayer, all)
}

// TestStopPrunes holds that nothing behind a stop is left in the graph.
func TestStopPrunes(t *testing.T) {
	sess := openLlama(t)
	raw, _, _ := nodesOf(t, sess.Session, plan(t, sess, ends.CompileRaw), "/lm_head")
	for _, p := range []*nn.Plan{plan(t, sess, ends.CompileStop), plan(t, sess, ends.CompileStopInvokes), plan(t, sess, ends.CompileStopFirst)} {
		for _, module := range []string{"/model/layers.1/", "/model/norm/", "/lm_head"} {
			all, top, inside := nodesOf(t, sess.Session, p, module)
			require.Zero(t, top+inside, "%s: %s is gone", p.Name, module)
			require.Less(t, all, raw*2/3, p.Name)
		}
	}
}
