package oracletest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
)

var (
	count   = flag.Int("oracle.n", 100, "how many random functions to compare")
	first   = flag.Int("oracle.first", 0, "the first seed")
	keep    = flag.String("oracle.keep", "", "a folder for copies of the written programs")
	corpus  = flag.String("oracle.corpus", filepath.Join("testdata", "corpus"), "the folder of functions that failed once, and are compared again")
	save    = flag.String("oracle.save", "", "a folder for failures, made small, as files of the corpus")
	perRun  = flag.Int("oracle.batch", 200, "functions in one program")
	batches = flag.Int("oracle.jobs", max(1, runtime.NumCPU()/2), "programs at once")
	inside  = flag.Int("oracle.inside", 2, "functions at once in one program")
	strict  = flag.String("oracle.strict", "", "codes of refusals by design that count as failures, to see what they refuse: NN1301,NN1504")
	with    = flag.String("oracle.with", "", "what every function has besides: hook,leave,cond,choose")
	shrinks = flag.Int("oracle.shrink", 3, "how many failures to make small")
)

// suite is what all batches share.
type suite struct {
	root string
	nets map[string]*net
}

func newSuite(t *testing.T) *suite {
	root, err := golden.Root()
	require.NoError(t, err)
	nets, err := loadNets(root)
	require.NoError(t, err)
	return &suite{root, nets}
}

func (s *suite) run(units []*unit) ([]*outcome, error) {
	return runBatch(s.root, s.nets, units, *keep)
}

// TestOracle compares random functions, and those that failed once.
func TestOracle(t *testing.T) {
	s := newSuite(t)
	units, err := readCorpus(*corpus)
	require.NoError(t, err)
	functions := programs(s.nets)
	began := time.Now()
	todo, back := make(chan []*unit), make(chan []*outcome)
	go func() {
		defer close(todo)
		for i := range *count {
			if len(units) >= *perRun {
				todo <- units
				units = nil
			}
			seed := *first + i
			units = append(units, unitOf(functions.Example(seed), fmt.Sprintf("Seed%d", seed)))
		}
		todo <- units
	}()
	var wait sync.WaitGroup
	for range *batches {
		wait.Go(func() {
			for units := range todo {
				out, err := s.run(units)
				if err != nil {
					out = []*outcome{{u: &unit{label: "a package"}, broken: err.Error()}}
				}
				back <- out
			}
		})
	}
	go func() {
		wait.Wait()
		close(back)
	}()
	var sum tally
	for out := range back {
		for _, o := range sum.add(out) {
			class, finding := o.judge()
			t.Logf("%s [%s] %.600s", o.u.name, class, finding)
		}
		t.Logf("%d functions in %v: %d differ", sum.total, time.Since(began).Round(time.Second), len(sum.failed))
		if sum.total/tableEach > (sum.total-len(out))/tableEach {
			t.Log(sum.table())
		}
	}
	t.Log(sum.table())
	same := sum.classes["same"] + sum.classes["late, same"]
	for i, o := range sum.failed {
		s.report(t, o, i < *shrinks)
	}
	require.Greater(t, same, sum.total/2, "too few functions are accepted by both")
}

// tally counts what functions came to.
type tally struct {
	total   int
	classes map[string]int
	has     map[string]int
	failed  []*outcome
}

// tableEach is how many functions there are between tables.
const tableEach = 2000

// add counts outcomes and gives those that must not be.
func (s *tally) add(out []*outcome) []*outcome {
	known := len(s.failed)
	if s.classes == nil {
		s.classes, s.has = map[string]int{}, map[string]int{}
	}
	for _, o := range out {
		class, finding := o.judge()
		s.total++
		s.classes[class]++
		for _, f := range o.has {
			s.has[f]++
		}
		if finding != "" {
			s.failed = append(s.failed, o)
		}
	}
	return s.failed[known:]
}

func (s *tally) table() string {
	var lines []string
	for c, n := range s.classes {
		lines = append(lines, fmt.Sprintf("%5d  %s", n, c))
	}
	sort.Sort(sort.Reverse(sort.StringSlice(lines)))
	return "what the functions came to:\n" + strings.Join(lines, "\n") + fmt.Sprintf("\nplans with: %v", s.has)
}

// report prints a failure, made small.
func (s *suite) report(t *testing.T, o *outcome, small bool) {
	name := o.u.name
	if o.u.label != "" {
		name = o.u.label
	}
	if small && o.u.prog != nil {
		var err error
		if o, err = s.shrink(o); err != nil {
			t.Log(err)
		}
	}
	class, finding := o.judge()
	if !small {
		t.Errorf("%s [%s] %.1200s", name, class, finding)
		return
	}
	t.Errorf("%s [%s] %s\n%s", name, class, finding, o.u.text())
	if *save != "" {
		require.NoError(t, os.WriteFile(filepath.Join(*save, strings.ToLower(name)+".txt"), []byte(o.u.text()), 0o644))
	}
}
