package nn_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	nn "github.com/nngen-go/nngen/runtime"
)

// visitModel is a Llama whose root has the loops over visits, as the generator
// writes them.
type visitModel struct {
	nn.Envoy
	Model  *visitBody `nn:"model"`
	LMHead *leaf      `nn:"lm_head"`
}

type visitBody struct {
	nn.Envoy
	EmbedTokens *leaf    `nn:"embed_tokens"`
	Layers      [2]*leaf `nn:"layers.%d"`
}

// steer adds v to the output of the first layer.
func (m *visitModel) steer(v nn.Tensor) {
	b := m.Model.Layers[0]
	b.SetOutput(b.Output().Add(v))
}

// visitsOf is one golden of a loop: what it goes through, and at which steps.
var visitCases = []struct {
	name   string
	visits []any
	steps  []int
}{
	{"iter_range", []any{nn.Range(1, 3)}, []int{1, 2}},
	{"iter_range", []any{1, 2}, []int{1, 2}},
	{"iter_list", []any{0, 3}, []int{0, 3}},
	{"iter_list", []any{nn.RangeStep(0, 5, 3)}, []int{0, 3}},
	{"iter_one", []any{2}, []int{2}},
	{"iter_from", []any{nn.RangeFrom(2)}, []int{2, 3, 4}},
	{"iter_from", []any{2, nn.RangeFrom(3)}, []int{2, 3, 4}},
	{"all", []any{nn.All}, []int{0, 1, 2, 3, 4}},
	{"all", []any{nn.RangeTo(5)}, []int{0, 1, 2, 3, 4}},
}

func TestVisitsOfSteps(t *testing.T) {
	f, s := goldens(t, "tracing"), open(t, "llama", "optimum")
	for _, c := range visitCases {
		t.Run(fmt.Sprint(c.name, c.visits), func(t *testing.T) {
			v := array(t, f, c.name+"/arg.v").Tensor()
			var steps []int
			var h1 []nn.Tensor
			after := false
			ids, err := nn.InterpretGenerate(ctx, s, inputs(t, f, s, c.name+"/in."), func(m *visitModel) error {
				for step := range nn.Iter(&m.Envoy, c.visits...) {
					steps = append(steps, step)
					m.steer(v)
					h1 = append(h1, m.Model.Layers[1].Output())
				}
				after = true
				return nil
			}, nn.MaxNewTokens(5))
			require.NoError(t, err)
			require.Equal(t, c.steps, steps)
			require.True(t, after, "the code after a loop runs")
			requireNew(t, array(t, f, c.name+"/ids").Ints, ids, 5)
			for i, n := range c.steps {
				require.NoError(t, array(t, f, fmt.Sprintf("%s/h1_%d", c.name, n)).Compare(h1[i]), "step %d", n)
			}
		})
	}
}

// requireNew compares the new tokens of all rows.
func requireNew(t *testing.T, want []int64, ids [][]int64, n int) {
	t.Helper()
	var got []int64
	for _, row := range ids {
		got = append(got, row[len(row)-n:]...)
	}
	require.Equal(t, want, got)
}

func TestVisitsOfOneStepAndOfNone(t *testing.T) {
	f, s := goldens(t, "tracing"), open(t, "llama", "optimum")
	v := array(t, f, "no_iter/arg.v").Tensor()
	var h1 nn.Tensor
	ids, err := nn.InterpretGenerate(ctx, s, inputs(t, f, s, "no_iter/in."), func(m *visitModel) error {
		m.steer(v)
		h1 = m.Model.Layers[1].Output()
		nn.Next(&m.Envoy) // says that what stands before belongs to step 0 alone
		return nil
	}, nn.MaxNewTokens(5))
	require.NoError(t, err)
	requireNew(t, array(t, f, "no_iter/ids").Ints, ids, 5)
	require.NoError(t, array(t, f, "no_iter/h1_0").Compare(h1))

	calls := 0
	ids, err = nn.InterpretGenerate(ctx, s, inputs(t, f, s, "all/in."), func(m *visitModel) error {
		m.steer(v.Scale(0).Add(array(t, f, "all/arg.v").Tensor()))
		calls++
		return nil
	}, nn.MaxNewTokens(5))
	require.NoError(t, err)
	require.Equal(t, 5, calls, "without visits all of it is carried out at every step")
	requireNew(t, array(t, f, "all/ids").Ints, ids, 5)
}

