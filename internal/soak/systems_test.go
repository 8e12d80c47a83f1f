package soak

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	cachedllama "github.com/nngen-go/nngen/internal/golden/optimum/llama"

	cached "github.com/nngen-go/nngen/internal/golden/caches/probes"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/conditional/gpt2sweep"
	"github.com/nngen-go/nngen/internal/golden/ends"
	"github.com/nngen-go/nngen/internal/golden/hooks"
	"github.com/nngen-go/nngen/internal/golden/session"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	probes "github.com/nngen-go/nngen/internal/golden/torchscript/gpt2/probes"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	llamas "github.com/nngen-go/nngen/internal/golden/torchscript/llama/probes"
	"github.com/nngen-go/nngen/internal/golden/visits"
	nn "github.com/nngen-go/nngen/runtime"
)

var ctx = context.Background()

// run is one run on the i-th of a few inputs. It gives numbers to compare.
type run func(i int) ([]float32, error)

// system is one way to use a model.
type system struct {
	name string
	open func(t *testing.T, m *models) run
}

// models are the sessions that all systems share.
type models struct {
	gpt2   *gpt2.Session
	llama  *llama.Session
	cached *cachedllama.Session // with optimum's cache
}

func openModels(t *testing.T) *models {
	g, err := gpt2.Open(golden.Model(t, "gpt2", "torchscript"), nn.Threads(1))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	l, err := llama.Open(golden.Model(t, "llama", "torchscript"), nn.Threads(1))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	c, err := cachedllama.Open(golden.Model(t, "llama", "optimum"), nn.Threads(1))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return &models{g, l, c}
}

// variants is how many different inputs there are; lengths and rows change too.
const variants = 4

func ids(i int) nn.Tensor {
	rows, tokens := 1+i%2, 3+i%variants
	list := make([]int64, rows*tokens)
	for k := range list {
		list[k] = int64(7*k+13*i) % 90
	}
	return nn.From(list, rows, tokens)
}

func gpt2In(i int) gpt2.Inputs   { return gpt2.Inputs{InputIDs: ids(i)} }
func llamaIn(i int) llama.Inputs { return llama.Inputs{InputIDs: ids(i)} }
func cachedIn(i int) cachedllama.Inputs {
	return cachedllama.Inputs{InputIDs: ids(i)}
}

// pair are two prompts of one row and one length.
func pair(i int) (a, b gpt2.Inputs) {
	tokens := []int64{int64(i), 2, 3, int64(4 + i)}
	return gpt2.Inputs{InputIDs: nn.From(tokens, 1, 4)}, gpt2.Inputs{InputIDs: nn.From([]int64{9, 8, int64(i), 5}, 1, 4)}
}

// numbers reads results and releases them.
func numbers(list ...nn.Tensor) []float32 {
	var out []float32
	for _, t := range list {
		out = append(out, t.Float32s()...)
		t.Release()
	}
	return out
}

func floats(ids [][]int64) []float32 {
	var out []float32
	for _, row := range ids {
		for _, id := range row {
			out = append(out, float32(id))
		}
	}
	return out
}

// opened makes a run of a compiled trace, closed with the test.
func opened[S, C any](t *testing.T, sess S, compile func(S, ...nn.CompileOption) (C, error), f func(c C, i int) ([]float32, error)) run {
	c, err := compile(sess)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, any(c).(interface{ Close() error }).Close()) })
	return func(i int) ([]float32, error) { return f(c, i) }
}

var direction = nn.Full(nn.Float32, 0.5, 48)

