package schedule

import (
	"errors"
	"fmt"
	"go/token"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/diag"
)

// text is the algebra of the tests: values are expressions in text.
type text struct{}

func (text) Narrow(base string, invoke int, _ Moment) (string, error) {
	return fmt.Sprintf("%s[%d]", base, invoke), nil
}

func (text) Join(base string, parts []Part[string], _ Moment) (string, error) {
	for _, p := range parts {
		base += fmt.Sprintf("{%d:%s}", p.Invoke, p.Value)
	}
	return base, nil
}

func (text) Accept(v string, _ int, at Moment) error {
	if strings.Contains(v, "bad") {
		return fmt.Errorf("%s cannot take %s", at.Address, v)
	}
	return nil
}

// script is a mediator that reads its requests from a list of words: "a" reads
// point a, "a=x" writes x, "a=$" writes "f(last value read)", "|b" waits at
// barrier b, "!" stops, "-x" skips module next with x, "fail" ends with an error. What it was answered goes to log.
type script struct {
	words    []string
	moments  map[string]int
	barriers map[string]*Rendezvous
	i        int
	last     string
	log      *[]string
	name     string
}

func (s *script) Resume(a Answer[string]) (Request[string], bool) {
	if s.i > 0 {
		s.answered(s.words[s.i-1], a)
	}
	if s.i == len(s.words) {
		return Request[string]{}, false
	}
	w := s.words[s.i]
	s.i++
	pos := token.Position{Filename: s.name + ".go", Line: s.i, Column: 1}
	switch {
	case w == "!":
		return Request[string]{Kind: Stop, Pos: pos}, true
	case w == "fail":
		return Request[string]{Kind: End, Err: errors.New("user error"), Pos: pos}, true
	case w[0] == '-':
		value := strings.ReplaceAll(w[1:], "$", "f("+s.last+")")
		return Request[string]{Kind: Skip, At: At{0, next.Enter}, Pos: pos, Skip: &Skipped[string]{Body: next, Values: []string{value}}}, true
	case w[0] == '|':
		return Request[string]{Kind: Barrier, Barrier: s.barriers[w[1:]], Pos: pos}, true
	}
	point, value, swap := strings.Cut(w, "=")
	r := Request[string]{Kind: Value, At: At{0, s.moments[point]}, Pos: pos}
	if swap {
		r.Kind, r.Value = Swap, strings.ReplaceAll(value, "$", "f("+s.last+")")
	}
	return r, true
}

func (s *script) answered(word string, a Answer[string]) {
	if a.Err != nil {
		*s.log = append(*s.log, s.name+"?"+a.Err.Error())
		return
	}
	if a.Value != "" {
		s.last = a.Value
		*s.log = append(*s.log, s.name+" "+word+" "+a.Value)
	} else {
		*s.log = append(*s.log, s.name+" "+word)
	}
}

// places are the moments of the tests: tensor T leaves a module (inner) and its
// parent (outer) and enters two nested modules and a third one; then U leaves.
var places = []Moment{
	{Address: "inner.output", Tensor: "T", Exit: true},
	{Address: "outer.output", Tensor: "T", Exit: true},
	{Address: "next.input", Tensor: "T", Consumers: []int{5, 6}},
	{Address: "next.child.input", Tensor: "T", Consumers: []int{5}},
	{Address: "third.input", Tensor: "T", Consumers: []int{9}},
	{Address: "third.output", Tensor: "U", Exit: true},
}

func program(log *[]string, rows []int, scripts ...string) Program[string] {
	moments := map[string]int{}
	for i, m := range places {
		moments[strings.TrimSuffix(strings.Replace(m.Address, ".input", "<", 1), ".output")] = i
	}
	barriers := map[string]*Rendezvous{}
	for _, n := range []string{"b", "c"} {
		barriers[n] = &Rendezvous{Name: n, N: 2}
	}
	barriers["three"] = &Rendezvous{Name: "three", N: 3}
	p := Program[string]{Moments: places, Rows: rows, Algebra: text{}}
	for i, text := range scripts {
		m := &script{words: strings.Fields(text), moments: moments, barriers: barriers, log: log, name: string(rune('A' + i))}
		p.Mediators = append(p.Mediators, m)
		p.Names = append(p.Names, m.name)
	}
	return p
}

