package nn

import (
	"slices"

	"github.com/nngen-go/nngen/modelspec"
)

// goOn takes a run over a decode loop to the model of later steps, which is
// another file: invokes that name visits go on there with the accessors that
// they have, and caches watch its points.
func (r *liveRun) goOn(s *Session) error {
	if len(r.edits) != len(s.set.edits) {
		e := misuse("NN3143", "%s generates with %s, which has edits of its own: code that goes on from step to step (Iter, All, Next) is not interpreted so", r.s.info.Name, s.info.Name)
		e.Hint = "compile the trace, open the edits with the first model, or leave the loops out: the trace is then carried out at every step"
		return e
	}
	r.releaseKept() // of the first model's back end
	r.s = s
	in, err := r.t.instrumented()
	if err != nil {
		return err
	}
	r.in = in
	r.sched.Continue(in.moments)
	for _, v := range slices.Concat(r.edits, r.t.invokes) {
		for _, t := range v.trees {
			t.goOn(in.specInfo, s.info.Name)
		}
	}
	for _, c := range r.t.made {
		if err := r.fill(c, c.rows); err != nil {
			return err
		}
	}
	return nil
}

// goOn makes the accessors those of another model, by their paths.
func (t *tree) goOn(in *specInfo, name string) {
	t.in = in
	for path, e := range t.bound {
		e.n.module = in.moduleOf(path, name)
	}
}

// moduleOf finds a module of the model of later steps; one that it has not is
// there without points.
func (in *specInfo) moduleOf(path, model string) *modelspec.Module {
	if m, ok := in.modules[path]; ok {
		return m
	}
	return &modelspec.Module{Path: path, Absent: "it is not in " + model + ", the model of later steps"}
}
