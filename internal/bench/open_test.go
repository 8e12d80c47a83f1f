package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	binding "github.com/yalue/onnxruntime_go"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/modelspec"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/ort"
)

// childVariable makes this test program open a model in one way, tell what that
// took, and end: each measurement has a process of its own.
const childVariable = "NNGEN_BENCH_CHILD"

// cost is what a child tells.
type cost struct {
	Ms        float64 // from nothing to the first result, onnxruntime's own loading left out
	Anonymous float64 // MB of private memory that this took
}

// The ways to open.
const (
	byORT     = "ort"     // onnxruntime opens the file by its path
	byRaw     = "raw"     // nngen, the plain model
	bySteer   = "steer"   // nngen, one compiled trace
	byPlans   = "plans"   // nngen, four compiled traces
	byORTFour = "ortfour" // onnxruntime opens the file four times
)

// child is one measurement. The model's description comes in a file, because an
// accessor package has it as a literal.
func child(what string) int {
	how, path, _ := strings.Cut(what, ":")
	var about struct {
		Info  nn.ModelInfo
		Plans []*nn.Plan
	}
	data, err := os.ReadFile(path + ".json")
	if err == nil {
		err = json.Unmarshal(data, &about)
	}
	if err == nil {
		var c cost
		if c, err = measure(how, path, about.Info, about.Plans); err == nil {
			err = json.NewEncoder(os.Stdout).Encode(c)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func measure(how, path string, info nn.ModelInfo, plans []*nn.Plan) (cost, error) {
	if err := load(); err != nil {
		return cost{}, err
	}
	before := anonymous()
	start := time.Now()
	var err error
	switch how {
	case byORT:
		err = openByORT(path, 1)
	case byORTFour:
		err = openByORT(path, 4)
	case byRaw:
		err = openByNNGen(info, path, nil)
	case bySteer:
		err = openByNNGen(info, path, plans[:1])
	case byPlans:
		err = openByNNGen(info, path, plans)
	default:
		err = fmt.Errorf("no way to open %q", how)
	}
	took := time.Since(start)
	return cost{float64(took) / float64(time.Millisecond), anonymous() - before}, err
}

// load brings onnxruntime into the process, by opening a small model.
func load() error {
	root, err := golden.Root()
	if err != nil {
		return err
	}
	s, err := nn.OpenRaw(root + "/testdata/models/twolinear/torchscript.onnx")
	if err != nil {
		return err
	}
	_, err = s.RunRaw(ctx, nn.InvokeInputs{"x": nn.Zeros(nn.Float32, 1, 4)})
	return err
}

var prompt = []int64{1, 2, 3, 4}

// openByORT is the plain way: the Go binding, a path, a run.
func openByORT(path string, times int) error {
	lib, err := ort.Find()
	if err != nil {
		return err
	}
	if !binding.IsInitialized() {
		binding.SetSharedLibraryPath(lib.Path)
		if err := binding.InitializeEnvironment(); err != nil {
			return err
		}
	}
	for range times {
		o, err := binding.NewSessionOptions()
		if err != nil {
			return err
		}
		if err := o.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"); err != nil {
			return err
		}
		s, err := binding.NewDynamicAdvancedSession(path, []string{"input_ids"}, []string{"logits"}, o)
		if err != nil {
			return err
		}
		ids, err := binding.NewTensor(binding.NewShape(1, int64(len(prompt))), prompt)
		if err != nil {
			return err
		}
		if err := s.Run([]binding.Value{ids}, []binding.Value{nil}); err != nil {
			return err
		}
	}
	return nil
}

// openByNNGen opens the model and runs it plain, or once with each plan.
func openByNNGen(info nn.ModelInfo, path string, plans []*nn.Plan) error {
	s, err := nn.Open(info, path)
	if err != nil {
		return err
	}
	in := nn.InvokeInputs{"input_ids": nn.From(prompt, 1, len(prompt))}
	if len(plans) == 0 {
		_, err = s.RunRaw(ctx, in)
		return err
	}
	for _, p := range plans {
		c, err := s.Compile(p)
		if err != nil {
			return err
		}
		if _, err := c.Run(ctx, []nn.InvokeInputs{in}, argsOf(p)); err != nil {
			return err
		}
	}
	return nil
}

// anonymous is the process's private memory in MB: what files back is not counted.
func anonymous() float64 {
	data, err := os.ReadFile("/proc/self/smaps_rollup")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(data), "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "Anonymous:" {
			kb, _ := strconv.ParseFloat(f[1], 64)
			return kb / 1024
		}
	}
	return 0
}

// BenchmarkOpen opens the large model in each way. The limits of the design are
// 60 ms and 20 MB over onnxruntime's own session.
func BenchmarkOpen(b *testing.B) {
	path := large(b)
	describe(b, path)
	program, err := os.Executable()
	require.NoError(b, err)
	v := newVariants()
	ms, mb := map[string][]float64{}, map[string][]float64{}
	for _, how := range []string{byORT, byRaw, bySteer, byPlans, byORTFour} {
		v.add(how, func() {
			c := exec.Command(program)
			c.Env = append(os.Environ(), childVariable+"="+how+":"+path)
			c.Stderr = os.Stderr
			out, err := c.Output()
			require.NoError(b, err, how)
			var got cost
			require.NoError(b, json.Unmarshal(out, &got), string(out))
			ms[how], mb[how] = append(ms[how], got.Ms), append(mb[how], got.Anonymous)
		})
	}
	v.run[byORT]() // the file comes into the page cache
	clear(ms)
	clear(mb)
	for b.Loop() {
		v.round()
	}
	b.ReportMetric(0, "ns/op")
	for _, how := range v.names {
		b.ReportMetric(median(ms[how]), how+"-ms")
		b.ReportMetric(median(mb[how]), how+"-MB")
	}
}

// describe writes what an accessor package would know, and the plans, beside the model.
func describe(b *testing.B, path string) {
	f := golden.NewFixture(b, path)
	require.Greater(b, f.Spec.Counts.Sure, 6*layers)
	data, err := json.Marshal(map[string]any{"Info": f.Info(), "Plans": []*nn.Plan{
		steerPlan(b, f, 6), tapPlan(b, f, 6), tapPlan(b, f, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), noopPlan(f),
	}})
	require.NoError(b, err)
	require.NoError(b, os.WriteFile(path+".json", data, 0o600))
}

// block finds the output of a block.
func block(b *testing.B, f *golden.Fixture, i int) *modelspec.Point {
	for _, m := range f.Spec.Timeline() {
		if m.Module.Path == fmt.Sprintf("transformer.h.%d", i) && m.Side == modelspec.SideOutput && m.Point.Role == modelspec.RoleOutput {
			return m.Point
		}
	}
	b.Fatalf("block %d has no output", i)
	return nil
}

// BenchmarkOpenOwn is what Open itself does, without onnxruntime: map the file,
// decode it, compare its fingerprint.
func BenchmarkOpenOwn(b *testing.B) {
	path := large(b)
	info := golden.NewFixture(b, path).Info()
	b.ReportAllocs()
	for b.Loop() {
		s, err := nn.Open(info, path)
		require.NoError(b, err)
		require.NoError(b, s.Close())
	}
}
