package runner

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	nn "github.com/nngen-go/nngen/runtime"
)

// newTokens is how far decode loops go.
const newTokens = 3

// decode runs the trace over a decode loop, compiled and interpreted, and says
// where they differ.
func (s *single) decode() string {
	if !s.made.MethodByName("Generate").IsValid() {
		return "" // nothing of the trace is in the model
	}
	got, e := s.decodeCompiled()
	want, in := s.decodeInterpreted()
	switch {
	case e.OK() && in.OK():
		if fmt.Sprint(got) != fmt.Sprint(want) {
			return fmt.Sprintf("tokens %v instead of %v", got, want)
		}
	case slices.Contains(sizes, e.Code) && slices.Contains(sizes, in.Code): // the sequence grows until something does not fit
	case e.OK() && (in.Code == "NN3114" || in.Code == "NN3130"): // of what no result needs, and the plan leaves out
	case e.Code != in.Code || e.Line != in.Line:
		return fmt.Sprintf("compiled %q, interpreted %q", e.Full, in.Full)
	}
	return ""
}

// sizes are codes of what does not fit: the compiled run says it of a plan, the
// interpreter of an operator or a write.
var sizes = []string{"NN3114", "NN3130", "NN3154", "other"}

func (s *single) decodeCompiled() (ids any, end End) {
	defer catch(&end)
	loop := s.made.MethodByName("Generate")
	args := []reflect.Value{reflect.ValueOf(context.Background()), s.inputs(loop.Type().In(1), 0)}
	for _, name := range s.c.Args {
		if name != attached {
			args = append(args, s.argument(name))
		}
	}
	return ended(loop.Call(append(args, reflect.ValueOf(nn.MaxNewTokens(newTokens)))))
}

func (s *single) decodeInterpreted() (ids any, end End) {
	defer catch(&end)
	f := reflect.ValueOf(s.c.Trace)
	loop := s.sess.MethodByName("InterpretGenerate")
	body := loop.Type().In(2)
	return ended(loop.Call([]reflect.Value{
		reflect.ValueOf(context.Background()), s.inputs(loop.Type().In(1), 0),
		reflect.MakeFunc(body, func(in []reflect.Value) []reflect.Value {
			_, err := s.call(f, in[0], body.Out(0))
			return []reflect.Value{err}
		}),
		reflect.ValueOf(nn.MaxNewTokens(newTokens)),
	}))
}

func ended(out []reflect.Value) (any, End) {
	if err, ok := out[1].Interface().(error); ok {
		return nil, endOf(err)
	}
	return out[0].Interface(), End{}
}
