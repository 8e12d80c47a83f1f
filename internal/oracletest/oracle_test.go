package oracletest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
)

var (
	count   = flag.Int("oracle.n", 100, "how many random functions to compare")
	first   = flag.Uint64("oracle.first", 0, "the first seed")
	keep    = flag.String("oracle.keep", "", "a folder for copies of the written programs")
	save    = flag.String("oracle.save", "", "a folder for failures, made small, as files of the corpus")
	perRun  = flag.Int("oracle.batch", 200, "functions in one program")
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
	corpus, err := readCorpus(filepath.Join("testdata", "corpus"))
	require.NoError(t, err)
	classes := map[string]int{}
	var failed []*outcome
	units := corpus
	for i := range *count {
		seed := *first + uint64(i)
		units = append(units, unitOf(randomProgram(s.nets, seed), fmt.Sprintf("Seed%d", seed)))
	}
	for from := 0; from < len(units); from += *perRun {
		out, err := s.run(units[from:min(from+*perRun, len(units))])
		require.NoError(t, err)
		for _, o := range out {
			class, finding := o.judge()
			classes[class]++
			if finding != "" {
				failed = append(failed, o)
			}
		}
	}
	t.Log(table(classes))
	same := classes["same"] + classes["late, same"]
	require.Greater(t, same, len(units)/2, "too few functions are accepted by both")
	for i, o := range failed {
		s.report(t, o, i < *shrinks)
	}
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
		t.Errorf("%s [%s] %.400s", name, class, finding)
		return
	}
	t.Errorf("%s [%s] %s\n%s", name, class, finding, o.u.text())
	if *save != "" {
		require.NoError(t, os.WriteFile(filepath.Join(*save, strings.ToLower(name)+".txt"), []byte(o.u.text()), 0o644))
	}
}

func table(classes map[string]int) string {
	var lines []string
	for c, n := range classes {
		lines = append(lines, fmt.Sprintf("%5d  %s", n, c))
	}
	sort.Sort(sort.Reverse(sort.StringSlice(lines)))
	return "what the functions came to:\n" + strings.Join(lines, "\n")
}
