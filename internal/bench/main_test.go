package bench

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
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
}

func newVariants() *variants {
	return &variants{run: map[string]func(){}, took: map[string][]time.Duration{}}
}

func (v *variants) add(name string, f func()) {
	v.names = append(v.names, name)
	v.run[name] = f
}

// round runs each once, in random order.
func (v *variants) round() {
	for _, i := range rand.Perm(len(v.names)) {
		name := v.names[i]
		start := time.Now()
		v.run[name]()
		v.took[name] = append(v.took[name], time.Since(start))
	}
}

// report gives each one's median in ms, and its ratio to the first's.
func (v *variants) report(b *testing.B) {
	b.ReportMetric(0, "ns/op") // a round of all of them: means nothing
	base := median(v.took[v.names[0]])
	for _, name := range v.names {
		m := median(v.took[name])
		b.ReportMetric(float64(m)/float64(time.Millisecond), name+"-ms")
		if name != v.names[0] {
			b.ReportMetric(float64(m)/float64(base), name+"-ratio")
		}
	}
}

func median[T int64 | float64 | time.Duration](list []T) T {
	s := slices.Sorted(slices.Values(list))
	return s[len(s)/2]
}