// systems are all of them.
var systems = []system{
	{"edit", func(t *testing.T, m *models) run {
		return opened(t, m.gpt2, probes.CompileSteer, func(c *probes.CompiledSteer, i int) ([]float32, error) {
			x, err := c.Run(ctx, gpt2In(i), direction, 2)
			return numbers(x), err
		})
	}},
	{"edit, interpreted", func(t *testing.T, m *models) run {
		return func(i int) (out []float32, err error) {
			err = m.gpt2.Interpret(ctx, gpt2In(i), func(m *gpt2.Model) error {
				out = numbers(probes.Steer(m, direction, 2))
				return nil
			})
			return out, err
		}
	}},
	{"barrier", func(t *testing.T, m *models) run {
		return opened(t, m.gpt2, probes.CompilePatchBarrier, func(c *probes.CompiledPatchBarrier, i int) ([]float32, error) {
			a, b := pair(i)
			x, y, err := c.Run(ctx, a, b)
			return numbers(x, y), err
		})
	}},
	{"barrier, interpreted", func(t *testing.T, m *models) run {
		return func(i int) (out []float32, err error) {
			a, b := pair(i)
			err = m.gpt2.InterpretTrace(ctx, func(t *gpt2.Trace) error {
				out = numbers(two(probes.PatchBarrier(t, a, b))...)
				return nil
			})
			return out, err
		}
	}},
	{"call", func(t *testing.T, m *models) run {
		return opened(t, m.gpt2, probes.CompileCallLens, func(c *probes.CompiledCallLens, i int) ([]float32, error) {
			x, y, err := c.Run(ctx, gpt2In(i))
			return numbers(x, y), err
		})
	}},
	{"hooks", func(t *testing.T, m *models) run {
		return opened(t, m.gpt2, hooks.CompileNormed, func(c *hooks.CompiledNormed, i int) ([]float32, error) {
			x, sum, err := c.Run(ctx, gpt2In(i), 0.1)
			return append(numbers(x), sum), err
		})
	}},
	{"chosen", func(t *testing.T, m *models) run {
		return opened(t, m.gpt2, gpt2sweep.CompilePatch, func(c *gpt2sweep.CompiledPatch, i int) ([]float32, error) {
			a, b := pair(i)
			x, err := c.Run(ctx, a, b, i%2, i%3)
			return numbers(x), err
		})
	}},
	{"cache", func(t *testing.T, m *models) run {
		return opened(t, m.gpt2, cached.CompileEverything, func(c *cached.CompiledEverything, i int) ([]float32, error) {
			kept, err := c.Run(ctx, gpt2In(i))
			if err != nil {
				return nil, err
			}
			defer kept.Release() // what is left to the collector waits for it, in memory of its own
			return numbers(kept.Transformer.H[0].Output(), kept.LMHead.Output()), err
		})
	}},
	{"skip", func(t *testing.T, m *models) run {
		return opened(t, m.llama, ends.CompileSkipMLP, func(c *ends.CompiledSkipMLP, i int) ([]float32, error) {
			x, err := c.Run(ctx, llamaIn(i))
			return numbers(x), err
		})
	}},
	{"stop", func(t *testing.T, m *models) run {
		return opened(t, m.llama, ends.CompileStopNorm, func(c *ends.CompiledStopNorm, i int) ([]float32, error) {
			h, logits, err := c.Run(ctx, llamaIn(i), float32(20*(i%2)))
			if err != nil {
				return nil, err
			}
			defer logits.Release() // none, where the run was stopped
			return numbers(h), nil
		})
	}},
	{"edits", func(t *testing.T, m *models) run {
		edited, err := m.llama.With(ends.EditLouder(1.5), ends.EditShift(0.1))
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, edited.Close()) })
		return opened(t, edited, ends.CompileHalve, func(c *ends.CompiledHalve, i int) ([]float32, error) {
			x, y, err := c.Run(ctx, llamaIn(i))
			return numbers(x, y), err
		})
	}},
	{"visits", func(t *testing.T, m *models) run {
		return opened(t, m.cached, visits.CompileIterRange, func(c *visits.CompiledIterRange, i int) ([]float32, error) {
			ids, h, err := c.Generate(ctx, cachedIn(i), direction, nn.MaxNewTokens(4))
			return append(numbers(h...), floats(ids)...), err
		})
	}},
	{"visits, interpreted", func(t *testing.T, m *models) run {
		return func(i int) (out []float32, err error) {
			ids, err := m.cached.InterpretGenerate(ctx, cachedIn(i), func(m *cachedllama.Model) error {
				out = numbers(visits.IterRange(m, direction)...)
				return nil
			}, nn.MaxNewTokens(4))
			return append(out, floats(ids)...), err
		}
	}},
	{"generation", func(t *testing.T, m *models) run {
		return opened(t, m.llama, llamas.CompileSteer, func(c *llamas.CompiledSteer, i int) ([]float32, error) {
			out, err := c.Generate(ctx, llamaIn(i), direction, 1, nn.MaxNewTokens(3))
			return floats(out), err
		})
	}},
	{"session", func(t *testing.T, m *models) run {
		put, err := session.CompilePut(m.gpt2)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, put.Close()) })
		return opened(t, m.gpt2, session.CompileLast, func(c *session.CompiledLast, i int) ([]float32, error) {
			a, b := pair(i)
			h, scale, err := c.Run(ctx, a)
			if err != nil {
				return nil, err
			}
			defer h.Release()
			defer scale.Release()
			x, err := put.Run(ctx, b, h, scale)
			return numbers(x), err
		})
	}},
}

func two(a, b nn.Tensor) []nn.Tensor { return []nn.Tensor{a, b} }
