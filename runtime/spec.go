package nn

import (
	"fmt"
	"sync"

	"github.com/nngen-go/nngen/internal/caching"
	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// specInfo is a spec as the interpreter uses it.
type specInfo struct {
	spec     *modelspec.Spec
	timeline []modelspec.Moment
	moments  []schedule.Moment
	at       map[*modelspec.Point]int // index into moments
	modules  map[string]*modelspec.Module
	types    map[string]tensor.Type // of every point's tensor
	orders   map[string]modelspec.Order
	result   string // the model's output that is the result of a run
	calls    int    // most calls of a module in one forward
	names    func() *caching.Names
}

// readSpec parses the spec that came with the accessor package.
func (s *Session) readSpec() (*specInfo, error) {
	if len(s.info.Spec) == 0 {
		return nil, fmt.Errorf("the session of %s was opened without a spec: open it through the package that nngen generated", s.path)
	}
	spec, errs := modelspec.Read(s.info.Name+".nnspec.yaml", s.info.Spec)
	if err := errs.Err(); err != nil {
		return nil, fmt.Errorf("the spec that package %s embeds cannot be read: %w", s.info.Name, err)
	}
	in := &specInfo{
		spec: spec, timeline: spec.SourceTimeline(), at: map[*modelspec.Point]int{},
		modules: map[string]*modelspec.Module{}, types: map[string]tensor.Type{}, orders: spec.Orders(), calls: 1,
	}
	in.names = sync.OnceValue(func() *caching.Names { return caching.NewNames(spec) })
	in.moments = schedule.Moments(in.timeline)
	if out, ok := spec.Result(); ok {
		in.result = out.Name
		in.types[out.Name] = out.Type
	}
	in.moments = schedule.WithResult(in.moments, in.result)
	for i, m := range in.timeline {
		in.at[m.Point] = i
	}
	for _, m := range spec.Modules {
		in.modules[m.Path] = m
		in.calls = max(in.calls, m.Visits)
		m.Points(func(p *modelspec.Point) { in.types[p.Tensor] = p.Type })
	}
	return in, nil
}

// point finds the tensor that Input or Output of a module means.
func (in *specInfo) point(m *modelspec.Module, side modelspec.Side, visit int) (*modelspec.Point, error) {
	list, role := m.Outputs, modelspec.RoleOutput
	if side == modelspec.SideInput {
		list, role = m.Inputs, modelspec.RoleInput
	}
	if m.Absent != "" {
		return nil, fmt.Errorf("%s has no %s: %s", modelspec.PathName(m.Path), side, m.Absent)
	}
	unsure := false
	for _, p := range list {
		unsure = unsure || p.Role == modelspec.RoleUnknown
		if p.Role != role || p.Visit != visit {
			continue
		}
		if p.Absent != "" {
			return nil, fmt.Errorf("the %s of %s is absent: %s", side, modelspec.PathName(m.Path), p.Absent)
		}
		return p, nil
	}
	if unsure {
		return nil, fmt.Errorf("the spec does not say which tensor is the %s of %s: set the role of one to %q in %s.nnspec.yaml",
			side, modelspec.PathName(m.Path), role, in.spec.Model)
	}
	return nil, fmt.Errorf("%s has no %s", modelspec.PathName(m.Path), side)
}