func TestVisitLoopsAfterEachOther(t *testing.T) {
	f, s := goldens(t, "tracing"), open(t, "llama", "optimum")
	v := array(t, f, "iter_twice/arg.v").Tensor()
	for name, body := range map[string]func(m *visitModel, read func(), steer func()){
		"loops": func(m *visitModel, read, steer func()) {
			for range nn.Iter(&m.Envoy, nn.RangeTo(2)) {
				read()
			}
			for step := range nn.Iter(&m.Envoy, nn.Range(2, 4)) {
				if step == 3 {
					steer()
				}
				read()
			}
		},
		"nested": func(m *visitModel, read, steer func()) {
			for step := range nn.Iter(&m.Envoy, 0, 2) {
				read()
				for inner := range nn.Iter(&m.Envoy, step+1) {
					if inner == 3 {
						steer()
					}
					read()
				}
			}
		},
		"next": func(m *visitModel, read, steer func()) {
			read()
			nn.Next(&m.Envoy)
			read()
			nn.Next(&m.Envoy)
			read()
			nn.Next(&m.Envoy, 1)
			steer()
			read()
		},
		"break and continue": func(m *visitModel, read, steer func()) {
			for step := range nn.Iter(&m.Envoy, nn.All) {
				if step == 4 {
					break
				}
				if step < 3 {
					read()
					continue
				}
				steer()
				read()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			var logits []nn.Tensor
			ids, err := nn.InterpretGenerate(ctx, s, inputs(t, f, s, "iter_twice/in."), func(m *visitModel) error {
				body(m, func() { logits = append(logits, m.LMHead.Output().At(nn.All, -1)) }, func() { m.steer(v) })
				return nil
			}, nn.MaxNewTokens(5))
			require.NoError(t, err)
			requireNew(t, array(t, f, "iter_twice/ids").Ints, ids, 5)
			require.Len(t, logits, 4)
			for n, got := range logits {
				require.NoError(t, array(t, f, fmt.Sprintf("iter_twice/logits_%d", n)).Compare(got), "step %d", n)
			}
		})
	}
}

func TestVisitsOfSeveralInvokes(t *testing.T) {
	f, s := goldens(t, "tracing"), open(t, "llama", "optimum")
	v := array(t, f, "iter_invokes/arg.v").Tensor()
	ids, err := nn.InterpretTraceGenerate(ctx, s, func(tr *nn.Trace) error {
		nn.Invoke(tr, inputs(t, f, s, "iter_invokes/in0."), func(m *visitModel) {
			for range nn.Iter(&m.Envoy, nn.Range(0, 2)) {
				m.steer(v)
			}
		})
		nn.Invoke(tr, inputs(t, f, s, "iter_invokes/in1."), func(m *visitModel) {
			for range nn.Iter(&m.Envoy, nn.Range(2, 4)) {
				b := m.Model.Layers[1]
				b.SetOutput(b.Output().Sub(v))
			}
		})
		tr.Run()
		return nil
	}, nn.MaxNewTokens(5))
	require.NoError(t, err)
	requireNew(t, append(array(t, f, "iter_invokes/ids0").Ints, array(t, f, "iter_invokes/ids1").Ints...), ids, 5)
}

