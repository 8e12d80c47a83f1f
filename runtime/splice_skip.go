package nn

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/runtime/backend"
)

// leaveOut sees to the modules that a plan skips, when what nobody needs is
// gone: outputs that were not given must be among it, and the body of one that
// is skipped under a condition moves into the branch where it is not.
func (sp *splice) leaveOut() error {
	for _, k := range sp.p.Skips {
		inside := sp.s.insideOf(k)
		for _, name := range k.Outputs[k.Given:] {
			if sp.needed(name, inside) {
				return &spliceError{sp.p.Name, k.File, k.Line, missing(k, name)}
			}
		}
		if k.When == "" {
			continue
		}
		body := func(n *onnx.Node) bool {
			return len(n.Outputs) > 0 && inside[n.Outputs[0]] && n.Domain != backend.HookDomain
		}
		first, branch := sp.goesOn(k.Outputs[0])
		for _, name := range k.Outputs[1:k.Given] { // one branch has the body, which gives them all
			if other, _ := sp.goesOn(name); first == nil {
				first, branch = sp.goesOn(name)
			} else if other != nil {
				sp.keepInside(name, other, inside)
				sp.ix.JoinIfs(first, other)
			}
		}
		if first != nil {
			sp.ix.Sink(first, branch, body)
		}
	}
	return nil
}

// keepInside lets a module that runs go on with what it makes itself: what was
// given in the place of an output that it uses too is for runs that skip it.
func (sp *splice) keepInside(output string, n *onnx.Node, inside map[string]bool) {
	var users []int
	for _, i := range sp.ix.Consumers(n.Outputs[0]) {
		if out := sp.ix.Graph().Nodes[i].Outputs; len(out) > 0 && inside[out[0]] {
			users = append(users, i)
		}
	}
	if len(users) > 0 {
		sp.ix.ReplaceUses(n.Outputs[0], output, users)
	}
}

// goesOn finds the If that passes on what a module makes where it is not skipped,
// and the branch that does.
func (sp *splice) goesOn(output string) (*onnx.Node, *onnx.Graph) {
	for _, n := range sp.ifs {
		if !slices.Contains(sp.ix.Graph().Nodes, n) {
			continue // nobody needs it
		}
		for _, a := range n.Attrs {
			if a.G != nil && slices.ContainsFunc(a.G.Nodes, func(m *onnx.Node) bool { return len(m.Inputs) == 1 && m.Inputs[0] == output }) {
				return n, a.G
			}
		}
	}
	return nil, nil
}

// insideOf names what the nodes of a module make, each by its first result.
func (s *Session) insideOf(k plan.Skipped) map[string]bool {
	ix := s.index()
	inside := map[string]bool{}
	for _, i := range ix.BackwardSlice(k.Outputs, k.Inputs...) {
		if out := ix.Graph().Nodes[i].Outputs; len(out) > 0 {
			inside[out[0]] = true
		}
	}
	return inside
}

// needed reports whether something outside of a module takes one of its tensors.
func (sp *splice) needed(name string, inside map[string]bool) bool {
	if sp.ix.Gives(name) {
		return true
	}
	for _, i := range sp.ix.Consumers(name) {
		out := sp.ix.Graph().Nodes[i].Outputs
		if len(out) == 0 || !inside[out[0]] {
			return true
		}
	}
	return false
}

// missing is the error of an output of a skipped module that somebody needs.
func missing(k plan.Skipped, name string) *Error {
	e := fault("NN3109", "%s is skipped, but %q, which it makes too, is needed", k.Module, name)
	e.Hint = "give Skip a value for each output that is needed, in this order: " + strings.Join(k.Outputs, ", ")
	return e
}
