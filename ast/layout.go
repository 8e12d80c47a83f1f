package ast

// InvokeVar is the variable of the invoke whose Go runs before or after the
// model: statements of Before and After set it where that may panic. The
// generator declares it.
const InvokeVar = "nn_invoke"

// layout prints the sections, the parameters and the results.
func (ev *evaluator) layout(t *Trace, sections []*resBlock, exprs []code) {
	before, after := sections[0], sections[len(sections)-1]
	ev.hooks = ev.newHooks(sections)
	// One root block, so that a variable of the first part reaches the last.
	root := &resBlock{}
	split := &resStmt{kind: leafStmt, code: ev.givenCode()}
	root.stmts = append(root.stmts, before.stmts...)
	root.stmts = append(root.stmts, split)
	root.stmts = append(root.stmts, after.stmts...)
	// What follows the statements uses variables of the root block.
	tail := &resStmt{kind: leafStmt}
	for _, e := range exprs {
		tail.code = append(tail.code, e...)
	}
	root.stmts = append(root.stmts, tail)
	say := func(invoke int) code { return txt(InvokeVar + " = " + itoa(invoke)) }
	ev.entered(root, -1, say)
	markJumps(root)
	refs := map[*resVar]int{}
	countRefs(root, refs)
	for _, h := range ev.hooks {
		markJumps(h.block)
		countRefs(h.block, refs)
	}
	ev.taps = tapsIn(&resBlock{stmts: after.stmts}, exprs)
	var own []string
	if len(ev.hooks) > 0 {
		own = ev.layoutSteps(t, root, refs)
	}
	for i, s := range ev.taps {
		s.tap = i
	}
	if ev.hasDefer {
		ev.layoutDefers(t)
	}
	ev.arrange(root, refs, ev.newNamer(own...))
	p := &printer{ev: ev}
	dst := &t.Before
	for _, s := range root.stmts {
		switch s {
		case split:
			dst = &t.After
		case tail:
		default:
			*dst = append(*dst, p.top(s))
		}
	}
	ev.fillResults(t, p, exprs)
	ev.fillParams(t, p)
	t.Types = ev.typeDecls(p)
	t.Imports = ev.usedImports(t)
}

// layoutDefers names the list of deferred calls and the results without names.
func (ev *evaluator) layoutDefers(t *Trace) {
	t.Defers = ev.defers.name
	p := &printer{ev: ev}
	for _, c := range ev.results {
		if c.result != nil && (c.obj == nil || c.name == "nn_r") && !c.result.frame {
			t.Locals = append(t.Locals, Field{Name: c.result.name, Type: p.typ(c.typ)})
		}
	}
}

// givenCode is what the run is given: it uses variables of the first part.
func (ev *evaluator) givenCode() code {
	var out code
	for _, p := range ev.graph.params {
		if p.live && p.step == 0 {
			out = append(out, p.code...)
		}
	}
	for _, inv := range ev.sched.invokes {
		if inv.inputs != nil {
			out = append(out, inv.inputs.code...)
		}
	}
	return out
}

// layoutSteps prints the steps, after it has found what lives across them. It
// gives the names that generated code has beside them.
func (ev *evaluator) layoutSteps(t *Trace, root *resBlock, refs map[*resVar]int) []string {
	fr := ev.newFrame(root)
	own := []string{fr.Recv, fr.Arg}
	fr.Keep = ev.keepsFrame(root)
	for _, h := range ev.hooks {
		fr.Keep = fr.Keep || ev.keepsFrame(h.block)
	}
	ev.inStep = true
	defer func() { ev.inStep = false }()
	t.Steps = ev.printSteps(fr, refs, own)
	t.Frame = fr
	return own
}

// addStep adds a step, to one that does the same if there is one.
func addStep(list []Step, s Step) []Step {
	for i := range list {
		if sameStmts(list[i].Stmts, s.Stmts) {
			list[i].States = append(list[i].States, s.States...)
			return list
		}
	}
	return append(list, s)
}

func sameStmts(a, b []Stmt) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Line != b[i].Line || a[i].File != b[i].File || a[i].Code.String() != b[i].Code.String() {
			return false
		}
	}
	return true
}

// newFrame makes the variables that live across steps fields of the frame.
func (ev *evaluator) newFrame(root *resBlock) *Frame {
	const several = -1
	where := map[*resVar]int{}
	see := func(b *resBlock, section int) {
		in := map[*resVar]int{}
		countRefs(b, in)
		for v := range in {
			switch at, ok := where[v]; {
			case !ok && v.param && section > 0:
				where[v] = several // the function's own, declared outside of the steps
			case !ok:
				where[v] = section
			case at != section:
				where[v] = several
			}
		}
	}
	see(root, 0)
	for _, h := range ev.hooks {
		see(h.block, h.step)
	}
	names := map[string]bool{"Step": true}
	used := map[string]bool{}
	usedNames(root, used)
	for _, h := range ev.hooks {
		usedNames(h.block, used)
	}
	all := map[*resVar]int{}
	for v, at := range where {
		used[v.hint] = true
		if at == several && !v.local {
			all[v] = 1
		}
	}
	for _, prm := range ev.params {
		used[prm.name] = true
	}
	for _, c := range ev.results {
		used[c.name] = true
	}
	for _, name := range ev.imports {
		used[name] = true
	}
	fr := &Frame{Recv: own("f", used), Arg: own("s", used)}
	p := &printer{ev: ev}
	for _, v := range sortedVars(all) {
		name := (&namer{taken: names}).free(v.hint)
		names[name] = true
		f := Field{Name: name, Type: p.typ(v.typ)}
		if v.defers {
			f.Type = Code{{Text: "Defers", Import: RuntimePath, Name: ev.importName(RuntimePath)}}
		}
		for _, prm := range ev.params {
			if prm.v == v {
				f.Param = prm.name
			}
		}
		v.frame, v.fixed, v.name = true, true, fr.Recv+"."+name
		fr.Fields = append(fr.Fields, f)
	}
	return fr
}

// own is a short name of generated code where the user's text leaves it free.
func own(name string, used map[string]bool) string {
	if used[name] {
		return "nn_" + name
	}
	return name
}

// keepsFrame reports whether code of a block may hold on to the frame: by a
// function literal or a pointer to one of its fields.
func (ev *evaluator) keepsFrame(b *resBlock) bool {
	keeps := false
	see := func(c code) {
		for i, fr := range c {
			if fr.v != nil && fr.v.frame && i > 0 && endsWithAnd(c[i-1].text) {
				keeps = true
			}
			if fr.block != nil {
				in := map[*resVar]int{}
				countRefs(fr.block, in)
				for v := range in {
					keeps = keeps || v.frame
				}
			}
		}
	}
	for _, s := range b.stmts {
		s.walkCode(see)
	}
	return keeps
}

func endsWithAnd(s string) bool { return len(s) > 0 && s[len(s)-1] == '&' }