// TestBarrierExample is the two-invoke example of the reference's barrier, over a
// generation.
func TestBarrierExample(t *testing.T) {
	f, s := goldens(t, "tracing"), open(t, "llama", "optimum")
	calls := 0
	ids, err := nn.InterpretTraceGenerate(ctx, s, func(tr *nn.Trace) error {
		ready := tr.Barrier(2)
		var embedded nn.Tensor
		nn.Invoke(tr, inputs(t, f, s, "barrier_generate/in0."), func(m *visitModel) {
			calls++
			embedded = m.Model.EmbedTokens.Output()
			ready.Wait()
		})
		nn.Invoke(tr, inputs(t, f, s, "barrier_generate/in1."), func(m *visitModel) {
			ready.Wait()
			m.Model.EmbedTokens.SetOutput(embedded)
		})
		tr.Run()
		return nil
	}, nn.MaxNewTokens(5))
	require.NoError(t, err)
	require.Equal(t, 5, calls)
	requireNew(t, append(array(t, f, "barrier_generate/ids0").Ints, array(t, f, "barrier_generate/ids1").Ints...), ids, 5)
}

func TestVisitsOfOneForward(t *testing.T) {
	f := goldens(t, "loopnet")
	for _, exporter := range []string{"torchscript", "dynamo"} {
		s := open(t, "loopnet", exporter)
		run := func(name string, body func(m *anyModel)) {
			t.Helper()
			require.NoError(t, nn.Interpret(ctx, s, inputs(t, f, s, name+"/in."), func(m *anyModel) error {
				body(m)
				return nil
			}))
		}
		check := func(name string, got nn.Tensor) {
			t.Helper()
			require.NoError(t, array(t, f, name).Compare(got), exporter+"/"+name)
		}
		for _, visits := range []any{nn.All, nn.RangeTo(5), nn.RangeFrom(0)} {
			var fc, block []nn.Tensor
			run("visits", func(m *anyModel) {
				for range nn.Iter(&m.Envoy, visits) {
					fc = append(fc, m.at(t, "block.fc").Output())
					block = append(block, m.at(t, "block").Output())
				}
			})
			require.Len(t, fc, 5)
			check("visits/fc", nn.Stack(0, fc...))
			check("visits/block", nn.Stack(0, block...))
		}
		var out nn.Tensor
		run("set_fourth", func(m *anyModel) {
			for range nn.Iter(&m.Envoy, 3) {
				m.at(t, "block").SetOutput(m.at(t, "block").Output().Scale(2))
			}
			out = m.Output()
		})
		check("set_fourth/out", out)
		run("set_all", func(m *anyModel) {
			for range nn.Iter(&m.Envoy, nn.All) {
				m.at(t, "block").SetOutput(m.at(t, "block").Output().Scale(0.5))
			}
			out = m.Output()
		})
		check("set_all/out", out)
	}
}

