package nn

import (
	"context"
	"fmt"

	"github.com/nngen-go/nngen/modelspec"
	"github.com/nngen-go/nngen/runtime/backend"
)

// GenerateOption is a setting of a decode loop.
type GenerateOption func(*generation)

// GenerateSettings are the settings of a decode loop as data, as options set
// them; WithSettings gives them back to a loop.
type GenerateSettings struct {
	MaxNewTokens int     `json:"max_new_tokens"`
	StopTokens   []int64 `json:"stop_tokens,omitempty"`
	Sample       bool    `json:"sample,omitempty"` // else greedy
	Temperature  float64 `json:"temperature"`
	TopK         int     `json:"top_k,omitempty"` // 0: all
	TopP         float64 `json:"top_p"`
	Seed         uint64  `json:"seed,omitempty"`
}

// generation is a decode loop's settings and what it tells as it goes.
type generation struct {
	GenerateSettings
	onToken func(step int, ids []int64) bool
	caches  []*cached // that each step adds to
	// taken is handed the tensors of all caches after each step, in place of that;
	// without every none of them.
	taken func(taps []Tensor) error
	every bool
}

// newGeneration carries out options on the defaults.
func newGeneration(opts []GenerateOption) (*generation, error) {
	g := &generation{GenerateSettings: GenerateSettings{MaxNewTokens: defaultNewTokens, Temperature: 1, TopP: 1}}
	for _, o := range opts {
		o(g)
	}
	return g, g.check()
}

// WithSettings sets everything that is data at once.
func WithSettings(s GenerateSettings) GenerateOption {
	return func(g *generation) { g.GenerateSettings = s }
}

// defaultNewTokens is how many tokens are made where MaxNewTokens does not say it.
const defaultNewTokens = 20

// Greedy takes the most likely token at each step, the first of equals. It is
// the default, and undoes Temperature, TopK and TopP before it.
func Greedy() GenerateOption {
	return func(g *generation) { g.Sample, g.TopK, g.Temperature, g.TopP = false, 0, 1, 1 }
}

// MaxNewTokens ends the loop after n tokens; without it after 20.
func MaxNewTokens(n int) GenerateOption {
	return func(g *generation) { g.GenerateSettings.MaxNewTokens = max(n, 0) }
}

// StopTokens end their row.
func StopTokens(ids ...int64) GenerateOption {
	return func(g *generation) { g.GenerateSettings.StopTokens = append(g.GenerateSettings.StopTokens, ids...) }
}

// Ended is what OnToken is told of a row that a stop token has ended before.
const Ended = -1

// OnToken is called after each step with the new token of every row, Ended for
// rows that have none; false ends the loop.
func OnToken(f func(step int, ids []int64) bool) GenerateOption {
	return func(g *generation) { g.onToken = f }
}

// Generate continues the token ids in in with the plain model. It gives, for
// each row, the prompt and the new tokens.
func (s *Session) Generate(ctx context.Context, in InvokeInputs, opts ...GenerateOption) ([][]int64, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	if s.remote != nil {
		return s.generateWhole(ctx, in, opts)
	}
	l, err := s.newDecoding([]InvokeInputs{in}, opts)
	if err != nil {
		return nil, err
	}
	return l.run(ctx, func(i int, b *batch) ([]Tensor, error) {
		s := s.at(i)
		raw, err := s.edited()
		if err != nil {
			return nil, err
		}
		outputs := l.outputs(i)
		b.fed(inputsOf(raw), b.inputs)
		return s.run(ctx, raw, b.inputs, outputs, backend.RunOptions{KeepOnDevice: caches(outputs)})
	})
}

// caches are all outputs but the logits: they stay where they are computed.
func caches(outputs []string) map[string]bool {
	keep := map[string]bool{}
	for _, o := range outputs[1:] {
		keep[o] = true
	}
	return keep
}

// Generate runs the trace at every step of a decode loop over one invoke.
func (c *Compiled) Generate(ctx context.Context, in InvokeInputs, args []Tensor, opts ...GenerateOption) ([][]int64, error) {
	return c.generate(ctx, nil, nil, []InvokeInputs{in}, func() ([]Tensor, error) { return args, nil }, opts)
}

