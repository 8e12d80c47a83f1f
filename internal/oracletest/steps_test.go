package oracletest

import (
	"flag"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var stepCount = flag.Int("oracle.steps", 30, "how many random functions over decoding steps to compare")

// TestOracleSteps compares random functions that name decoding steps: the tokens
// and the results of a generation, interpreted and compiled.
func TestOracleSteps(t *testing.T) {
	s := newSuite(t)
	functions := rapid.Custom(func(t *rapid.T) *unit { return stepsUnit(dice{t}, "Steps") })
	var sum tally
	for from := *first; from < *first+*stepCount; from += *perRun {
		var units []*unit
		for seed := from; seed < min(from+*perRun, *first+*stepCount); seed++ {
			u := functions.Example(seed)
			u.name = fmt.Sprintf("Steps%d", seed)
			units = append(units, u)
		}
		out, err := s.run(units)
		require.NoError(t, err)
		sum.add(out)
	}
	t.Log(sum.table())
	for _, o := range sum.failed {
		class, finding := o.judge()
		if o.refusedSteps() {
			t.Logf("%s [%s] %.300s", o.u.name, class, finding)
			continue
		}
		t.Errorf("%s [%s] %.1500s\n%s", o.u.name, class, finding, o.u.text())
	}
	require.Greater(t, sum.classes["same"], sum.total/3, "too few functions are accepted by both")
}

// stepsByDesign are refusals of what a run may come to and need not: a point or a
// visit behind a stop that only a run decides about, and visits that are over by then.
var stepsByDesign = []string{"NN1313", "NN1320"}

// refusedSteps reports whether all that the compiler says is by design.
func (o *outcome) refusedSteps() bool {
	for _, d := range o.diags {
		if !designed(d) && !slices.Contains(stepsByDesign, d.Code) {
			return false
		}
	}
	return len(o.diags) > 0
}
