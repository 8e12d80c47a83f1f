package nn

import (
	"reflect"
	"sort"

	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/modelspec"
)

// Operation is one node of a module's own graph, "Softmax" of an attention: what
// the module computes itself, between the modules inside it. Fields of what a
// module's Source gives are of this type.
//
// Its inputs and outputs are the tensors that depend on what the model is given:
// weights, constants and sizes are not counted. Aliases do not name operations,
// and caches do not hold them.
type Operation struct {
	n  *node
	op *modelspec.Operation
}

// operationType is the type of fields that Source fills.
var operationType = reflect.TypeOf(Operation{})

// Source gives the operations of a module as the fields of a generated struct.
// An operation that other modules of the type have, but this one lacks, is an
// error when it is used.
func Source[S any](e *Envoy) *S {
	n := e.of()
	s := new(S)
	v := reflect.ValueOf(s).Elem()
	for i := range v.NumField() {
		if v.Type().Field(i).Type != operationType {
			continue
		}
		name := v.Type().Field(i).Name
		op := n.module.Operation(name, 0)
		if op == nil {
			op = &modelspec.Operation{Name: name}
		}
		v.Field(i).Set(reflect.ValueOf(Operation{n, op}))
	}
	return s
}

// Operation finds an operation of the module by its name, "Softmax".
func (e *Envoy) Operation(name string) (Operation, error) {
	n := e.of()
	op := n.module.Operation(name, 0)
	if op == nil {
		return Operation{}, n.noOperation(name)
	}
	return Operation{n, op}, nil
}

// Operations gives all operations of the module, each after those it depends on.
func (e *Envoy) Operations() []Operation {
	n := e.of()
	var out []Operation
	for _, op := range n.module.Operations {
		if op.Visit == 0 {
			out = append(out, Operation{n, op})
		}
	}
	return out
}

// noOperation says which operations there are instead.
func (n *node) noOperation(name string) *Error {
	if !n.tree.in.spec.HasOperations() {
		return misuse("NN3162", "the spec of %s lists no operations, which is how earlier versions wrote it: run nngen spec again", n.tree.in.spec.Model)
	}
	return misuse("NN3162", "%s has no operation %q; it has %s", modelspec.PathName(n.module.Path), name,
		listOr(n.module.OperationNames(0), "none"))
}

// Name gives the operation's name in its module, "MatMul1".
func (o Operation) Name() string { return o.of().op.Name }

// Path names the operation in the model, "transformer.h.5.attn.source.Softmax".
func (o Operation) Path() string { return o.of().op.Address(o.n.module) }

// Output waits until the operation has run and gives what it made. One that makes
// several tensors is read with OutputAt.
func (o Operation) Output() Tensor { return o.read(modelspec.SideOutput, sole) }

// SetOutput replaces what the operation made for everything that comes after it.
func (o Operation) SetOutput(t Tensor) { o.write(modelspec.SideOutput, sole, t) }

// Input waits until the operation is reached and gives the first tensor that it takes.
func (o Operation) Input() Tensor { return o.read(modelspec.SideInput, 0) }

// SetInput replaces the first tensor that the operation takes, for it alone.
func (o Operation) SetInput(t Tensor) { o.write(modelspec.SideInput, 0, t) }

// OutputAt gives output i, counted from 0.
func (o Operation) OutputAt(i int) Tensor { return o.read(modelspec.SideOutput, i) }

// SetOutputAt replaces output i for everything that comes after the operation.
func (o Operation) SetOutputAt(i int, t Tensor) { o.write(modelspec.SideOutput, i, t) }

// InputAt gives input i, counted from 0.
func (o Operation) InputAt(i int) Tensor { return o.read(modelspec.SideInput, i) }

// SetInputAt replaces input i for this operation alone.
func (o Operation) SetInputAt(i int, t Tensor) { o.write(modelspec.SideInput, i, t) }

// Outputs gives all tensors that the operation makes.
func (o Operation) Outputs() []Tensor { return o.all(modelspec.SideOutput) }

// Inputs gives all tensors that the operation takes.
func (o Operation) Inputs() []Tensor { return o.all(modelspec.SideInput) }

// sole stands for the one output of an operation that has no more.
const sole = -1

// of refuses operations of no run and those that the module lacks.
func (o Operation) of() Operation {
	if o.n == nil {
		panic(misuse("NN3153", "this operation belongs to no run: take it from Source of a module that the function is given"))
	}
	if len(o.op.Outputs) == 0 {
		panic(o.n.noOperation(o.op.Name))
	}
	return o
}

// visited is the operation in the call of its module that the present visit means.
func (o Operation) visited() Operation {
	o = o.of()
	if call := o.n.call(); call > 0 {
		op := o.n.module.Operation(o.op.Name, call)
		if op == nil {
			panic(misuse("NN3162", "%s has no operation %q at call %d", modelspec.PathName(o.n.module.Path), o.op.Name, call))
		}
		o.op = op
	}
	return o
}

// point finds one of the operation's points, and tells the run that it needs
// hooks inside modules.
func (o Operation) point(side modelspec.Side, i int) *modelspec.Point {
	p, err := o.visited().op.Point(o.n.module, side, i)
	if err != nil {
		panic(misuse("NN3162", "%v", err))
	}
	o.n.tree.v.inside()
	return p
}

func (o Operation) read(side modelspec.Side, i int) Tensor {
	p := o.point(side, i)
	return o.n.tree.v.request(schedule.Request[Tensor]{Kind: schedule.Value, At: o.n.at(p), Pos: userLine()})
}

func (o Operation) write(side modelspec.Side, i int, t Tensor) { o.n.swap(o.point(side, i), t) }

// all reads the points of a side in the order of the run and gives them in the node's.
func (o Operation) all(side modelspec.Side) []Tensor {
	o = o.visited()
	o.n.tree.v.inside()
	return o.n.readAll(o.op.Tensors(side))
}

// readAll reads points in the order of the run and gives the values in the order of the list.
func (n *node) readAll(points []*modelspec.Point) []Tensor {
	order := append([]*modelspec.Point(nil), points...)
	sort.SliceStable(order, func(i, j int) bool { return n.tree.in.at[order[i]] < n.tree.in.at[order[j]] })
	values := map[*modelspec.Point]Tensor{}
	for _, p := range order {
		values[p] = n.tree.v.request(schedule.Request[Tensor]{Kind: schedule.Value, At: n.at(p), Pos: userLine()})
	}
	out := make([]Tensor, len(points))
	for i, p := range points {
		out[i] = values[p]
	}
	return out
}
