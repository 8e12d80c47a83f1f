package ast

import (
	"go/types"
	"strings"
)

// printer turns residual statements into Code.
type printer struct {
	ev   *evaluator
	hook *hook // the step that is printed, nil outside of steps
}

// code prints expression code: variables by their names, taps by their index.
func (p *printer) code(c code, indent int) Code {
	var out Code
	skip := 0 // of the next text, which was printed already
	for i, fr := range c {
		switch {
		case fr.v != nil:
			out = append(out, Fragment{Text: fr.v.name})
		case fr.tap != nil, fr.at != "":
			text, used := p.tap(fr, c[i+1:])
			out, skip = append(out, Fragment{Text: text}), used
		case fr.block != nil:
			out = append(out, Fragment{Text: "{\n"})
			out = append(out, p.block(fr.block, indent+1)...)
			out = append(out, Fragment{Text: tabs(indent) + "}"})
		case fr.imp != "":
			out = append(out, Fragment{Text: fr.text, Import: fr.imp, Name: p.ev.importName(fr.imp)})
		default:
			out = append(out, Fragment{Text: fr.text[skip:]})
			skip = 0
		}
	}
	return Join(out)
}

// tap names what left the graph; rest is the code that follows it.
func (p *printer) tap(fr frag, rest code) (text string, used int) {
	at := fr.at
	if fr.tap != nil {
		at = itoa(fr.tap.tap)
	}
	if p.hook == nil {
		return TapRef(at), 0
	}
	next := ""
	if len(rest) > 0 && rest[0].imp == "" {
		next = rest[0].text
	}
	return p.hook.stepTap(at, next)
}

func tabs(n int) string { return strings.Repeat("\t", n) }

// block prints nested statements, each on a line.
func (p *printer) block(b *resBlock, indent int) Code {
	var out Code
	for _, s := range b.stmts {
		m := p.mark(s)
		if s.kind == feedStmt && !s.mayPanic() {
			m.line = 0
		}
		out = Join(out, Code{{line: &m}}, Text(tabs(indent)), p.stmt(s, indent), Text("\n"))
	}
	return out
}

func (p *printer) body(b *resBlock, indent int) Code {
	return Join(Text("{\n"), p.block(b, indent+1), Text(tabs(indent)+"}"))
}

// stmt prints one statement without its first indentation.
func (p *printer) stmt(s *resStmt, indent int) Code {
	switch s.kind {
	case assignStmt, feedStmt:
		return p.assign(s, indent)
	case ifStmt:
		return p.ifStmt(s, indent)
	case forStmt:
		return p.forStmt(s, indent)
	case switchStmt:
		return p.switchStmt(s, indent)
	case groupStmt:
		return p.group(s, indent)
	case returnStmt:
		return p.returnStmt(s, indent)
	case jumpStmt:
		if s.label == nil {
			return Text(s.op)
		}
		return Text(s.op + " " + s.label.name)
	}
	return p.code(s.code, indent)
}

// group prints what may be left, or what a panic may end.
func (p *printer) group(s *resStmt, indent int) Code {
	inner := indent
	if s.catch != nil {
		inner++
	}
	var out Code
	switch {
	case s.label.used:
		out = Join(Text(s.label.name+":\n"+tabs(inner)+"switch {\n"+tabs(inner)+"default:\n"), p.block(s.blocks[0], inner+1), Text(tabs(inner)+"}"))
	case s.catch == nil:
		return p.body(s.blocks[0], indent)
	default:
		return p.guardedBy(s.catch, p.block(s.blocks[0], inner), indent)
	}
	if s.catch == nil {
		return out
	}
	return p.guardedBy(s.catch, Join(Text(tabs(inner-1)), out, Text("\n")), indent)
}

func (p *printer) assign(s *resStmt, indent int) Code {
	if p.hook != nil && s.kind == feedStmt && s.feed != nil {
		set := p.hook.setter(s.feed)
		if set == "" { // the model needs it not: it is done for its effects
			return Join(Text("_ = "), p.code(s.rhs[0], indent))
		}
		return Join(Text(set), p.code(s.rhs[0], indent), Text(")"))
	}
	if s.op == "var" {
		return Join(Text("var "+s.lhs[0].v.name+" "), p.typ(s.lhs[0].v.typ))
	}
	var lhs Code
	define := false
	for i, t := range s.lhs {
		lhs = Join(lhs, Text(sep(i)))
		switch {
		case t.blank:
			lhs = Join(lhs, Text("_"))
		case t.v != nil:
			lhs = Join(lhs, Text(t.v.name))
			define = define || t.define
		default:
			lhs = Join(lhs, p.code(t.code, indent))
		}
	}
	if s.op == "++" || s.op == "--" {
		return Join(lhs, Text(s.op))
	}
	var rhs Code
	for i, c := range s.rhs {
		rhs = Join(rhs, Text(sep(i)), p.code(c, indent))
	}
	switch {
	case len(s.rhs) == 0: // the zero value
		if define {
			return Join(Text("var "), lhs, Text(" "), p.typ(s.lhs[0].v.typ))
		}
		return Join(lhs, Text(" = "), p.zero(s.lhs[0].v.typ))
	case define && s.typed && len(s.lhs) == 1 && !p.selfTyped(s):
		return Join(Text("var "), lhs, Text(" "), p.typ(s.lhs[0].v.typ), Text(" = "), rhs)
	case define:
		return Join(lhs, Text(" := "), rhs)
	}
	return Join(lhs, Text(" "+s.op+" "), rhs)
}

