package nn

import (
	"go/token"

	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/schedule"
)

// Skip leaves the module out of the run: v is its output. A module with further
// outputs (the keys and values of a cache) is given theirs behind it, in the
// order of Outputs; one that is not given is there for nobody. What is inside of
// the module is not reached any more, nor are its inputs after this. In several
// invokes each has to skip it, with its own rows. Interpreted, the body runs all
// the same and only its result is replaced; compiled, it is not computed.
func (e *Envoy) Skip(v Tensor, others ...Tensor) {
	n := e.of()
	body, err := schedule.BodyOf(n.tree.in.timeline, n.module, n.call())
	if err != nil {
		panic(misuse("NN3108", "%v", err))
	}
	values := append([]Tensor{v}, others...)
	if len(values) > len(body.Outs) {
		panic(misuse("NN3108", "%s is given %d values, but has %d", body.Module, len(values), len(body.Outs)))
	}
	if r := n.tree.v.run; r != nil {
		for _, t := range values {
			if t.h != nil {
				t.h.pin()
				r.written = append(r.written, t.h)
			}
		}
	}
	pos := userLine()
	n.tree.v.request(schedule.Request[Tensor]{
		Kind: schedule.Skip, At: schedule.At{Step: n.at(body.Points[0]).Step, Moment: body.Enter}, Pos: pos,
		Skip: &schedule.Skipped[Tensor]{Body: body, Values: values},
	})
	n.tree.v.run.lose(body, len(values), pos)
}

// lost is a tensor that follows from an output of a skipped module that nobody gave.
type lost struct {
	skip   plan.Skipped
	output string
	pos    token.Position
}

// lose notes what a skip leaves without a value: its other outputs, and all that
// the model computes of them by another way than through those that were given.
func (r *liveRun) lose(body *schedule.Body, given int, pos token.Position) {
	k := plan.Skipped{Module: body.Module, Given: given}
	cut := map[string]bool{}
	for i, p := range body.Points {
		k.Outputs = append(k.Outputs, p.Tensor)
		cut[p.Tensor] = i < given
	}
	ix := r.s.index()
	for _, output := range k.Outputs[given:] {
		for todo := []string{output}; len(todo) > 0; {
			name := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			if _, seen := r.lost[name]; seen || cut[name] {
				continue
			}
			if r.lost == nil {
				r.lost = map[string]lost{}
			}
			r.lost[name] = lost{k, output, pos}
			for _, n := range ix.Consumers(name) {
				todo = append(todo, ix.Graph().Nodes[n].Outputs...)
			}
		}
	}
}

// lostAmong is isLost of the first of some tensors that are.
func (r *liveRun) lostAmong(names []string) error {
	for _, name := range names {
		if err := r.isLost(name); err != nil {
			return err
		}
	}
	return nil
}

// isLost is the error of a tensor that a skip has left without a value.
func (r *liveRun) isLost(name string) error {
	l, ok := r.lost[name]
	if !ok {
		return nil
	}
	e := missing(l.skip, l.output)
	e.Pos = l.pos
	return e
}
