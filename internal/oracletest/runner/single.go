package runner

import (
	"context"
	"reflect"
	"slices"
	"strings"

	nn "github.com/nngen-go/nngen/runtime"
)

// single is one case on one set.
type single struct {
	c    Case
	set  Set
	sess reflect.Value
	made reflect.Value // what Compile gave, once it was asked
}

// run runs the case on one set.
func (s *single) run(set int) Result {
	c, res := s.c, Result{Set: set, Compiled: End{Code: "none"}}
	want, schedule, end := s.interpreted(c.Trace)
	res.Interpreted, res.Told = end, told(want)
	if c.Twin != nil {
		var twin []value
		var live []nn.Mediator
		twin, live, res.Twin = s.interpreted(c.Twin)
		res.TwinLate = slices.ContainsFunc(told(twin), func(text string) bool { return strings.Contains(text, "[NN3101]") })
		if c.Compile != nil && res.Twin.OK() {
			got, plan, e := s.compiled(&res)
			res.Compiled = e
			if e.OK() {
				res.TwinValues = compareAll(got, twin)
				res.Schedule = compareSchedules(plan, live, false, len(told(twin)) > 0)
			}
			return res
		}
	}
	if c.Compile == nil {
		return res
	}
	got, plan, e := s.compiled(&res)
	res.Compiled = e
	if e.OK() && end.OK() {
		res.Values = compareAll(got, want)
		res.Schedule = compareSchedules(plan, schedule, true, len(res.Told) > 0)
		if c.Decode && res.Values == "" {
			res.Tokens = s.decode()
		}
	}
	return res
}

// compile calls CompileX, once for all sets.
func (s *single) compile() (reflect.Value, error) {
	if s.made.IsValid() {
		return s.made, nil
	}
	args := []reflect.Value{s.sess}
	if slices.Contains(s.c.Args, attached) {
		args = append(args, s.argument(attached))
	}
	out := reflect.ValueOf(s.c.Compile).Call(args)
	if err, ok := out[1].Interface().(error); ok {
		return reflect.Value{}, err
	}
	s.made = out[0]
	return s.made, nil
}

func (s *single) close() {
	if s.made.IsValid() {
		s.made.MethodByName("Close").Call(nil)
	}
}

// several reports whether the function takes a *Trace.
func (s *single) several() bool {
	return reflect.TypeOf(s.c.Trace).In(0).Elem().Name() == "Trace"
}

// interpreted runs a function as it stands.
func (s *single) interpreted(fn any) (out []value, schedule []nn.Mediator, end End) {
	defer catch(&end)
	f := reflect.ValueOf(fn)
	name := "Interpret"
	if s.several() {
		name = "InterpretTrace"
	}
	method := s.sess.MethodByName(name)
	ctx := nn.RecordSchedule(context.Background(), func(m []nn.Mediator) { schedule = m })
	args := []reflect.Value{reflect.ValueOf(ctx)}
	if !s.several() {
		args = append(args, s.inputs(method.Type().In(1), 0))
	}
	var results []reflect.Value
	body := method.Type().In(method.Type().NumIn() - 1)
	args = append(args, reflect.MakeFunc(body, func(in []reflect.Value) []reflect.Value {
		var err reflect.Value
		results, err = s.call(f, in[0], body.Out(0))
		return []reflect.Value{err}
	}))
	if err, ok := method.Call(args)[0].Interface().(error); ok {
		return nil, schedule, endOf(err)
	}
	return snapshot(results), schedule, End{}
}

// call calls the function itself; an error among its results is its last one.
func (s *single) call(f, m reflect.Value, errType reflect.Type) (results []reflect.Value, err reflect.Value) {
	results = f.Call(append([]reflect.Value{m}, s.args(f.Type(), 1)...))
	if last := len(results) - 1; last >= 0 && results[last].Type() == errType {
		return results[:last], results[last]
	}
	return results, reflect.Zero(errType)
}

// compiled runs the generated code, twice: the second run must not differ.
func (s *single) compiled(res *Result) (out []value, plan []nn.Mediator, end End) {
	defer catch(&end)
	made, err := s.compile()
	if err != nil {
		end = endOf(err)
		end.Compile = true
		return nil, nil, end
	}
	plan = made.MethodByName("Plan").Call(nil)[0].Interface().(*nn.Plan).Mediators
	run := made.MethodByName("Run")
	for i := range 2 {
		args := []reflect.Value{reflect.ValueOf(context.Background())}
		from := 1
		if !s.several() {
			args = append(args, s.inputs(run.Type().In(1), 0))
			from = 2
		}
		results := run.Call(append(args, s.args(run.Type(), from)...))
		last := len(results) - 1
		if err, ok := results[last].Interface().(error); ok {
			return nil, plan, endOf(err)
		}
		values := snapshot(results[:last])
		if i == 0 {
			out = values
		} else {
			res.Again = compareAll(values, out)
		}
		release(results[:last])
	}
	return out, plan, End{}
}
