package ast

// layoutVisits prints the sections of a trace over decoding steps. What comes
// before and after a run of the model are functions of their own, called at each
// step: variables that both use, and those that live from step to step, are
// fields of the frame.
func (ev *evaluator) layoutVisits(t *Trace, sections []*resBlock, exprs []code) {
	before, after := sections[0], sections[len(sections)-1]
	ev.hooks = ev.newHooks(sections)
	given, results := &resStmt{kind: leafStmt, code: ev.givenCode()}, &resStmt{kind: leafStmt}
	for _, e := range exprs {
		results.code = append(results.code, e...)
	}
	before.stmts, after.stmts = append(before.stmts, given), append(after.stmts, results)
	blocks := []*resBlock{before}
	for _, h := range ev.hooks {
		blocks = append(blocks, h.block)
	}
	blocks = append(blocks, after)
	refs := map[*resVar]int{}
	for _, b := range blocks {
		markJumps(b)
		countRefs(b, refs)
	}
	ev.taps = tapsIn(after, exprs)
	wanted := ev.wanted(after)
	fr := ev.visitFrame(blocks)
	own := []string{fr.Recv, fr.Arg}
	ev.inStep = true
	if len(ev.hooks) > 0 {
		t.Steps = ev.printSteps(fr, refs, own)
	}
	for i, s := range ev.taps {
		s.tap = i
	}
	p := &printer{ev: ev}
	print := func(b *resBlock, end *resStmt) (out []Stmt) {
		ev.arrange(b, refs, ev.newNamer(own...))
		for _, s := range b.stmts {
			if s != end {
				out = append(out, p.top(s))
			}
		}
		return out
	}
	t.Before, t.After = print(before, given), print(after, results)
	ev.inStep = false
	t.Frame, t.Visits = fr, &Visits{Last: int(ev.lastVisit), Line: ev.line(ev.lastNamed), Result: ev.takesResult}
	for _, c := range wanted {
		t.Visits.Wanted = append(t.Visits.Wanted, p.code(c, 0))
	}
	ev.fillResults(t, p, exprs)
	ev.fillParams(t, p)
	t.Types = ev.typeDecls(p)
	t.Imports = ev.usedImports(t)
}

// printSteps prints the steps of mid-run.
func (ev *evaluator) printSteps(fr *Frame, refs map[*resVar]int, own []string) []Step {
	var out []Step
	n := ev.newNamer(own...)
	for _, h := range ev.hooks {
		h.name = fr.Arg
		leaves := ev.leaves(h)
		for i, s := range h.inputs {
			s.tap = i
		}
		if ev.sched.several() {
			ev.entered(h.block, -1, func(invoke int) code { return txt(fr.Arg + ".Enter(" + itoa(invoke) + ")") })
		}
		ev.arrange(h.block, refs, n)
		p := &printer{ev: ev, hook: h}
		st := Step{States: []int{h.step - 1}, Leaves: leaves}
		for _, s := range h.block.stmts {
			st.Stmts = append(st.Stmts, p.top(s))
		}
		out = addStep(out, st)
	}
	return out
}

// visitFrame makes fields of the variables that several blocks use, and of those
// that live from step to step. Parameters are there in the first and the last.
func (ev *evaluator) visitFrame(blocks []*resBlock) *Frame {
	count, all := map[*resVar]int{}, map[*resVar]int{}
	used := map[string]bool{}
	for i, b := range blocks {
		in := map[*resVar]int{}
		countRefs(b, in)
		usedNames(b, used)
		for v := range in {
			used[v.hint] = true
			count[v]++
			inHook := i > 0 && i < len(blocks)-1
			if !v.local && (v.kept || v.param && inHook || !v.param && count[v] > 1) {
				all[v] = 1
			}
		}
	}
	for _, prm := range ev.params {
		used[prm.name] = true
	}
	for _, name := range ev.imports {
		used[name] = true
	}
	fr := &Frame{Recv: own("f", used), Arg: own("s", used), Keep: true}
	names := map[string]bool{"Step": true}
	p := &printer{ev: ev}
	for _, v := range sortedVars(all) {
		name := (&namer{taken: names}).free(v.hint)
		names[name] = true
		f := Field{Name: name, Type: p.typ(v.typ), Kept: v.kept}
		if v.param {
			f.Param = v.name
		}
		v.frame, v.fixed, v.name = true, true, fr.Recv+"."+name
		fr.Fields = append(fr.Fields, f)
	}
	return fr
}
