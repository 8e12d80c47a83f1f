package runner

import (
	"context"
	"reflect"

	nn "github.com/nngen-go/nngen/runtime"
)

// stepTokens is how far the decode loops of traces go that name their steps.
const stepTokens = 4

// steps runs a trace that names decoding steps over a generation, interpreted and
// compiled, and compares tokens and results.
func (s *single) steps(set int) Result {
	res := Result{Set: set, Compiled: End{Code: "none"}}
	want, end := s.generated(nil)
	res.Interpreted = end
	if s.c.Compile == nil {
		return res
	}
	for i := range 2 {
		got, end := s.generated(s.compile)
		res.Compiled = end
		if !end.OK() || !res.Interpreted.OK() {
			return res
		}
		diff := compareAll(got, want)
		if i == 0 {
			res.Values = diff
		} else if res.Values == "" {
			res.Again = diff
		}
	}
	return res
}

// generated runs one generation: of what compile gives, or of the function itself.
// The values are the tokens, then the results.
func (s *single) generated(compile func() (reflect.Value, error)) (out []value, end End) {
	defer catch(&end)
	limit := reflect.ValueOf(nn.MaxNewTokens(stepTokens))
	ctx := reflect.ValueOf(context.Background())
	var results []reflect.Value
	if compile != nil {
		made, err := compile()
		if err != nil {
			end = endOf(err)
			end.Compile = true
			return nil, end
		}
		run := made.MethodByName("Generate")
		args := []reflect.Value{ctx}
		from := 1
		if !s.several() {
			args, from = append(args, s.inputs(run.Type().In(1), 0)), 2
		}
		args = append(args, s.argsUntil(run.Type(), from, run.Type().NumIn()-1)...)
		results = run.Call(append(args, limit))
	} else {
		results = s.generatedBy(ctx, limit)
	}
	last := len(results) - 1
	if err, ok := results[last].Interface().(error); ok {
		return nil, endOf(err)
	}
	return snapshot(results[:last]), End{}
}

// generatedBy interprets a generation: tokens, results and the error.
func (s *single) generatedBy(ctx, limit reflect.Value) []reflect.Value {
	f := reflect.ValueOf(s.c.Trace)
	name := "InterpretGenerate"
	if s.several() {
		name = "InterpretTraceGenerate"
	}
	method := s.sess.MethodByName(name)
	args := []reflect.Value{ctx}
	at := 1
	if !s.several() {
		args, at = append(args, s.inputs(method.Type().In(1), 0)), 2
	}
	var results []reflect.Value
	body := method.Type().In(at)
	args = append(args, reflect.MakeFunc(body, func(in []reflect.Value) []reflect.Value {
		var err reflect.Value
		results, err = s.call(f, in[0], body.Out(0))
		return []reflect.Value{err}
	}))
	out := method.Call(append(args, limit))
	return append(append([]reflect.Value{out[0]}, results...), out[1])
}
