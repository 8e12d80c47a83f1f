package oracletest

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/nngen-go/nngen/internal/oracletest/runner"
)

// program is a random trace function as steps that can be left out one by one.
type program struct {
	net     string
	single  bool // func(m *Model), else func(t *Trace)
	slice   bool // inputs come as one slice
	untyped bool // the tensor parameter v has no //nngen:param
	empty   []bool
	sets    []runner.Set
	decode  bool   // it also runs over a decode loop
	steps   []step // those of an invoke in their order; invoke -1: after the run
}

// hostResults are the results besides the tensors r0, r1, …; each is one variable.
var hostResults = map[string]string{
	"err": "error", "ts": "[]nn.Tensor", "tm": "map[string]nn.Tensor", "fs": "[]float32", "f": "float32", "n": "int", "text": "string",
}

// params are the parameters after the inputs, in their order.
var params = []struct{ name, typ string }{{"v", "nn.Tensor"}, {"idx", "nn.Tensor"}, {"alpha", "float32"}, {"pos", "int"}, {"layer", "int"}, {"st", "*runner.Steering"}}

// used collects the names that steps define or use.
func (p *program) used() map[string]bool {
	out := map[string]bool{}
	each(p.steps, func(s *step) {
		for _, list := range [][]string{s.defs, s.uses, s.sets} {
			for _, n := range list {
				out[n] = true
			}
		}
	})
	return out
}

// results gives the results in their order, with their types.
func (p *program) results() (names, decls []string) {
	used := p.used()
	for n := range used {
		if n[0] == 'r' {
			names = append(names, n)
		}
	}
	sort.Slice(names, func(i, j int) bool {
		return len(names[i]) < len(names[j]) || len(names[i]) == len(names[j]) && names[i] < names[j]
	})
	for _, n := range names {
		decls = append(decls, n+" nn.Tensor")
	}
	var host []string
	for n := range hostResults {
		if used[n] {
			host = append(host, n)
		}
	}
	sort.Slice(host, func(i, j int) bool { return host[j] == "err" || host[i] != "err" && host[i] < host[j] })
	for _, n := range host {
		names, decls = append(names, n), append(decls, n+" "+hostResults[n])
	}
	return names, decls
}

// source prints the function under the name Probe.
func (p *program) source() string {
	var b strings.Builder
	used := p.used()
	fmt.Fprintf(&b, "//nngen:trace\n")
	if used["v"] && !p.untyped {
		b.WriteString("//nngen:param v float32 [48]\n")
	}
	if used["idx"] {
		b.WriteString("//nngen:param idx int64 [2]\n")
	}
	names, decls := p.results()
	if len(names) == 0 {
		names, decls = []string{"n"}, []string{"n int"}
	}
	fmt.Fprintf(&b, "func Probe(%s) (%s) {\n", strings.Join(p.signature(used), ", "), strings.Join(decls, ", "))
	if used["tm"] {
		b.WriteString("\ttm = map[string]nn.Tensor{}\n")
	}
	if p.single {
		p.body(&b, 0, "\t")
	} else {
		p.invokes(&b, used)
	}
	p.body(&b, -1, "\t")
	fmt.Fprintf(&b, "\treturn %s\n}\n", strings.Join(names, ", "))
	return b.String()
}

// signature gives the parameters.
func (p *program) signature(used map[string]bool) []string {
	var in []string
	switch {
	case p.single:
		in = append(in, "m *"+p.net+".Model")
	case p.slice:
		in = append(in, "t *"+p.net+".Trace", "ins []"+p.net+".Inputs")
	default:
		in = append(in, "t *"+p.net+".Trace")
		for i, empty := range p.empty {
			if !empty {
				in = append(in, fmt.Sprintf("in%d %s.Inputs", i, p.net))
			}
		}
	}
	for _, x := range params {
		if used[x.name] {
			in = append(in, x.name+" "+x.typ)
		}
	}
	return in
}

// args names the parameters that the runner has to give.
func (p *program) args() []string {
	used := p.used()
	var out []string
	for _, x := range params {
		if used[x.name] {
			out = append(out, x.name)
		}
	}
	return out
}

// invokes prints the several-invoke form around the bodies.
func (p *program) invokes(b *strings.Builder, used map[string]bool) {
	var shared, barriers []string
	for n := range used {
		switch n[0] {
		case 'c', 'g':
			shared = append(shared, n)
		case 'b':
			barriers = append(barriers, n)
		}
	}
	sort.Strings(shared)
	sort.Strings(barriers)
	for _, n := range shared {
		fmt.Fprintf(b, "\tvar %s %s\n", n, map[byte]string{'c': "nn.Tensor", 'g': "float32"}[n[0]])
	}
	for _, n := range barriers { // b0x2 is a barrier of two
		fmt.Fprintf(b, "\t%s := t.Barrier(%s)\n", n, n[strings.Index(n, "x")+1:])
	}
	given := 0
	for i, empty := range p.empty {
		in := fmt.Sprintf("in%d", i)
		switch {
		case empty:
			in = p.net + ".Inputs{}"
		case p.slice:
			in = fmt.Sprintf("ins[%d]", given)
		}
		if !empty {
			given++
		}
		fmt.Fprintf(b, "\tt.Invoke(%s, func(m *%s.Model) {\n", in, p.net)
		p.body(b, i, "\t\t")
		b.WriteString("\t})\n")
	}
	b.WriteString("\tt.Run()\n")
	for _, n := range shared {
		if !some(p.steps, func(s *step) bool { return slices.Contains(s.uses, n) }) {
			fmt.Fprintf(b, "\t_ = %s\n", n)
		}
	}
}

// body prints the steps of one invoke; variables that nobody uses any more are
// used here, so that Go accepts them.
func (p *program) body(b *strings.Builder, invoke int, indent string) {
	uses := map[string]bool{}
	each(p.steps, func(s *step) {
		for _, u := range s.uses {
			uses[u] = true
		}
	})
	for _, s := range p.steps {
		if s.invoke == invoke {
			s.print(b, indent, uses)
		}
	}
}

func (s *step) print(b *strings.Builder, indent string, uses map[string]bool) {
	put := func(lines []string) {
		for _, l := range lines {
			b.WriteString(indent + l + "\n")
		}
	}
	put(s.lines)
	for i := range s.body {
		s.body[i].print(b, indent+"\t", uses)
	}
	if len(s.other) > 0 {
		put(s.mid)
		for i := range s.other {
			s.other[i].print(b, indent+"\t", uses)
		}
	}
	put(s.end)
	for _, d := range s.defs {
		if (d[0] == 'x' || d[0] == 'h') && !uses[d] {
			b.WriteString(indent + "_ = " + d + "\n")
		}
	}
}