// live runs p as the interpreter does: the model hands each moment its value.
func live(p Program[string]) (writes []string, s *Scheduler[string], err error) {
	s, err = New(p)
	if err != nil {
		return nil, nil, err
	}
	if err := s.Start(); err != nil {
		return nil, s, err
	}
	var done []Write[string]
	for i, m := range p.Moments {
		base := func() (string, error) {
			ev := Evaluation[string]{Writes: done}
			return ev.before(p.Moments, i, func(Moment) (string, error) { return m.Tensor, nil })
		}
		out, changed, err := s.Serve(At{0, i}, base)
		if err != nil {
			return writes, s, err
		}
		if changed {
			done = append(done, Write[string]{At: i, Value: out})
			writes = append(writes, m.Address+"="+out)
		}
		if s.Stopped() {
			break
		}
	}
	return writes, s, s.Finish()
}

func model(m Moment) (string, error) { return m.Tensor, nil }

func TestOrderAndVersions(t *testing.T) {
	all := []int{AllRows, AllRows}
	each := []int{0, 1}
	cases := []struct {
		name    string
		rows    []int
		scripts []string
		log     []string
		writes  []string
	}{
		{
			"definition order at one moment", all,
			[]string{"inner inner=$", "inner"},
			[]string{"A inner T", "A inner=$", "B inner f(T)"},
			[]string{"inner.output=f(T)"},
		},
		{
			"exits thread the version, enters see it",
			[]int{AllRows},
			[]string{"inner=x outer next< third<"},
			[]string{"A inner=x", "A outer x", "A next< x", "A third< x"},
			[]string{"inner.output=x"},
		},
		{
			"an enter is seen inside its module only",
			[]int{AllRows},
			[]string{"next<=x next.child< third<"},
			[]string{"A next<=x", "A next.child< x", "A third< T"},
			[]string{"next.input=x"},
		},
		{
			"row writes are joined once", each,
			[]string{"inner inner=$", "inner inner=$"},
			[]string{"A inner T[0]", "A inner=$", "B inner T[1]", "B inner=$"},
			[]string{"inner.output=T{0:f(T[0])}{1:f(T[1])}"},
		},
		{
			"whole reads see joined rows",
			[]int{0, AllRows},
			[]string{"inner=x", "inner inner=y"},
			[]string{"A inner=x", "B inner T{0:x}", "B inner=y"},
			[]string{"inner.output=y"},
		},
		{
			"own rows are read back, cut once", each,
			[]string{"inner inner inner=x inner", "outer"},
			[]string{"A inner T[0]", "A inner T[0]", "A inner=x", "A inner x", "B outer T{0:x}[1]"},
			[]string{"inner.output=T{0:x}"},
		},
		{
			"released in the visit, served in the visit", each,
			[]string{"inner |b third", "|b inner=x third"},
			[]string{"A inner T[0]", "A |b", "B |b", "B inner=x", "A third U[0]", "B third U[1]"},
			[]string{"inner.output=T{1:x}"},
		},
		{
			"a barrier is reusable", each,
			[]string{"inner |b outer |b", "|b outer=x |b third"},
			[]string{"A inner T[0]", "A |b", "B |b", "A outer T[0]", "B outer=x", "A |b", "B |b", "B third U[1]"},
			[]string{"outer.output=T{1:x}"},
		},
		{
			"a refused write leaves the version",
			[]int{AllRows},
			[]string{"inner=bad inner"},
			[]string{"A?inner.output cannot take bad", "A inner T"},
			nil,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var log []string
			writes, s, err := live(program(&log, c.rows, c.scripts...))
			require.NoError(t, err)
			require.Equal(t, c.log, log)
			require.Equal(t, c.writes, writes)
			require.True(t, s.Idle())

			var log2 []string
			ev, err := Evaluate(program(&log2, c.rows, c.scripts...), model)
			require.NoError(t, err)
			require.Equal(t, c.log, log2, "both ways to run give the same order and values")
			require.Equal(t, s.Mediators(), ev.Mediators)
			require.Equal(t, s.Order(), ev.Order)
			var w2 []string
			for _, w := range ev.Writes {
				w2 = append(w2, places[w.At].Address+"="+w.Value)
			}
			require.Equal(t, c.writes, w2)
		})
	}
}

func TestLateReads(t *testing.T) {
	var log []string
	_, _, err := live(program(&log, []int{AllRows}, "outer inner"))
	require.NoError(t, err)
	require.Len(t, log, 2)
	require.Contains(t, log[1], "A.go:2:1: inner.output was already passed: outer.output, which comes later in the run, was already read [NN3101]")

	cases := []struct{ name, want string }{
		{"third outer inner", "A inner T"},
		{"inner=x third inner", "A inner x"},
		{"inner=x third outer", "A outer x"},
		{"outer=x third inner", "A inner T"},
		{"next<=x third next.child<", "A next.child< x"},
		{"next<=x third third<", "A third< T"},
	}
	for _, c := range cases {
		var log []string
		ev, err := Evaluate(program(&log, []int{AllRows}, c.name), model)
		require.NoError(t, err)
		require.Equal(t, c.want, log[len(log)-1], c.name)
		require.Len(t, ev.Mediators[0], len(strings.Fields(c.name))+1)
	}
}

