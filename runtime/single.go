package nn

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
)

// Single operations are graphs of one operator, so that tensors can be computed
// with outside of a model by the very lowerings that splices use.
const (
	singleOpset = 18
	singleIR    = 8
	singleKept  = 512 // sessions kept before the cache starts again
)

// singles are the open single-operation sessions, by back end and key.
var singles = struct {
	sync.Mutex
	open map[singleKey]*single
}{open: map[singleKey]*single{}}

type singleKey struct {
	backend backend.Backend
	text    string
}

// single is a session that is built once, by the first who needs it.
type single struct {
	once    sync.Once
	use     sync.RWMutex // held to read during runs
	closed  bool
	session backend.Session
	outputs []string
	err     error
}

// apply computes an operator of the table. Mistakes panic with an *Error at the user's line.
func apply(name string, attrs ops.Attrs, in ...Tensor) []Tensor {
	for _, t := range in {
		if t.h == nil {
			panic(misuse("NN3110", "%s of a tensor that was never set: give it a value before it is used", name))
		}
	}
	out, err := compute(name, attrs, in)
	if err != nil {
		panic(misuse("NN3114", "%v", err))
	}
	return out
}

// apply1 is apply for operators with one result.
func apply1(name string, attrs ops.Attrs, in ...Tensor) Tensor {
	return apply(name, attrs, in...)[0]
}

func compute(name string, attrs ops.Attrs, in []Tensor) ([]Tensor, error) {
	op, ok := ops.Lookup(name)
	if !ok {
		return nil, fmt.Errorf("no operator %s", name)
	}
	types := make([]tensor.Type, len(in))
	for i, t := range in {
		types[i] = t.h.typ()
	}
	if _, err := op.Infer(types, attrs); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(in, outlined) {
		return inferOutline(op, types, attrs)
	}
	b, err := backendOf(in)
	if err != nil {
		return nil, err
	}
	for {
		s, err := openSingle(b, op, types, attrs)
		if err != nil {
			return nil, err
		}
		if out, open, err := s.run(b, in); open {
			return out, inOperation(err)
		} // closed meanwhile, because the cache was full
	}
}

// backendOf takes the back end that already holds one of the tensors.
func backendOf(in []Tensor) (backend.Backend, error) {
	for _, t := range in {
		t.h.mu.Lock()
		b := t.h.owner
		t.h.mu.Unlock()
		if b != nil {
			return b, nil
		}
	}
	return openBackend("")
}

// openSingle gives the session for an operator over operands of these types. One
// that leaves sizes open serves all shapes of a rank; where the lowering has to
// know the sizes there is one for each.
func openSingle(b backend.Backend, op *ops.Op, types []tensor.Type, attrs ops.Attrs) (*single, error) {
	open := make([]tensor.Type, len(types))
	for i, t := range types {
		open[i] = tensor.Type{DType: t.DType, Shape: make(tensor.Shape, len(t.Shape))}
		for d := range t.Shape {
			open[i].Shape[d] = tensor.Unknown
		}
	}
	s := lookupSingle(b, op, open, attrs)
	if s.err != nil {
		s = lookupSingle(b, op, types, attrs)
	}
	return s, s.err
}

func lookupSingle(b backend.Backend, op *ops.Op, types []tensor.Type, attrs ops.Attrs) *single {
	key := singleKey{b, describeSingle(op, types, attrs)}
	singles.Lock()
	s, ok := singles.open[key]
	if !ok {
		if len(singles.open) >= singleKept {
			closeSingles(singles.open)
		}
		s = &single{}
		singles.open[key] = s
	}
	singles.Unlock()
	s.once.Do(func() { s.err = s.build(b, op, types, attrs) })
	return s
}

// closeSingles empties a full cache; runs under way end first.
func closeSingles(open map[singleKey]*single) {
	for k, s := range open {
		delete(open, k)
		go s.close()
	}
}

func (s *single) close() {
	s.use.Lock()
	defer s.use.Unlock()
	s.closed = true
	s.once.Do(func() {}) // one that nobody has built yet stays unbuilt
	if s.session != nil {
		_ = s.session.Close()
	}
}

