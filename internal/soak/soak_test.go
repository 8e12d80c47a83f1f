package soak

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/runtime/ort"
)

var count = flag.Int("soak.n", 300, "how many runs of each system")

// settling is how many runs fill caches and arenas.
const settling = 1000

// resident is the process's memory in bytes, 0 where it cannot be read. What the
// collector has freed and not given back yet, a few per cent, comes and goes.
func resident() int {
	debug.FreeOSMemory()
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	pages, err := strconv.Atoi(strings.Fields(string(data))[1])
	if err != nil {
		return 0
	}
	return pages * os.Getpagesize()
}

// settled waits until goroutines and objects are no more than they were. What
// nobody released is freed after the collector has seen it.
func settled(t *testing.T, goroutines int, objects int64) {
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		runtime.GC()
		if runtime.NumGoroutine() <= goroutines && ort.LiveObjects() <= objects {
			return
		}
		if time.Now().After(end) {
			require.FailNow(t, "something is left", "%d goroutines (were %d), %d objects (were %d)", runtime.NumGoroutine(), goroutines, ort.LiveObjects(), objects)
		}
	}
}

// ahead runs each system a little: the process's own threads, their stacks and
// arenas, about a megabyte, are made in its first thousands of runs, whatever it runs.
func ahead(t *testing.T, m *models) {
	for _, s := range systems {
		r := s.open(t, m)
		for i := range settling {
			_, err := r(i % variants)
			require.NoError(t, err)
		}
	}
}

// TestManyRuns runs each system many times in one process. After the first
// thousand, memory grows by 2 % at most.
func TestManyRuns(t *testing.T) {
	m := openModels(t)
	if *count >= 10*settling {
		t.Run("ahead", func(t *testing.T) { ahead(t, m) })
	}
	for _, s := range systems {
		t.Run(s.name, func(t *testing.T) {
			r := s.open(t, m)
			_, err := r(0) // sessions that are opened when first used
			require.NoError(t, err)
			held := ort.LiveObjects()
			before := 0
			var goroutines int
			var objects int64
			began := time.Now()
			for i := range *count {
				if i == min(settling, *count/2) {
					settled(t, runtime.NumGoroutine(), held)
					before, goroutines, objects = resident(), runtime.NumGoroutine(), ort.LiveObjects()
				}
				_, err := r(i % variants)
				require.NoError(t, err)
				if i > 0 && i%20000 == 0 {
					t.Logf("%d runs in %v, %.1f MB", i, time.Since(began).Round(time.Second), float64(resident())/1e6)
				}
			}
			settled(t, goroutines, objects)
			after := resident()
			t.Logf("%d runs: %.1f MB before, %.1f MB after (%+.2f %%)", *count, float64(before)/1e6, float64(after)/1e6, 100*float64(after-before)/float64(max(before, 1)))
			if *count >= 10*settling {
				require.LessOrEqual(t, float64(after), 1.02*float64(before), "memory grew")
			}
		})
	}
}

// TestManyAtOnce runs all systems from 32 goroutines at once, on one session of
// each model. make race does it under the race detector.
func TestManyAtOnce(t *testing.T) {
	m := openModels(t)
	goroutines, objects := runtime.NumGoroutine(), int64(0)
	runs := make([]run, len(systems))
	want := make([][variants][]float32, len(systems))
	for k, s := range systems {
		runs[k] = s.open(t, m)
		for i := range variants {
			var err error
			want[k][i], err = runs[k](i)
			require.NoError(t, err, s.name)
			require.NotEmpty(t, want[k][i], s.name)
		}
		require.NotEqual(t, want[k][0], want[k][2], s.name)
	}
	objects = ort.LiveObjects()
	var group sync.WaitGroup
	for g := range 32 {
		group.Go(func() {
			for n := range 2 * len(systems) {
				k, i := (g+n)%len(systems), (g+n)%variants
				got, err := runs[k](i)
				if err == nil {
					err = same(got, want[k][i])
				}
				if err != nil {
					t.Errorf("%s, goroutine %d, run %d: %v", systems[k].name, g, n, err)
				}
			}
		})
	}
	group.Wait()
	settled(t, goroutines, objects)
}

func same(got, want []float32) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d numbers, want %d", len(got), len(want))
	}
	return golden.Close(got, want, golden.Abs, golden.Rel)
}
