package schedule

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// list is a mediator that makes requests one after the other.
type list struct {
	reqs []Request[string]
	errs []error
}

func (l *list) Resume(a Answer[string]) (Request[string], bool) {
	l.errs = append(l.errs, a.Err)
	if len(l.reqs) == 0 {
		return Request[string]{}, false
	}
	r := l.reqs[0]
	l.reqs = l.reqs[1:]
	return r, true
}

// TestLater asks for points in another order than the run's, as branches that
// exclude each other do: each is served at its moment, swaps edit what stands there.
func TestLater(t *testing.T) {
	var got []string
	then := func(name string) func(string, error) {
		return func(v string, err error) {
			if err != nil {
				v = err.Error()
			}
			got = append(got, name+"="+v)
		}
	}
	edit := func(old string) (string, error) { return "if(" + old + ")", nil }
	m := &list{reqs: []Request[string]{
		{Kind: Swap, At: At{0, 5}, Edit: edit, Then: then("late swap"), When: "a"},
		{Kind: Swap, At: At{0, 0}, Edit: edit, Then: then("early swap"), When: "!a"},
		{Kind: Value, At: At{0, 1}, Then: then("read")},
		{Kind: Value, At: At{0, 3}},
		{Kind: Value, At: At{0, 1}, Then: then("past")},
		{Kind: Swap, At: At{0, 1}, Value: "x", Then: then("too late")},
	}}
	ev, err := Evaluate(Program[string]{Moments: places, Mediators: []Mediator[string]{m}, Rows: []int{AllRows}, Algebra: text{}},
		func(m Moment) (string, error) { return m.Tensor, nil })
	require.NoError(t, err)
	require.Equal(t, []string{"early swap=", "read=if(T)", "past=if(T)"}, got[:3])
	require.Contains(t, got[3], "outer.output cannot be written any more")
	require.Equal(t, "late swap=", got[4])
	require.Error(t, m.errs[len(m.errs)-1])
	require.Equal(t, []Write[string]{{At: 0, Value: "if(T)", Lines: []int{0}}, {At: 5, Value: "if(U)", Lines: []int{0}}}, ev.Writes)
	states := ev.Mediators[0]
	require.Equal(t, "!a", states[0].When)
	require.Equal(t, "a", states[len(states)-2].When)
	require.Equal(t, events[End], states[len(states)-1].Event)
}

// TestLaterUnreached tells postponed requests that a stop left behind.
func TestLaterUnreached(t *testing.T) {
	var told error
	m := &list{reqs: []Request[string]{
		{Kind: Value, At: At{0, 5}, Then: func(_ string, err error) { told = err }},
		{Kind: Stop},
	}}
	ev, err := Evaluate(Program[string]{Moments: places, Mediators: []Mediator[string]{m}, Rows: []int{AllRows}, Algebra: text{}},
		func(m Moment) (string, error) { return m.Tensor, nil })
	require.NoError(t, err)
	require.True(t, ev.Stopped)
	require.ErrorContains(t, told, "was not reached")
}
