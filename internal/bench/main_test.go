package bench

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"
)

// scratch holds what benchmarks make; it goes when they are done.
var scratch string

func TestMain(m *testing.M) {
	if what := os.Getenv(childVariable); what != "" {
		os.Exit(child(what))
	}
	dir, err := os.MkdirTemp("", "nngen-bench-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	scratch = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// variants are ways to do a thing that are to be compared.
type variants struct {
	names []string
	run   map[string]func()
	took  map[string][]time.Duration
	used  map[string][]time.Duration // processor time, which a busy machine moves less
}

func newVariants() *variants {
	return &variants{run: map[string]func(){}, took: map[string][]time.Duration{}, used: map[string][]time.Duration{}}
}

func (v *variants) add(name string, f func()) {
	v.names = append(v.names, name)
	v.run[name] = f
}

// round runs each once, in random order.
func (v *variants) round() {
	for _, i := range rand.Perm(len(v.names)) {
		name := v.names[i]
		start, used := time.Now(), processor()
		v.run[name]()
		v.took[name] = append(v.took[name], time.Since(start))
		v.used[name] = append(v.used[name], processor()-used)
	}
}

func (v *variants) forget() {
	clear(v.took)
	clear(v.used)
}

// processor is the time that all processors have spent on this process.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// report gives the median of the first in ms, and what the others' medians are
// to it: time on the clock, and of the processors.
func (v *variants) report(b *testing.B) {
	b.ReportMetric(0, "ns/op") // a round of all of them: means nothing
	first := v.names[0]
	b.ReportMetric(float64(median(v.took[first]))/float64(time.Millisecond), first+"-ms")
	for _, name := range v.names[1:] {
		b.ReportMetric(float64(median(v.took[name]))/float64(median(v.took[first])), name+"-ratio")
		b.ReportMetric(float64(median(v.used[name]))/float64(median(v.used[first])), name+"-cpu")
	}
}

func median[T int64 | float64 | time.Duration](list []T) T {
	s := slices.Sorted(slices.Values(list))
	return s[len(s)/2]
}