// GenerateInvokes is Generate for a trace of several invokes: the rows of all of
// them in their order, the prompts padded as in a run.
func (c *Compiled) GenerateInvokes(ctx context.Context, ins []InvokeInputs, args []Tensor, opts ...GenerateOption) ([][]int64, error) {
	return c.generate(ctx, nil, nil, ins, func() ([]Tensor, error) { return args, nil }, opts)
}

// generate is Generate with parameters that begin makes for each decoding step,
// and with calls that are deferred to the end of each, if there are any.
func (c *Compiled) generate(ctx context.Context, r *stepRun, d *Defers, ins []InvokeInputs, begin func() ([]Tensor, error), opts []GenerateOption) ([][]int64, error) {
	if len(ins) != len(c.plan.Invokes) {
		return nil, misuse("NN3140", "%s has %d invokes, and is given the inputs of %d to generate", c.plan.Name, len(c.plan.Invokes), len(ins))
	}
	if ctx.Value(scanKey{}) != nil {
		args, err := begin()
		if err == nil {
			_, err = c.scanned(ctx, ins, args)
		}
		return nil, err
	}
	kept, err := c.keepingOf(opts)
	if err != nil {
		return nil, err
	}
	if err := c.s.enter(); err != nil {
		return nil, err
	}
	defer c.s.leave()
	if c.s.remote != nil {
		return c.generateRemote(ctx, d, ins, begin, kept, opts)
	}
	for i := range 2 { // what is wrong is told before anything runs
		if _, _, err := c.stepOf(i, kept); err != nil {
			return nil, err
		}
	}
	l, err := c.s.newDecoding(ins, opts)
	if err != nil {
		return nil, err
	}
	step := func(i int, b *batch) ([]Tensor, error) {
		c, p, err := c.stepOf(i, kept)
		if err != nil {
			return nil, err
		}
		args, err := begin()
		if err != nil {
			return nil, err
		}
		types, err := c.checkRun(b, args)
		if err != nil {
			return nil, err
		}
		feed, rows := c.feeds(p, b, args)
		defer rows.Release()
		o := backend.RunOptions{KeepOnDevice: p.kept()}
		r.of(c).options(&o, types)
		out, err := c.s.run(ctx, p.session, feed, p.outputs, o)
		if r != nil && r.stopped {
			releaseAll(out)
			return []Tensor{}, nil
		}
		if err != nil {
			return nil, c.failed(ctx, err)
		}
		if out = c.goesOn(out); len(out) == 0 {
			return out, nil
		}
		n := len(out) - kept.count
		if err := kept.give(c, out[n:]); err != nil {
			releaseAll(out[:n])
			return nil, err
		}
		return out[:n], nil
	}
	if d != nil {
		step = c.deferring(d, step)
	}
	return l.run(ctx, step)
}

// Prompt gives the token ids of invokes, row by row, as a generation begins with
// them.
func (c *Compiled) Prompt(ins []InvokeInputs) ([][]int64, error) {
	if len(ins) != len(c.plan.Invokes) {
		return nil, misuse("NN3140", "%s has %d invokes, and is given the inputs of %d to generate", c.plan.Name, len(c.plan.Invokes), len(ins))
	}
	l, err := c.s.newDecoding(ins, nil)
	if err != nil {
		return nil, err
	}
	defer l.release()
	return l.d.rows, nil
}

// generates names the outputs that a decode loop needs: the logits and what the
// cache goes on with.
func (m *ModelInfo) generates() ([]string, error) {
	logits, err := m.logits()
	if err != nil {
		return nil, err
	}
	out := []string{logits}
	for _, in := range m.Inputs {
		if in.Role == modelspec.RolePast {
			if in.Pair == "" {
				return nil, fmt.Errorf("the spec of %s says of no output that it continues %q: set its pair", m.Name, in.Name)
			}
			out = append(out, in.Pair)
		}
	}
	return out, nil
}

// logits names the output that tokens are chosen from.
func (m *ModelInfo) logits() (string, error) {
	name := ""
	for _, o := range m.Outputs {
		if o.Role == modelspec.RoleOutput && o.DType.IsFloat() && len(o.Shape) == 3 && (name == "" || o.Name == "logits") {
			name = o.Name
		}
	}
	if name == "" {
		return "", misuse("NN3141", "model %s has no output of logits [batch, sequence, vocabulary]: it cannot generate text", m.Name)
	}
	return name, nil
}
