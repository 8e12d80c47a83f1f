package nn

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
	"github.com/nngen-go/nngen/runtime/backend"
)

// instrumented is the model with a hook at every point, all chained by the token
// in the order of the timeline.
type instrumented struct {
	*specInfo
	inner   bool // has hooks at operations too
	session backend.Session
	sites   []site
}

// site is one hook: the exits of one node's tensors, one enter of a module, or
// all enters of one operation.
type site struct {
	moments []int    // in their order
	tensors []string // the hook's inputs, and what its outputs stand for
	keep    []bool   // tensors that calls of modules may need as they are here
}

// instrument builds the session. Exits come before enters at each tensor, so a
// swap at an exit is what the enters see.
//
// Hooks at operations keep the back end from joining nodes, so that results
// differ in their last digits and cost more: only runs that touch one have them.
func (s *Session) instrument(inner bool) (*instrumented, error) {
	spec, err := s.spec()
	if err != nil {
		return nil, err
	}
	in := &instrumented{specInfo: spec, inner: inner}
	in.findSites()
	model := s.file.Model.Clone()
	if err := in.addHooks(model); err != nil {
		return nil, fmt.Errorf("%s cannot be interpreted: %w", s.path, err)
	}
	in.session, err = s.build(model, s.set)
	return in, err
}

// findSites groups the moments into hooks.
func (in *instrumented) findSites() {
	side := map[string]bool{} // tensors that are an input of a module, but not the one that calls replace
	for _, m := range in.spec.Modules {
		for _, p := range m.Inputs {
			side[p.Tensor] = side[p.Tensor] || p.Role != modelspec.RoleInput
		}
	}
	kept := map[string]bool{}
	before := -1
	for i, m := range in.timeline {
		if m.Operation != nil && !in.inner {
			continue
		}
		last := len(in.sites) - 1
		if before < 0 || !together(in.timeline[before], m) {
			in.sites = append(in.sites, site{})
			last++
		}
		before = i
		st := &in.sites[last]
		st.moments = append(st.moments, i)
		t := m.Point.Tensor
		j := slices.Index(st.tensors, t)
		if j < 0 {
			j = len(st.tensors)
			st.tensors, st.keep = append(st.tensors, t), append(st.keep, false)
		}
		if m.Operation == nil && !kept[t] { // whether operations have hooks must not matter to calls
			st.keep[j] = side[t]
			kept[t] = true
		}
	}
}

// together reports whether a moment is served by the hook of the one before it.
func together(before, m modelspec.Moment) bool {
	if before.Side != m.Side || before.Point.Node != m.Point.Node {
		return false
	}
	return m.Side == modelspec.SideOutput || m.Operation != nil && m.Operation == before.Operation
}

// version is a name under which consumers see a tensor.
type version struct {
	name      string
	consumers []int // nil: everybody
}

// seenBy gives the version that a node sees.
func seenBy(list []version, node int) string {
	name := ""
	for _, v := range list {
		if v.consumers == nil || slices.Contains(v.consumers, node) {
			name = v.name
		}
	}
	return name
}

// addHooks rewires consumers to the hooks' outputs and adds the hook nodes.
func (in *instrumented) addHooks(m *onnx.Model) error {
	ix := onnx.NewIndex(m.Graph)
	versions := map[string][]version{}
	token := backend.TokenInput
	var hooks []*onnx.Node
	for id, st := range in.sites {
		inputs, outputs := []string{token}, []string{ix.FreshName(fmt.Sprintf("nngen.token.%d", id))}
		var types []int64
		consumers := in.consumers(st)
		for _, t := range st.tensors {
			if len(versions[t]) == 0 {
				versions[t] = []version{{name: t}}
			}
			typ := in.types[t]
			if typ.DType == tensor.Invalid {
				return fmt.Errorf("the spec does not say the dtype of %q", t)
			}
			out := ix.FreshName(fmt.Sprintf("nngen.hook.%d.%s", id, t))
			from := versions[t][0].name
			if len(consumers) > 0 {
				from = seenBy(versions[t], consumers[0])
			}
			for _, v := range versions[t] {
				ix.ReplaceUses(v.name, out, consumers)
			}
			versions[t] = append(versions[t], version{out, consumers})
			inputs, outputs = append(inputs, from), append(outputs, out)
			types = append(types, int64(typ.DType))
			m.Graph.ValueInfo = append(m.Graph.ValueInfo, valueInfo(out, typ))
		}
		hooks = append(hooks, hookNode(int64(id), inputs, outputs, types))
		token = outputs[0]
	}
	ix.AddInput(tokenInput())
	ix.Insert(hooks...)
	m.ImportOpset(backend.HookDomain, 1)
	_, err := ix.Finish()
	return err
}

// tokenInput is the graph input that starts the chain of hooks.
func tokenInput() *onnx.ValueInfo { return onnx.NewValue(backend.TokenInput, tensor.Int64) }

// consumers gives the nodes that see a site's swaps; nil: everybody.
func (in *instrumented) consumers(st site) []int {
	if in.moments[st.moments[0]].Exit {
		return nil
	}
	c := in.moments[st.moments[0]].Consumers
	if c == nil {
		c = []int{}
	}
	return c
}

// hookNode makes a hook. Ranks are left to the graph's own notes of types, which
// say more than the back end can infer.
func hookNode(id int64, inputs, outputs []string, types []int64) *onnx.Node {
	unset := slices.Repeat([]int64{-1}, len(types))
	n := onnx.NewNode(backend.HookOp, fmt.Sprintf("nngen.hook.%d", id), inputs, outputs,
		onnx.IntAttr("id", id), onnx.IntsAttr("types", types...), onnx.IntsAttr("like", unset...), onnx.IntsAttr("ranks", unset...))
	n.Domain = backend.HookDomain
	return n
}
