package golden

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	nn "github.com/nngen-go/nngen/runtime"
)

// Call carries out one case by reflection: the typed forms differ from case to
// case, what has to hold does not. Sess is the accessor package's *Session.
type Call struct {
	File *File
	Sess any
	Case Case
}

// Compiled compiles the case's trace, runs it once and gives its results.
func (c *Call) Compiled() (results []any, err error) {
	given := []reflect.Value{reflect.ValueOf(c.Sess)}
	for _, a := range c.Case.Attached {
		given = append(given, reflect.ValueOf(a))
	}
	out := reflect.ValueOf(c.Case.Compile).Call(given)
	if err := asError(out[1]); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, asError(out[0].MethodByName("Close").Call(nil)[0])) }()
	run := out[0].MethodByName("Run")
	args := []reflect.Value{reflect.ValueOf(context.Background())}
	if !c.several() {
		args = append(args, c.inputs(run.Type().In(1), "in."))
	}
	rest, err := c.args(reflect.TypeOf(c.Case.Trace), false)
	if err != nil {
		return nil, err
	}
	res := run.Call(append(args, rest...))
	if err := asError(res[len(res)-1]); err != nil {
		return nil, err
	}
	return values(res[:len(res)-1]), nil
}

// Interpreted runs the case's trace function as it stands.
func (c *Call) Interpreted() ([]any, error) {
	fn := reflect.ValueOf(c.Case.Trace)
	method := "Interpret"
	if c.several() {
		method = "InterpretTrace"
	}
	interpret := reflect.ValueOf(c.Sess).MethodByName(method)
	args := []reflect.Value{reflect.ValueOf(context.Background())}
	if !c.several() {
		args = append(args, c.inputs(interpret.Type().In(1), "in."))
	}
	rest, err := c.args(fn.Type(), true)
	if err != nil {
		return nil, err
	}
	var results []reflect.Value
	body := interpret.Type().In(interpret.Type().NumIn() - 1)
	args = append(args, reflect.MakeFunc(body, func(in []reflect.Value) []reflect.Value {
		results = fn.Call(append(in, rest...))
		return []reflect.Value{reflect.Zero(body.Out(0))}
	}))
	err = asError(interpret.Call(args)[0])
	return values(results), err
}

// Check holds results against the case's goldens and releases them.
func (c *Call) Check(results []any) error {
	names := strings.Fields(c.Case.Results)
	if len(results) != len(names) {
		return fmt.Errorf("%d results, the case names %d", len(results), len(names))
	}
	for i, name := range names {
		want, err := c.File.Array(c.Case.Name + "/" + name)
		if err != nil {
			return err
		}
		got, err := AsTensor(results[i])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := want.Compare(got); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, r := range results { // two reads of one value may be one tensor
		if t, ok := r.(nn.Tensor); ok {
			t.Release()
		}
	}
	return nil
}

// AsTensor is a result of a trace as a tensor: numbers and slices of numbers become one.
func AsTensor(result any) (nn.Tensor, error) {
	switch v := result.(type) {
	case nn.Tensor:
		if v.IsZero() {
			return v, errors.New("was never set")
		}
		return v, nil
	case int:
		return nn.Scalar(int64(v)), nil
	case bool:
		return nn.Scalar(v), nil
	case float32:
		return nn.Scalar(v), nil
	case float64:
		return nn.Scalar(float32(v)), nil
	case []int64:
		return nn.From(v), nil
	case []float32:
		return nn.From(v), nil
	case []float64:
		out := make([]float32, len(v))
		for i, x := range v {
			out[i] = float32(x)
		}
		return nn.From(out), nil
	}
	return nn.Tensor{}, fmt.Errorf("no golden is compared with a %T", result)
}

// several reports whether the trace function takes a *Trace and its inputs as parameters.
func (c *Call) several() bool {
	return reflect.TypeOf(c.Case.Trace).In(0).Elem().Name() == "Trace"
}

// args gives the function's parameters after the first: inputs of the invokes,
// then goldens; attachments only where the function itself is called.
func (c *Call) args(fn reflect.Type, attached bool) ([]reflect.Value, error) {
	var out []reflect.Value
	names, attachments := strings.Fields(c.Case.Args), c.Case.Attached
	invoke := 0
	for i := 1; i < fn.NumIn(); i++ {
		in := fn.In(i)
		if len(attachments) > 0 && in == reflect.TypeOf(attachments[0]) {
			if attached {
				out = append(out, reflect.ValueOf(attachments[0]))
			}
			attachments = attachments[1:]
			continue
		}
		if in.Name() == "Inputs" {
			out = append(out, c.inputs(in, fmt.Sprintf("in%d.", invoke)))
			invoke++
			continue
		}
		if len(names) == 0 {
			return nil, errors.New("the case names too few goldens for the parameters")
		}
		arg, err := c.arg(in, names[0])
		if err != nil {
			return nil, err
		}
		out = append(out, arg)
		names = names[1:]
	}
	return out, nil
}

func (c *Call) arg(t reflect.Type, name string) (reflect.Value, error) {
	a, err := c.File.Array(c.Case.Name + "/" + name)
	if err != nil {
		return reflect.Value{}, err
	}
	switch t.Kind() {
	case reflect.Float32, reflect.Float64:
		return reflect.ValueOf(a.Floats[0]).Convert(t), nil
	case reflect.Int, reflect.Int64:
		return reflect.ValueOf(a.Ints[0]).Convert(t), nil
	case reflect.Bool:
		return reflect.ValueOf(a.Ints[0] != 0), nil
	}
	return reflect.ValueOf(a.Tensor()), nil
}

// inputs fills an Inputs struct: its fields are tagged with the model's input names.
func (c *Call) inputs(t reflect.Type, prefix string) reflect.Value {
	v := reflect.New(t).Elem()
	for i := range t.NumField() {
		name := t.Field(i).Tag.Get("nn")
		if a, err := c.File.Array(c.Case.Name + "/" + prefix + name); err == nil {
			v.Field(i).Set(reflect.ValueOf(a.Tensor()))
		}
	}
	return v
}

func values(in []reflect.Value) []any {
	var out []any
	for _, v := range in {
		out = append(out, v.Interface())
	}
	return out
}

func asError(v reflect.Value) error {
	err, _ := v.Interface().(error)
	return err
}
