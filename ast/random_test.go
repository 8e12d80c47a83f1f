package ast_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// writer makes random functions of the accepted subset: integers that are
// static, parameters or values of the run, under every kind of control flow.
type writer struct {
	r      *rand.Rand
	b      strings.Builder
	vars   []string // int variables in scope
	slices []string
	funcs  []string // closures without parameters
	fixed  map[string]bool
	n      int
	depth  int
	loops  int // loops around, so that break and continue are allowed
	left   int // statements left
}

func (w *writer) line(format string, args ...any) {
	w.b.WriteString(strings.Repeat("\t", w.depth+1))
	fmt.Fprintf(&w.b, format+"\n", args...)
}

func (w *writer) name(prefix string) string {
	w.n++
	return fmt.Sprintf("%s%d", prefix, w.n)
}

// mutable picks a variable that may be assigned.
func (w *writer) mutable() string {
	var list []string
	for _, v := range w.vars {
		if !w.fixed[v] {
			list = append(list, v)
		}
	}
	if len(list) == 0 {
		return "_"
	}
	return list[w.r.IntN(len(list))]
}

// expr gives an int expression.
func (w *writer) expr(depth int) string {
	k := w.r.IntN(9)
	if depth <= 0 {
		k = w.r.IntN(4)
	}
	switch k {
	case 0:
		return fmt.Sprint(w.r.IntN(7) - 2)
	case 1, 2:
		return w.vars[w.r.IntN(len(w.vars))]
	case 3:
		return fmt.Sprintf("int(m.Transformer.H[%d].Output().Float32s()[0])", w.r.IntN(6))
	case 4:
		return "(" + w.expr(depth-1) + " + " + w.expr(depth-1) + ")"
	case 5:
		return "(" + w.expr(depth-1) + " - " + w.expr(depth-1) + ")"
	case 6:
		return "(" + w.expr(depth-1) + " * " + w.expr(depth-1) + ") % 1000"
	case 7:
		return "helper(" + w.expr(depth-1) + ", " + w.expr(depth-1) + ")"
	}
	if len(w.slices) > 0 {
		s := w.slices[w.r.IntN(len(w.slices))]
		if w.r.IntN(2) == 0 {
			return "len(" + s + ")"
		}
		return "at(" + s + ", " + w.expr(depth-1) + ")"
	}
	return "(-(" + w.expr(0) + "))"
}

func (w *writer) cond() string {
	ops := []string{"<", ">", "==", "!=", "<=", ">="}
	c := w.expr(1) + " " + ops[w.r.IntN(len(ops))] + " " + w.expr(1)
	if w.r.IntN(5) == 0 {
		return "(" + c + ") && " + w.expr(0) + " < 3"
	}
	return c
}

// block writes statements in a scope of their own.
func (w *writer) block(n int) {
	vars, slices, funcs := len(w.vars), len(w.slices), len(w.funcs)
	w.depth++
	for range n {
		w.stmt()
	}
	w.depth--
	w.vars, w.slices, w.funcs = w.vars[:vars:vars], w.slices[:slices:slices], w.funcs[:funcs:funcs]
}

func (w *writer) stmt() {
	if w.left--; w.left < 0 || w.depth > 4 {
		w.line("%s += %s", w.mutableOr("sum"), w.expr(0))
		return
	}
	switch w.r.IntN(14) {
	case 0, 1:
		e := w.expr(2)
		v := w.name("v")
		w.line("%s := %s", v, e)
		w.line("_ = %s", v)
		w.vars = append(w.vars, v)
	case 2, 3:
		w.line("%s = %s", w.mutable(), w.expr(2))
	case 4:
		w.line("%s += %s", w.mutableOr("sum"), w.expr(1))
	case 5:
		w.line("%s++", w.mutableOr("sum"))
	case 6, 7:
		w.ifStmt()
	case 8:
		w.loop()
	case 9:
		w.sliceStmt()
	case 10:
		w.switchStmt()
	case 11:
		w.closure()
	case 12:
		w.line("%s, sum = sum, %s", w.mutableOr("sum2"), w.expr(1))
	case 13:
		w.jump()
	}
}

func (w *writer) mutableOr(def string) string {
	if v := w.mutable(); v != "_" {
		return v
	}
	return def
}

func (w *writer) ifStmt() {
	w.line("if %s {", w.cond())
	w.block(1 + w.r.IntN(3))
	if w.r.IntN(2) == 0 {
		w.line("} else {")
		w.block(1 + w.r.IntN(2))
	}
	w.line("}")
}

