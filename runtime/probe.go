package nn

import (
	"context"
	"slices"
	"sync"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
	"github.com/nngen-go/nngen/runtime/backend"
)

// Prober tries out a spec that is being made: it runs the model with made-up
// inputs to see the sizes of tensors, and with writes at points to see what they
// move. It is modelspec's Runner and Prober.
type Prober struct {
	s    *Session
	spec *modelspec.Spec
	set  settings

	all     func() (*instrumented, error) // hooks at every point of modules
	inner   func() (*instrumented, error) // hooks at what operations make
	mu      sync.Mutex
	started map[int]*baseline // by rows
	emptied bool              // the model takes our inputs only with an empty cache
}

// baseline is the model as it is, on inputs that are kept.
type baseline struct {
	inputs  *batch
	outputs map[string]Tensor
}

var (
	_ modelspec.Runner = (*Prober)(nil)
	_ modelspec.Prober = (*Prober)(nil)
)

// NewProber opens a model whose spec is at hand but not yet tried. Graphs are not
// optimised, so that a write of what is there changes not one bit.
func NewProber(path string, spec *modelspec.Spec, opts ...Option) (*Prober, error) {
	s, err := OpenRaw(path, append(opts, Optimize(OptimizeNone))...)
	if err != nil {
		return nil, err
	}
	s.info = InfoOf(spec)
	p := &Prober{s: s, spec: spec, set: s.set, started: map[int]*baseline{}}
	p.all = sync.OnceValues(func() (*instrumented, error) {
		return p.hooked(spec.Timeline(), nil)
	})
	p.inner = sync.OnceValues(func() (*instrumented, error) {
		return p.hooked(slices.DeleteFunc(spec.SourceTimeline(), func(m modelspec.Moment) bool {
			return m.Operation == nil || m.Side == modelspec.SideInput
		}), nil)
	})
	return p, nil
}

// Close frees the model.
func (p *Prober) Close() error {
	for _, b := range p.started {
		b.inputs.release()
		for _, t := range b.outputs {
			t.Release()
		}
	}
	return p.s.Close()
}

// Shapes gives the shapes that tensors have when the symbols have these sizes.
func (p *Prober) Shapes(sizes map[string]int64, tensors []string) (map[string][]int64, error) {
	m := p.s.file.Model.Clone()
	ix := onnx.NewIndex(m.Graph)
	var outputs []string
	out := map[string][]int64{}
	for i, name := range tensors {
		if _, made := ix.Producer(name); !made && ix.Input(name) == nil {
			continue
		}
		tap := tapName(i)
		if err := ix.AddOutput(onnx.NewValue(tap, p.typeOf(name).DType), name); err != nil {
			return nil, err
		}
		m.Graph.Outputs[len(m.Graph.Outputs)-1].HasShape = false
		outputs = append(outputs, tap)
	}
	ix.RemoveDead(outputs, nil)
	ix.DropInputs(ix.UnusedInputs()...)
	if _, err := ix.Finish(); err != nil {
		return nil, err
	}
	session, err := p.s.build(m, p.set)
	if err != nil {
		return nil, err
	}
	defer p.s.dispose(session)
	b, err := p.inputs(sizes)
	if err != nil {
		return nil, err
	}
	defer b.release()
	values, err := p.s.run(context.Background(), session, taken(session, b), outputs, backend.RunOptions{})
	if err != nil {
		return nil, err
	}
	for i, tap := range outputs {
		for k, name := range tensors {
			if tapName(k) == tap {
				out[name] = slices.Clone(values[i].h.shape)
			}
		}
		values[i].Release()
	}
	return out, nil
}

// typeOf gives the type that the spec states for a tensor.
func (p *Prober) typeOf(name string) tensor.Type {
	for _, list := range [][]modelspec.Value{p.spec.Inputs, p.spec.Outputs} {
		for _, v := range list {
			if v.Name == name {
				return v.Type
			}
		}
	}
	for _, m := range p.spec.Modules {
		var found tensor.Type
		m.Points(func(q *modelspec.Point) {
			if q.Tensor == name {
				found = q.Type
			}
		})
		if found.DType.Known() || found.Shape != nil {
			return found
		}
	}
	return tensor.Type{}
}

// taken picks the inputs that a session takes.
func taken(session backend.Session, b *batch) map[string]Tensor {
	in := map[string]Tensor{}
	for _, i := range session.Inputs() {
		in[i.Name] = b.inputs[i.Name]
	}
	return in
}