func TestVisitsThatThereAreNot(t *testing.T) {
	f, s := goldens(t, "tracing"), open(t, "llama", "optimum")
	loop := open(t, "loopnet", "torchscript")
	in := func() nn.InvokeInputs { return inputs(t, f, s, "all/in.") }
	generate := func(body func(m *visitModel), opts ...nn.GenerateOption) error {
		_, err := nn.InterpretGenerate(ctx, s, in(), func(m *visitModel) error {
			body(m)
			return nil
		}, append(opts, nn.MaxNewTokens(3))...)
		return err
	}
	visits := func(list ...any) func(m *visitModel) {
		return func(m *visitModel) {
			for range nn.Iter(&m.Envoy, list...) {
				m.LMHead.Output()
			}
		}
	}
	for name, c := range map[string]struct {
		run  func() error
		want string
	}{
		"negative":       {func() error { return generate(visits(-1)) }, "visit -1: visits count from 0 [NN3105]"},
		"negative end":   {func() error { return generate(visits(nn.Range(0, -1))) }, "visits count from 0"},
		"none":           {func() error { return generate(visits()) }, "Iter was given no visits"},
		"empty":          {func() error { return generate(visits(nn.Range(2, 2))) }, "from 2 to before 2 is empty"},
		"back":           {func() error { return generate(visits(2, 1)) }, "visit 1 comes after later ones"},
		"twice":          {func() error { return generate(visits(1, 1)) }, "visit 1 comes after later ones"},
		"after all":      {func() error { return generate(visits(nn.All, 4)) }, "visit 4 comes after later ones"},
		"backwards":      {func() error { return generate(visits(nn.RangeStep(3, 0, -1))) }, "a run only goes forward"},
		"no visit":       {func() error { return generate(visits(1.5)) }, "not a float64"},
		"past the end":   {func() error { return generate(visits(3)) }, "visit 3 is past the end: the last one is 2"},
		"next":           {func() error { return generate(func(m *visitModel) { nn.Next(&m.Envoy, 3) }) }, "visit 3 is past the end"},
		"next back":      {func() error { return generate(func(m *visitModel) { nn.Next(&m.Envoy, -1) }) }, "a run does not go back"},
		"after the loop": {func() error { return generate(func(m *visitModel) { visits(0, 1)(m); m.LMHead.Output() }) }, "lm_head.output was already passed: lm_head.output at visit 1"},
		"only sometimes": {func() error {
			n := 0
			return generate(func(m *visitModel) {
				n++
				if n > 1 {
					visits(nn.All)(m)
				}
			})
		}, "used at step 1 and not at step 0"},
		"a run has one": {func() error {
			return nn.Interpret(ctx, s, in(), func(m *visitModel) error { visits(0, 1)(m); return nil })
		}, "visit 1 is past the end: the last one is 0"},
		"of a module": {func() error {
			return nn.Interpret(ctx, loop, inputs(t, goldens(t, "loopnet"), loop, "raw/in."), func(m *anyModel) error {
				for range nn.Iter(&m.Envoy, 1) {
					m.at(t, "head").Output()
				}
				return nil
			})
		}, "visit 1 of head is past the end: the last one is 0"},
		"of one of two": {func() error {
			return nn.Interpret(ctx, loop, inputs(t, goldens(t, "loopnet"), loop, "raw/in."), func(m *anyModel) error {
				for range nn.Iter(&m.Envoy, nn.RangeTo(2)) {
					m.at(t, "head").Output()
				}
				return nil
			})
		}, "visit 1 of head is past the end: the last one is 0"},
		"of its calls": {func() error {
			return nn.Interpret(ctx, loop, inputs(t, goldens(t, "loopnet"), loop, "raw/in."), func(m *anyModel) error {
				for range nn.Iter(&m.Envoy, 5) {
					m.at(t, "block").Output()
				}
				return nil
			})
		}, "visit 5 is past the end: the last one is 4"},
	} {
		t.Run(name, func(t *testing.T) {
			noLeak(t, func() { require.ErrorContains(t, c.run(), c.want) })
		})
	}
}

// TestVisitsEndEarly: what was collected is kept, and the code after a loop runs
// where the loop ended as asked.
func TestVisitsEndEarly(t *testing.T) {
	f, s := goldens(t, "tracing"), open(t, "llama", "optimum")
	c, cancel := context.WithCancel(ctx)
	defer cancel()
	for name, k := range map[string]struct {
		ctx    context.Context
		visits any
		opt    nn.GenerateOption
		err    error
	}{
		"callback":         {ctx, nn.All, nn.OnToken(func(step int, _ []int64) bool { return step < 2 }), nil},
		"callback, bounds": {ctx, nn.RangeTo(5), nn.OnToken(func(step int, _ []int64) bool { return step < 2 }), nil},
		"cancelled": {c, nn.All, nn.OnToken(func(step int, _ []int64) bool {
			if step == 2 {
				cancel()
			}
			return true
		}), context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			noLeak(t, func() {
				var steps []int
				after := false
				ids, err := nn.InterpretGenerate(k.ctx, s, inputs(t, f, s, "all/in."), func(m *visitModel) error {
					for step := range nn.Iter(&m.Envoy, k.visits) {
						m.LMHead.Output()
						steps = append(steps, step)
					}
					after = true
					return nil
				}, nn.MaxNewTokens(5), k.opt)
				require.ErrorIs(t, err, k.err)
				require.Equal(t, k.err == nil, after)
				require.Equal(t, []int{0, 1, 2}, steps)
				require.Len(t, ids[0], 6+3)
			})
		})
	}
}
