package badinput

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/ort"
)

// resident is the process's memory in MB.
func resident(t *testing.T) int {
	runtime.GC()
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("memory is read from /proc")
	}
	pages, err := strconv.Atoi(strings.Fields(string(data))[1])
	require.NoError(t, err)
	return pages * os.Getpagesize() >> 20
}

// doubled writes twice a block's output and reads the logits.
func doubled(f *golden.Fixture, path, tensor string) *nn.Plan {
	p := tap(f)
	p.Nodes = []nn.Node{{Op: "Add", In: []nn.Ref{nn.ModelTensor(tensor), nn.ModelTensor(tensor)}, Out: []string{"twice"}}}
	p.Writes = []nn.Write{{At: path + ".output", Tensor: tensor, Value: nn.Val("twice")}}
	p.Mediators = []nn.Mediator{{{At: path + ".output", Event: nn.Swap, Placement: nn.Graph, Rows: nn.AllRows}, {Event: nn.End, Rows: nn.AllRows}}}
	return p
}

const (
	blockPath   = "transformer.h.0"
	blockTensor = "/transformer/h.0/Add_1_output_0"
)

func double(m *golden.Points) (nn.Tensor, error) {
	h, err := m.Get(blockPath)
	if err != nil {
		return nn.Tensor{}, err
	}
	x := h.Output()
	h.SetOutput(x.Add(x))
	return m.Output(), nil
}

// TestManyRuns runs 2,000 times in each way, with inputs of changing length and
// results that nobody releases: memory, goroutines and what onnxruntime holds
// stay where they were.
func TestManyRuns(t *testing.T) {
	f := fixture(t, "gpt2", "torchscript")
	s := f.Open(t, nn.Threads(1))
	c, err := s.Compile(doubled(f, blockPath, blockTensor))
	require.NoError(t, err)
	in := func(i int) nn.InvokeInputs {
		return nn.InvokeInputs{"input_ids": nn.Zeros(nn.Int64, 1+i%2, 3+i%5)}
	}
	ways := map[string]func(i int) error{
		"compiled": func(i int) error { _, err := c.Run(ctx, []nn.InvokeInputs{in(i)}, nil); return err },
		"interpreted": func(i int) error {
			return nn.Interpret(ctx, s, in(i), func(m *golden.Points) error { _, err := double(m); return err })
		},
		"failing": func(i int) error {
			err := nn.Interpret(ctx, s, in(i), func(m *golden.Points) error {
				m.Output()
				_, err := double(m) // too late
				return err
			})
			if err == nil {
				t.Error("a late read was served")
			}
			return nil
		},
	}
	for name, run := range ways {
		t.Run(name, func(t *testing.T) {
			for i := range 200 { // caches and arenas fill
				require.NoError(t, run(i))
			}
			settled(t, runtime.NumGoroutine(), 1<<40)
			before, goroutines, objects := resident(t), runtime.NumGoroutine(), ort.LiveObjects()
			for i := range 2000 {
				require.NoError(t, run(i))
			}
			settled(t, goroutines, objects+20) // results wait for the collector
			after := resident(t)
			t.Logf("%d MB before, %d MB after; %d objects before, %d after", before, after, objects, ort.LiveObjects())
			if !detector {
				require.Less(t, after-before, 30, "memory grew from %d to %d MB", before, after)
			}
		})
	}
}

// TestConcurrentRuns: sixteen goroutines on one session, compiled, interpreted
// and plain, some of them failing. make race runs it under the detector.
func TestConcurrentRuns(t *testing.T) {
	f := fixture(t, "gpt2", "torchscript")
	s := f.Open(t, golden.Options()...)
	c, err := s.Compile(doubled(f, blockPath, blockTensor))
	require.NoError(t, err)
	var group sync.WaitGroup
	for g := range 16 {
		group.Go(func() {
			for i := range 12 {
				in := nn.InvokeInputs{"input_ids": nn.From([]int64{int64(g), int64(i), 3, 4}, 1, 4)}
				taps, err := c.Run(ctx, []nn.InvokeInputs{in}, nil)
				if err != nil {
					t.Error(err)
					return
				}
				var live nn.Tensor
				err = nn.Interpret(ctx, s, in, func(m *golden.Points) (err error) { live, err = double(m); return err })
				if err != nil {
					t.Error(err)
					return
				}
				if err := golden.Close(live.Float32s(), taps.Tensor(0).Float32s(), golden.Abs, golden.Rel); err != nil {
					t.Errorf("goroutine %d, run %d: %v", g, i, err)
				}
				taps.Release()
				if _, err := s.RunRaw(ctx, nn.InvokeInputs{"input_id": nn.Scalar(1)}); err == nil {
					t.Error("an unknown input was taken")
				}
			}
		})
	}
	group.Wait()
}
