// Package runner runs trace functions compiled and interpreted on the same
// inputs and says where they differ. Programs that package oracletest writes
// call it from their main function.
package runner

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"

	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// Case is one trace function with what it is run on.
type Case struct {
	Name, Net string
	Trace     any      // the function itself, to be interpreted
	Compile   any      // its CompileX, nil if the compiler refuses it
	Twin      any      // the same function with late reads moved to their places, or nil
	Args      []string // names of the parameters that are no inputs
	Sets      []Set
}

// Set is the sizes of one run.
type Set struct {
	Rows []int // of each invoke that has inputs
	Seq  int
	Mask bool // a mask that hides the first token of each row is given, where the model takes one
}

// Result is what the runs of one case on one set came to.
type Result struct {
	Name                      string
	Set                       int
	Compiled                  End // Code "none" if there is nothing compiled
	Interpreted, Twin         End
	Values, Again, TwinValues string // where values differ, "" if they do not
	Schedule                  string
}

// Main runs the cases, from the one that the program's argument counts on, and
// prints a line of JSON for each result; "start NAME" goes ahead, so that a
// crash has a name.
func Main(root string, cases []Case) {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	r := &runner{root: root, sessions: map[string]reflect.Value{}}
	skip := 0
	if len(os.Args) > 1 {
		_, _ = fmt.Sscan(os.Args[1], &skip)
	}
	for _, c := range cases[min(skip, len(cases)):] {
		for i := range c.Sets {
			fmt.Fprintf(out, "start %s\n", c.Name)
			out.Flush()
			line, err := json.Marshal(r.run(c, i))
			if err != nil {
				line = []byte(fmt.Sprintf(`{"Name":%q,"Values":%q}`, c.Name, err.Error()))
			}
			out.Write(append(line, '\n'))
		}
	}
}

type runner struct {
	root     string
	sessions map[string]reflect.Value
}

// session opens a fixture once.
func (r *runner) session(net string) reflect.Value {
	if s, ok := r.sessions[net]; ok {
		return s
	}
	opts := []nn.Option{nn.Optimize(nn.OptimizeBasic), nn.Threads(1)}
	path := r.root + "/testdata/models/" + net + "/torchscript.onnx"
	var s any
	var err error
	if net == "llama" {
		s, err = llama.Open(path, opts...)
	} else {
		s, err = gpt2.Open(path, opts...)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	r.sessions[net] = reflect.ValueOf(s)
	return r.sessions[net]
}

// run runs one case on one set.
func (r *runner) run(c Case, set int) Result {
	res := Result{Name: c.Name, Set: set, Compiled: End{Code: "none"}}
	one := &single{c: c, set: c.Sets[set], sess: r.session(c.Net)}
	want, schedule, end := one.interpreted(c.Trace)
	res.Interpreted = end
	if c.Twin != nil {
		var twin []value
		var s []nn.Mediator
		twin, s, res.Twin = one.interpreted(c.Twin)
		if c.Compile != nil && res.Twin.OK() {
			got, plan, e := one.compiled(&res)
			res.Compiled = e
			if e.OK() {
				res.TwinValues = compareAll(got, twin)
				res.Schedule = compareSchedules(plan, s, false)
			}
			return res
		}
	}
	if c.Compile == nil {
		return res
	}
	got, plan, e := one.compiled(&res)
	res.Compiled = e
	if e.OK() && end.OK() {
		res.Values = compareAll(got, want)
		res.Schedule = compareSchedules(plan, schedule, true)
	}
	return res
}

// single is one case on one set.
type single struct {
	c    Case
	set  Set
	sess reflect.Value
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
		results = f.Call(append(in, s.args(f.Type(), 1)...))
		return []reflect.Value{reflect.Zero(body.Out(0))}
	}))
	if err, ok := method.Call(args)[0].Interface().(error); ok {
		return nil, schedule, endOf(err)
	}
	return snapshot(results), schedule, End{}
}

// compiled runs the generated code, twice: the second run must not differ.
func (s *single) compiled(res *Result) (out []value, plan []nn.Mediator, end End) {
	defer catch(&end)
	made := reflect.ValueOf(s.c.Compile).Call([]reflect.Value{s.sess})
	if err, ok := made[1].Interface().(error); ok {
		end = endOf(err)
		end.Compile = true
		return nil, nil, end
	}
	defer made[0].MethodByName("Close").Call(nil)
	plan = made[0].MethodByName("Plan").Call(nil)[0].Interface().(*nn.Plan).Mediators
	run := made[0].MethodByName("Run")
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