func TestLateReadSeesWhatItsInvokeWouldHaveSeen(t *testing.T) {
	var log []string
	_, err := Evaluate(program(&log, []int{AllRows, AllRows, AllRows}, "inner=x", "third inner", "inner=y"), model)
	require.NoError(t, err)
	require.Contains(t, log, "B inner x", "the write of a later invoke is not seen")

	log = nil
	ev, err := Evaluate(program(&log, []int{AllRows}, "third inner outer"), model)
	require.NoError(t, err)
	var order []string
	for _, s := range ev.Mediators[0] {
		order = append(order, s.At)
	}
	require.Equal(t, []string{"inner.output", "outer.output", "third.output", ""}, order, "the schedule is in the order of the run")
}

func TestLateWrites(t *testing.T) {
	for _, policy := range []string{"live", "symbolic"} {
		var log []string
		p := program(&log, []int{AllRows}, "third outer=x")
		if policy == "live" {
			_, _, err := live(p)
			require.NoError(t, err)
		} else {
			ev, err := Evaluate(p, model)
			require.NoError(t, err)
			require.Empty(t, ev.Writes)
		}
		require.Contains(t, log[1], "A.go:2:1: outer.output cannot be written any more: third.output")
		require.Contains(t, log[1], "[NN3102]")
	}
	var errs []error
	p := program(new([]string), []int{0, 1}, "third |b", "|b inner=x")
	p.Mediators[1] = &spy{Mediator: p.Mediators[1], errs: &errs}
	_, err := Evaluate(p, model)
	require.NoError(t, err)
	require.Len(t, errs, 1)
	var d *diag.Diagnostic
	require.ErrorAs(t, errs[0], &d)
	require.Equal(t, "B.go:1:1", d.Related[0].Pos.String(), "passed while it waited at the barrier")
}

// spy keeps the errors that a mediator is answered with.
type spy struct {
	Mediator[string]
	errs *[]error
}

func (s *spy) Resume(a Answer[string]) (Request[string], bool) {
	if a.Err != nil {
		*s.errs = append(*s.errs, a.Err)
	}
	return s.Mediator.Resume(a)
}

func TestBarriersThatNeverFill(t *testing.T) {
	var log []string
	_, s, err := live(program(&log, []int{0, 1}, "inner |b third", "third"))
	require.NoError(t, err)
	require.Contains(t, log[2], "A?A.go:2:1: barrier b waits for 2 invokes, but only 1 came: A [NN3103]")
	require.Contains(t, log[3], "A?A.go:3:1: third.output was already passed")
	require.True(t, s.Idle())

	log = nil
	_, _, err = live(program(&log, []int{0, 1}, "|b", "|c"))
	require.NoError(t, err)
	require.Len(t, log, 2, "two barriers, one in each: both are told")

	log = nil
	_, _, err = live(program(&log, []int{0, 1}, "|three", "inner"))
	require.NoError(t, err)
	require.Contains(t, log[0], "barrier three waits for 3 invokes, but the trace has 2 [NN3103]")
}

func TestStopAndFailure(t *testing.T) {
	var log []string
	writes, s, err := live(program(&log, []int{0, 1, AllRows}, "inner !", "inner=x", "third"))
	require.NoError(t, err)
	require.True(t, s.Stopped())
	require.Equal(t, []string{"inner.output=T{1:x}"}, writes, "the place of a stop is completed")
	require.Equal(t, []string{"A inner T[0]", "A !", "B inner=x"}, log[:3])
	require.Contains(t, log[3], "third.output was not reached: A stopped the run [NN3104]")

	log = nil
	_, _, err = live(program(&log, []int{AllRows}, "outer ! inner outer=x |b"))
	require.NoError(t, err)
	require.Contains(t, log[2], "inner.output was not reached: A stopped the run [NN3104]")
	require.Contains(t, log[3], "outer.output was not reached: A stopped the run [NN3104]", "the place of the stop is over for who stops")
	require.Contains(t, log[4], "NN3103")

	_, s, err = live(program(&log, []int{0, 1}, "inner fail", "third"))
	require.EqualError(t, err, "user error")
	require.False(t, s.Idle())
	s.Abort(errors.New("over"))
	require.True(t, s.Idle())
}
