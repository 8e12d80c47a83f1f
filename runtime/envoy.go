package nn

import (
	"fmt"
	"sort"
	"strings"

	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/modelspec"
)

// Envoy is the accessor of one module in one invoke. Generated types embed it
// and add their children as fields.
type Envoy struct{ n *node }

// node is a module in the tree of one invoke.
type node struct {
	module *modelspec.Module
	tree   *tree
}

// tree is the accessors of one invoke.
type tree struct {
	v     *invoke
	in    *specInfo
	bound map[string]*Envoy // by path: fields of the generated types
}

// of gives the node of an Envoy that belongs to a run.
func (e *Envoy) of() *node {
	if e == nil || e.n == nil {
		panic(misuse("NN3153", "this accessor belongs to no run: use the model that Interpret or Invoke hands to the function"))
	}
	return e.n
}

// Path gives the module's path, "" for the model itself.
func (e *Envoy) Path() string { return e.of().module.Path }

// Output waits until the module has run and gives its output.
func (e *Envoy) Output() Tensor {
	return e.of().read(modelspec.SideOutput)
}

// SetOutput replaces the module's output for everything that comes after it.
func (e *Envoy) SetOutput(t Tensor) { e.of().write(modelspec.SideOutput, t) }

// Input waits until the module is reached and gives its input.
func (e *Envoy) Input() Tensor { return e.of().read(modelspec.SideInput) }

// SetInput replaces the input that this module sees; others that use the same tensor do not see it.
func (e *Envoy) SetInput(t Tensor) { e.of().write(modelspec.SideInput, t) }

// Outputs gives all tensors that leave the module.
func (e *Envoy) Outputs() []Tensor { return e.of().all(modelspec.SideOutput) }

// Inputs gives all tensors that enter the module.
func (e *Envoy) Inputs() []Tensor { return e.of().all(modelspec.SideInput) }

// Call runs the module on another value. The run does not see it: no points are
// reached, and what invokes have written inside of the module does not count.
func (e *Envoy) Call(x Tensor) Tensor {
	n := e.of()
	if err := n.tree.v.usable(); err != nil {
		panic(err)
	}
	out, err := n.tree.v.run.call(n.module, x, n.tree.v.rows)
	if err != nil {
		if own, ok := err.(*Error); ok {
			panic(own)
		}
		panic(misuse("NN3154", "call of %s: %v", modelspec.PathName(n.module.Path), err))
	}
	return out
}

// Weight gives a parameter of the module by its name, "weight".
func (e *Envoy) Weight(name string) Tensor {
	n := e.of()
	tensorName, ok := n.module.Weights[name]
	if !ok {
		var names []string
		for k := range n.module.Weights {
			names = append(names, k)
		}
		sort.Strings(names)
		panic(misuse("NN3155", "%s has no weight %q; it has %s", modelspec.PathName(n.module.Path), name, listOr(names, "none")))
	}
	t, err := n.tree.v.t.s.weight(tensorName)
	if err != nil {
		panic(misuse("NN3155", "weight %s of %s: %v", name, modelspec.PathName(n.module.Path), err))
	}
	return t
}

// weight reads a constant of the file.
func (s *Session) weight(name string) (Tensor, error) {
	t := s.index().Initializer(name)
	if t == nil {
		c, ok := s.index().Constant(name)
		if !ok {
			return Tensor{}, fmt.Errorf("the file has no constant %q", name)
		}
		t = c
	}
	data, err := s.file.TensorBytes(t)
	if err != nil {
		return Tensor{}, err
	}
	return hostTensor(DType(t.DType), append([]int64{}, t.Dims...), append([]byte{}, data...)), nil
}

// Get finds a module of the tree by its path from here, with or without the
// root's name: "transformer.h.5", "model.transformer.h.5". Aliases stand for
// their modules anywhere in it: "layers.5.self_attn".
func (e *Envoy) Get(path string) (*Envoy, error) {
	n := e.of()
	if strings.Trim(path, ".") == "" {
		return n.tree.envoy(n.module), nil
	}
	full, none := n.tree.in.names().Find(n.module.Path, path)
	if m, ok := n.tree.in.modules[full]; ok && none == nil {
		return n.tree.envoy(m), nil
	}
	return nil, misuse("NN3156", "%s has no module %q", modelspec.PathName(n.module.Path), path)
}

// Modules gives this module and all below it, parents before children.
func (e *Envoy) Modules() []*Envoy {
	n := e.of()
	var out []*Envoy
	for _, m := range n.tree.in.spec.Modules {
		if n.module.Path == "" || m.Path == n.module.Path || strings.HasPrefix(m.Path, n.module.Path+".") {
			out = append(out, n.tree.envoy(m))
		}
	}
	return out
}

// envoy gives the accessor of a module: the generated one, where there is one.
func (t *tree) envoy(m *modelspec.Module) *Envoy {
	if e, ok := t.bound[m.Path]; ok {
		return e
	}
	e := &Envoy{&node{m, t}}
	t.bound[m.Path] = e
	return e
}

// point finds what a side of the module means at the present visit.
func (n *node) point(side modelspec.Side) *modelspec.Point {
	p, err := n.tree.in.point(n.module, side, n.call())
	if err != nil {
		panic(misuse("NN3157", "%v", err))
	}
	return p
}

// call is which call of the module in its step the present visit means.
func (n *node) call() int {
	_, call := n.tree.v.callOf(modelspec.PathName(n.module.Path), n.module.Visits)
	return call
}

func (n *node) at(p *modelspec.Point) schedule.At {
	step, _ := n.tree.v.callOf(modelspec.PathName(n.module.Path), n.module.Visits)
	return schedule.At{Step: step, Moment: n.tree.in.at[p]}
}

func (n *node) read(side modelspec.Side) Tensor {
	return n.tree.v.request(schedule.Request[Tensor]{Kind: schedule.Value, At: n.at(n.point(side)), Pos: userLine()})
}

func (n *node) write(side modelspec.Side, t Tensor) { n.swap(n.point(side), t) }

// swap asks for t to be put in the place of a point's tensor.
func (n *node) swap(p *modelspec.Point, t Tensor) {
	if r := n.tree.v.run; r != nil && t.h != nil {
		t.h.pin()
		r.written = append(r.written, t.h)
	}
	n.tree.v.request(schedule.Request[Tensor]{Kind: schedule.Swap, At: n.at(p), Value: t, Pos: userLine()})
}

// all reads every point of a side, in the order of the run, and gives the values
// in the order of the spec.
func (n *node) all(side modelspec.Side) []Tensor {
	list := n.module.Outputs
	if side == modelspec.SideInput {
		list = n.module.Inputs
	}
	call := n.call()
	var points []*modelspec.Point
	for _, p := range list {
		if p.Absent == "" && p.Visit == call {
			points = append(points, p)
		}
	}
	return n.readAll(points)
}

func listOr(names []string, none string) string {
	if len(names) == 0 {
		return none
	}
	return strings.Join(names, ", ")
}
