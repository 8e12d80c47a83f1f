package schedule

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/modelspec"
)

// next is the body of the module of that name: it takes T, has a child and makes U.
var next = &Body{
	Module: "next", Enter: 2, Outs: []int{5}, Inputs: []string{"T"}, inside: []int{2, 3},
	Points: []*modelspec.Point{{Tensor: "U", Role: modelspec.RoleOutput}},
}

func TestSkip(t *testing.T) {
	cases := []struct {
		name    string
		rows    []int
		scripts []string
		log     []string
		writes  []string
	}{
		{
			"the value stands in the place of the output, for writes too",
			[]int{AllRows},
			[]string{"next< -$ third third=$ third"},
			[]string{"A next< T", "A -$", "A third f(T)", "A third=$", "A third f(f(T))"},
			[]string{"third.output=f(f(T))"},
		},
		{
			"earlier invokes are served at the place of the skip, later ones too",
			[]int{AllRows, AllRows, AllRows},
			[]string{"next< third", "-x", "next<=y third"},
			[]string{"A next< T", "B -x", "C next<=y", "A third x", "C third x"},
			[]string{"next.input=y", "third.output=x"},
		},
		{
			"every invoke gives its rows",
			[]int{0, 1},
			[]string{"next< -$ third", "-x"},
			[]string{"A next< T[0]", "A -$", "B -x", "A third f(T[0])"},
			[]string{"third.output=U{0:f(T[0])}{1:x}"},
		},
		{
			"a skip over all rows covers the rows of invokes",
			[]int{AllRows, 0, 1},
			[]string{"-x", "third", "third"},
			[]string{"A -x", "B third x[0]", "C third x[1]"},
			[]string{"third.output=x"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var log []string
			writes, s, err := live(program(&log, c.rows, c.scripts...))
			require.NoError(t, err)
			require.Equal(t, c.log, log)
			require.Equal(t, c.writes, writes)
			var compiled []string
			ev, err := Evaluate(program(&compiled, c.rows, c.scripts...), model)
			require.NoError(t, err)
			require.ElementsMatch(t, c.log, compiled)
			require.Equal(t, s.Mediators(), ev.Mediators)
		})
	}
}

// TestSkipRefused holds both ways to run to the same errors.
func TestSkipRefused(t *testing.T) {
	cases := []struct {
		name    string
		rows    []int
		scripts []string
		want    string
	}{
		{"what is inside is not there", []int{AllRows}, []string{"-x next.child<"}, "next.child.input is not there: next is skipped [NN3106]"},
		{"for no other invoke either", []int{AllRows, AllRows}, []string{"-x", "next.child<"}, "next.child.input is not there: next is skipped [NN3106]"},
		{"nor is its own input, once it is skipped", []int{AllRows}, []string{"-x next<"}, "next.input is not there: next is skipped [NN3106]"},
		{"twice", []int{AllRows}, []string{"-x -y"}, "next is already skipped [NN3106]"},
		{"after what is inside", []int{AllRows}, []string{"next.child< -x"}, "next cannot be skipped any more: next.child.input, which comes later in the run, was already read [NN3102]"},
		{"after its output", []int{AllRows}, []string{"third -x"}, "next cannot be skipped any more: third.output, which comes later in the run, was already read [NN3102]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var log, compiled []string
			_, _, err := live(program(&log, c.rows, c.scripts...))
			require.NoError(t, err)
			require.Contains(t, log[len(log)-1], c.want)
			_, err = Evaluate(program(&compiled, c.rows, c.scripts...), model)
			require.NoError(t, err)
			require.Contains(t, compiled[len(compiled)-1], c.want)
		})
	}
	var log []string
	_, _, err := live(program(&log, []int{0, 1}, "-x third", "third"))
	require.ErrorContains(t, err, "next is skipped in some invokes alone: a module runs for the whole batch or not at all [NN3107]")
	_, err = Evaluate(program(&log, []int{0, 1}, "-x third", "third"), model)
	require.ErrorContains(t, err, "NN3107")
	_, _, err = live(program(&log, []int{AllRows}, "-bad"))
	require.EqualError(t, err, "third.output cannot take bad")
}