func describeSingle(op *ops.Op, types []tensor.Type, attrs ops.Attrs) string {
	var b strings.Builder
	b.WriteString(op.Name)
	for _, t := range types {
		b.WriteString("|" + t.String())
	}
	keys := make([]string, 0, len(attrs))
	for k := range attrs {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, "|%s=%v", k, attrs[k])
	}
	return b.String()
}

// build makes the graph and opens it.
func (s *single) build(b backend.Backend, op *ops.Op, types []tensor.Type, attrs ops.Attrs) error {
	model := &onnx.Model{
		IR: singleIR, Producer: "nngen", Opsets: []onnx.Opset{{Version: singleOpset}},
		Graph: &onnx.Graph{Name: op.Name},
	}
	ix := onnx.NewIndex(model.Graph)
	in := make([]ops.Operand, len(types))
	for i, t := range types {
		in[i] = ops.Operand{Name: inputName(i), Type: t}
		ix.AddInput(valueInfo(in[i].Name, t))
	}
	e := &emitter{ix: ix, opset: singleOpset, where: op.Name}
	results, err := op.Lower(e, in, attrs)
	if err == nil {
		err = e.err
	}
	if err != nil {
		return err
	}
	inferred, err := op.Infer(types, attrs)
	if err != nil {
		return err
	}
	for i, r := range results {
		name := fmt.Sprintf("y%d", i)
		s.outputs = append(s.outputs, name)
		if err := ix.AddOutput(valueInfo(name, inferred[i]), r); err != nil {
			return err
		}
	}
	if _, err := ix.Finish(); err != nil {
		return err
	}
	data, err := onnx.Marshal(model)
	if err != nil {
		return err
	}
	s.session, err = b.NewSession(context.Background(), &backend.Graph{Model: data},
		backend.SessionOptions{Optimization: backend.OptimizeBasic})
	return err
}

func inputName(i int) string { return fmt.Sprintf("x%d", i) }

// run computes the results over tensors; open is false if the session was closed.
func (s *single) run(b backend.Backend, in []Tensor) (out []Tensor, open bool, err error) {
	s.use.RLock()
	defer s.use.RUnlock()
	if s.closed {
		return nil, false, nil
	}
	out, err = s.compute(b, in)
	return out, true, err
}

func (s *single) compute(b backend.Backend, in []Tensor) ([]Tensor, error) {
	feed := map[string]backend.Value{}
	for i, t := range in {
		v, err := t.h.borrow(b)
		if err != nil {
			return nil, err
		}
		defer t.h.giveBack()
		feed[inputName(i)] = v
	}
	for _, i := range s.session.Inputs() {
		if _, ok := feed[i.Name]; !ok {
			return nil, fmt.Errorf("operand %s is missing", i.Name)
		}
	}
	values, err := s.session.Run(context.Background(), feed, s.outputs, backend.RunOptions{})
	if err != nil {
		return nil, err
	}
	out := make([]Tensor, len(values))
	for i, v := range values {
		out[i] = valueTensor(b, v)
	}
	return out, nil
}

// valueInfo declares a value in a graph: constant sizes and plain symbols are kept.
func valueInfo(name string, t tensor.Type) *onnx.ValueInfo {
	v := onnx.NewValue(name, t.DType)
	v.Shape, v.HasShape = nil, t.Shape.RankKnown()
	for _, d := range t.Shape {
		n, ok := d.Const()
		dim := onnx.Dim{Size: -1}
		if ok && n >= 0 {
			dim.Size = n
		} else if s := d.Symbols(); len(s) == 1 && slices.Equal(s, []string{string(d)}) {
			dim.Param = s[0]
		}
		v.Shape = append(v.Shape, dim)
	}
	if v.HasShape && v.Shape == nil {
		v.Shape = []onnx.Dim{}
	}
	return v
}

// wide makes attributes of plain ints.
func wide(list []int) []int64 {
	out := make([]int64, len(list))
	for i, v := range list {
		out[i] = int64(v)
	}
	return out
}
