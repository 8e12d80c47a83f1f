package ast

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// readPoint evaluates Output and Input.
func (f *frame) readPoint(e *ast.CallExpr, x *envoyVal, side modelspec.Side) value {
	p := f.point(e.Pos(), x, side)
	if p == nil || !f.mayAsk(e.Pos(), x.label()+"."+string(side)+" is read") {
		return invalid{}
	}
	return f.ask(e.Pos(), p)
}

// ask requests a value from the scheduler. Under a condition the program goes on
// at once, with a placeholder for the value.
func (f *frame) ask(pos token.Pos, p *modelspec.Point) value {
	return f.askAt(pos, f.ev.sched.moment[p], p.Type)
}

// askAt is ask at a moment whose tensor is of type t.
func (f *frame) askAt(pos token.Pos, at int, t tensor.Type) value {
	r := schedule.Request[*sym]{Kind: schedule.Value, At: schedule.At{Moment: at}, Pos: f.ev.position(pos)}
	name := f.ev.sched.moments[at].Address
	did := f.accessed(&access{name: name, moments: []int{at}, pos: pos})
	if pr := f.predicate(); pr != nil {
		r.When = pr.text
		if !f.holdsUp(at) {
			return f.askLater(pos, t, r, did)
		}
	}
	f.asked(did, 0)
	did.waits = true
	a := f.inv.request(r)
	f.done(did, 0)
	if a.Err != nil {
		f.ev.adopt(a.Err, pos, "NN1304")
		return invalid{}
	}
	f.served(a.Value, name, pos)
	f.gave(a.Value)
	return &tensorVal{a.Value}
}

// served notes which value a read gave.
func (f *frame) served(s *sym, name string, pos token.Pos) {
	if n := s.node; n != nil && !n.pos.IsValid() {
		n.pos = pos
	}
	if !s.pos.IsValid() {
		s.pos = pos
	}
	f.ev.sched.reads = append(f.ev.sched.reads, read{inv: f.inv, at: name, pos: pos, value: s})
}

// askLater requests a value that is there when the run comes to its point.
func (f *frame) askLater(pos token.Pos, whole tensor.Type, r schedule.Request[*sym], did *act) value {
	t, problem := f.ownRows(f.ev.sched.moments[r.At.Moment].Tensor, whole)
	if problem != "" {
		return f.fail(pos, "NN1505", "read it in a trace with one invoke", "%s cannot be read for the rows of one invoke: %s", f.ev.sched.moments[r.At.Moment].Address, problem)
	}
	s := &sym{typ: t, pos: pos, what: f.ev.sched.moments[r.At.Moment].Address, tap: -1}
	f.gave(s)
	f.asked(did, 0)
	r.Then = func(v *sym, err error) {
		f.done(did, 0)
		if err != nil {
			f.ev.adopt(err, pos, "NN1304")
			return
		}
		s.is = v
		f.served(v, s.what, pos)
	}
	if a := f.inv.request(r); a.Err != nil {
		return invalid{}
	}
	return &tensorVal{s}
}

// ownRows is the type that an invoke sees of a tensor: with its own rows alone.
func (f *frame) ownRows(name string, t tensor.Type) (tensor.Type, string) {
	if f.inv.rows == plan.AllRows {
		return t, ""
	}
	at, problem := f.ev.rowsOf(name, t)
	if problem != "" || at.Axis < 0 {
		return t, problem
	}
	t.Shape = t.Shape.Clone()
	t.Shape[at.Axis] = at.Dim(ops.RowsSymbol(int64(f.inv.rows)))
	return t, ""
}

// readAll evaluates Outputs and Inputs: every tensor of that side, in the spec's order.
func (f *frame) readAll(e *ast.CallExpr, x *envoyVal, side modelspec.Side) value {
	if x.module == nil || x.module.Absent != "" {
		f.point(e.Pos(), x, side)
		return invalid{}
	}
	call, ok := f.callNow(e.Pos(), x.module)
	if !ok {
		return invalid{}
	}
	var points []*modelspec.Point
	for _, p := range sidePoints(x.module, side) {
		if p.Absent == "" && p.Visit == call {
			points = append(points, p)
		}
	}
	return f.readPoints(e, points, x.label()+"."+string(side))
}

// readPoints reads several points into a slice.
func (f *frame) readPoints(e *ast.CallExpr, points []*modelspec.Point, name string) value {
	if !f.mayAsk(e.Pos(), name+" is read") {
		return invalid{}
	}
	t := f.typeOf(e)
	obj := &arrayObj{elem: t.Underlying().(*types.Slice).Elem()}
	for _, p := range points {
		v := f.ask(e.Pos(), p)
		if isInvalid(v) {
			return v
		}
		obj.elems = append(obj.elems, v)
	}
	return &sliceVal{typ: t, obj: obj, len: len(obj.elems)}
}

func sidePoints(m *modelspec.Module, side modelspec.Side) []*modelspec.Point {
	if side == modelspec.SideInput {
		return m.Inputs
	}
	return m.Outputs
}

// point finds the tensor that Output or Input of a module means, or reports why
// there is none: in the call of the module that the present visit is.
func (f *frame) point(pos token.Pos, x *envoyVal, side modelspec.Side) *modelspec.Point {
	name := x.label() + "." + string(side)
	if x.module == nil {
		f.fail(pos, "NN1307", "use a module that nngen tree lists with points", "%s does not exist: the spec has no module %s", name, x.label())
		return nil
	}
	if x.module.Absent != "" {
		f.fail(pos, "NN1307", f.ev.specHint(x.path, "", "use its children, or map it to a tensor"), "%s does not exist: %s", name, x.module.Absent)
		return nil
	}
	role := modelspec.RoleOutput
	if side == modelspec.SideInput {
		role = modelspec.RoleInput
	}
	call, ok := f.callNow(pos, x.module)
	if !ok {
		return nil
	}
	var unknown *modelspec.Point
	for _, p := range sidePoints(x.module, side) {
		switch {
		case p.Visit != call:
		case p.Role == role && p.Absent != "":
			f.fail(pos, "NN1307", f.ev.specHint(x.path, p.Tensor, "mend it there if that is wrong"), "%s does not exist: %s", name, p.Absent)
			return nil
		case p.Role == role:
			return p
		case p.Role == modelspec.RoleUnknown && unknown == nil:
			unknown = p
		}
	}
	if unknown != nil {
		f.fail(pos, "NN1310", f.ev.specHint(x.path, unknown.Tensor, "set role: "+string(role)+" if this is it"),
			"%s is not known: the spec is unsure whether it is tensor %s", name, unknown.Tensor)
		return nil
	}
	f.fail(pos, "NN1307", f.ev.specHint(x.path, "", "give one of its tensors role: "+string(role)), "%s does not exist: the spec names no tensor as the %s of %s", name, side, x.label())
	return nil
}

// mayAsk refuses points where the order of the run cannot be known.
func (f *frame) mayAsk(pos token.Pos, what string) bool {
	if f.inv.stuck || !f.inTime(pos, what) {
		return false
	}
	if f.underLoop() {
		f.fail(pos, "NN1305", "loop over the modules with range, or over constants", "%s in a loop of unknown length", what)
		return false
	}
	return true
}