// zero is the zero value of a type.
func (p *printer) zero(t types.Type) Code {
	switch u := orNil(t).Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsNumeric != 0:
			return Text("0")
		case u.Info()&types.IsString != 0:
			return Text(`""`)
		case u.Info()&types.IsBoolean != 0:
			return Text("false")
		}
	case *types.Slice, *types.Map, *types.Pointer, *types.Interface, *types.Signature, *types.Chan:
		return Text("nil")
	}
	return Join(Text("*new("), p.typ(t), Text(")"))
}

// selfTyped reports whether the right side has the variable's type without being told.
func (p *printer) selfTyped(s *resStmt) bool {
	t := s.lhs[0].v.typ
	if isPlain(t, types.Int, types.String, types.Bool, types.Float64) {
		return true
	}
	if _, basic := orNil(t).Underlying().(*types.Basic); basic {
		return strings.Contains(Code(p.code(s.rhs[0], 0)).String(), "(")
	}
	switch orNil(t).Underlying().(type) {
	case *types.Slice, *types.Array, *types.Map, *types.Struct:
		text := Code(p.code(s.rhs[0], 0)).String()
		return text != "nil"
	}
	return false
}

func (p *printer) typ(t types.Type) Code {
	c, _ := p.ev.typeCode(t)
	return p.code(c, 0)
}

func (p *printer) ifStmt(s *resStmt, indent int) Code {
	then := s.blocks[0]
	var els *resBlock
	if len(s.blocks) > 1 && len(s.blocks[1].stmts) > 0 {
		els = s.blocks[1]
	}
	cond := p.code(s.code, indent)
	if len(then.stmts) == 0 && els != nil {
		return Join(Text("if !("), cond, Text(") "), p.body(els, indent))
	}
	out := Join(Text("if "), cond, Text(" "), p.body(then, indent))
	if els == nil {
		return out
	}
	if len(els.stmts) == 1 && els.stmts[0].kind == ifStmt {
		return Join(out, Text(" else "), p.stmt(els.stmts[0], indent))
	}
	return Join(out, Text(" else "), p.body(els, indent))
}

func (p *printer) forStmt(s *resStmt, indent int) Code {
	head := Text("for ")
	if s.label.used {
		head = Text(s.label.name + ":\n" + tabs(indent) + "for ")
	}
	switch s.op {
	case "count":
		head = Join(head, p.code(s.code, indent), Text(" "))
	case "range":
		head = Join(head, p.rangeVars(s), Text("range "), p.code(s.code, indent), Text(" "))
	default:
		if len(s.blocks) > 1 && len(s.blocks[1].stmts) == 1 {
			head = Join(head, Text("; "), p.code(s.code, indent), Text("; "), p.stmt(s.blocks[1].stmts[0], indent), Text(" "))
		} else if s.code != nil {
			head = Join(head, p.code(s.code, indent), Text(" "))
		}
	}
	return Join(head, p.body(s.blocks[0], indent))
}

func (p *printer) rangeVars(s *resStmt) Code {
	k, v := s.lhs[0], s.lhs[1]
	name := func(t target) string {
		if t.blank || t.v == nil {
			return "_"
		}
		return t.v.name
	}
	switch {
	case k.blank && v.blank:
		return nil
	case v.blank:
		return Text(name(k) + " := ")
	}
	return Text(name(k) + ", " + name(v) + " := ")
}

func (p *printer) switchStmt(s *resStmt, indent int) Code {
	out := Text("switch ")
	if s.label.used {
		out = Text(s.label.name + ":\n" + tabs(indent) + "switch ")
	}
	if s.code != nil {
		out = Join(out, p.code(s.code, indent), Text(" "))
	}
	out = Join(out, Text("{\n"))
	for i, b := range s.blocks {
		if s.heads[i] == nil {
			out = Join(out, Text(tabs(indent)+"default:\n"))
		} else {
			out = Join(out, Text(tabs(indent)+"case "), p.code(s.heads[i], indent), Text(":\n"))
		}
		out = Join(out, p.block(b, indent+1))
	}
	return Join(out, Text(tabs(indent)+"}"))
}

func (p *printer) returnStmt(s *resStmt, indent int) Code {
	if s.fails {
		return Join(Code{{Fail: true}}, p.code(s.rhs[0], indent))
	}
	out := Text("return")
	for i, c := range s.rhs {
		if i == 0 {
			out = Join(out, Text(" "))
		}
		out = Join(out, Text(sep(i)), p.code(c, indent))
	}
	return out
}