// loop writes a loop over constants, over the model, or of a length of the run.
func (w *writer) loop() {
	v := w.name("i")
	switch w.r.IntN(5) {
	case 0:
		w.line("for %s := range %d {", v, 2+w.r.IntN(3))
	case 1:
		w.line("for %s, blk := range m.Transformer.H {", v)
		w.line("\tsum += int(blk.Output().Float32s()[0])")
	case 2:
		w.line("for %s := range clamp(%s) {", v, w.expr(1))
	case 3:
		w.line("for %s := 0; %s < clamp(%s); %s++ {", v, v, w.expr(0), v)
	case 4:
		if len(w.slices) == 0 {
			w.line("for %s := range 3 {", v)
			break
		}
		w.line("for _, %s := range %s {", v, w.slices[w.r.IntN(len(w.slices))])
	}
	w.line("\t_ = %s", v)
	w.vars = append(w.vars, v)
	w.fixed[v] = true
	w.loops++
	w.block(1 + w.r.IntN(3))
	w.loops--
	w.vars = w.vars[:len(w.vars)-1]
	w.line("}")
}

func (w *writer) sliceStmt() {
	if len(w.slices) == 0 || w.r.IntN(2) == 0 {
		e := w.expr(0)
		s := w.name("s")
		switch w.r.IntN(3) {
		case 0:
			w.line("var %s []int", s)
		case 1:
			w.line("%s := []int{1, 2, %s}", s, e)
		case 2:
			w.line("%s := make([]int, 3)", s)
		}
		w.line("_ = %s", s)
		w.slices = append(w.slices, s)
		return
	}
	s := w.slices[w.r.IntN(len(w.slices))]
	if w.r.IntN(3) == 0 {
		w.line("if len(%s) > 1 {", s)
		w.line("\t%s[1] = %s", s, w.expr(1))
		w.line("}")
		return
	}
	w.line("if len(%s) < 20 {", s)
	w.line("\t%s = append(%s, %s)", s, s, w.expr(1))
	w.line("}")
}

func (w *writer) switchStmt() {
	w.line("switch %s %% 3 {", w.expr(1))
	w.line("case 0:")
	w.block(1 + w.r.IntN(2))
	w.line("case 1, 2:")
	w.block(1)
	if w.r.IntN(2) == 0 {
		w.line("default:")
		w.block(1)
	}
	w.line("}")
}

func (w *writer) closure() {
	if len(w.funcs) > 0 && w.r.IntN(2) == 0 {
		w.line("sum += %s()", w.funcs[w.r.IntN(len(w.funcs))])
		return
	}
	fn := w.name("f")
	w.line("%s := func() int {", fn)
	loops := w.loops
	w.loops = 0
	w.block(1 + w.r.IntN(2))
	if w.r.IntN(2) == 0 {
		w.line("\tif %s {", w.cond())
		w.line("\t\treturn %s", w.expr(1))
		w.line("\t}")
	}
	w.line("\treturn %s", w.expr(1))
	w.loops = loops
	w.line("}")
	w.line("_ = %s", fn)
	w.funcs = append(w.funcs, fn)
}

func (w *writer) jump() {
	if w.loops == 0 {
		w.line("sum -= %s", w.expr(0))
		return
	}
	w.line("if %s {", w.cond())
	if w.r.IntN(2) == 0 {
		w.line("\tbreak")
	} else {
		w.line("\tcontinue")
	}
	w.line("}")
}

// randomFunc writes one trace function.
func randomFunc(seed uint64) string {
	w := &writer{r: rand.New(rand.NewPCG(seed, 7)), vars: []string{"a", "b", "sum"}, fixed: map[string]bool{}, left: 24}
	for range 6 + w.r.IntN(4) {
		w.stmt()
	}
	if w.r.IntN(3) == 0 {
		w.line("if %s {", w.cond())
		w.line("\treturn %s, sum2", w.expr(1))
		w.line("}")
	}
	return fmt.Sprintf("//nngen:trace\nfunc F%d(m *deep.Model, a, b int) (sum, sum2 int) {\n%s\treturn sum, %s\n}\n\n", seed, w.b.String(), w.expr(1))
}

const randomHelpers = `
// at is xs[i] for any i.
func at(xs []int, i int) int {
	if len(xs) == 0 {
		return 0
	}
	return xs[((i%len(xs))+len(xs))%len(xs)]
}

func clamp(n int) int { return ((n % 4) + 4) % 4 }

func helper(x, y int) int {
	if x > y {
		return x - y
	}
	for i := range clamp(x) {
		y += i
	}
	return y
}

`
