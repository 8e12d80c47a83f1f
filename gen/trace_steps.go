package gen

import (
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/ast"
)

// steps adds the frame of a trace with Go in mid-run and its method Step.
func (f *traceFunc) steps() {
	fr := f.t.Frame
	if fr == nil {
		return
	}
	w := f.file
	w.Add(note("%s holds what lives across the steps of %s.", f.n.frame, f.t.Func))
	w.Type().Id(f.n.frame).StructFunc(func(g *jen.Group) {
		for _, v := range fr.Fields {
			g.Id(v.Name).Add(code(v.Type, returnError))
		}
	}).Line()
	if !fr.Keep {
		w.Add(note("%s are the frames of runs that are over.", f.n.frames))
		w.Var().Id(f.n.frames).Add(nn("Frames")).Index(jen.Id(f.n.frame)).Line()
	}
	if len(f.t.Steps) == 0 {
		return
	}
	w.Add(note("Step runs the part of %s that follows state %s.State().", f.t.Func, fr.Arg))
	recv := jen.Id(fr.Recv).Op("*").Id(f.n.frame)
	if len(fr.Fields) == 0 {
		recv = jen.Op("*").Id(f.n.frame)
	}
	w.Func().Params(recv).Id("Step").Params(jen.Id(fr.Arg).Op("*").Add(nn("Step"))).Error().
		BlockFunc(func(g *jen.Group) {
			g.Switch(jen.Id(fr.Arg).Dot("State").Call()).BlockFunc(func(g *jen.Group) {
				for _, s := range f.t.Steps {
					g.Case(states64(s.States)...).BlockFunc(func(g *jen.Group) { f.statements(g, s.Stmts, returnError) })
				}
			})
			g.Return(jen.Nil())
		}).Line()
	f.leaves()
}

// leaves adds the method by which the runtime knows which steps may end their
// goroutine, where there are such.
func (f *traceFunc) leaves() {
	var states []int
	for _, s := range f.t.Steps {
		if s.Leaves {
			states = append(states, s.States...)
		}
	}
	if len(states) == 0 {
		return
	}
	f.file.Add(note("MayLeave reports whether a step calls what could end its goroutine."))
	f.file.Func().Params(jen.Op("*").Id(f.n.frame)).Id("MayLeave").Params(jen.Id("state").Int()).Bool().
		BlockFunc(func(g *jen.Group) {
			if len(states) == f.states() {
				g.Return(jen.True())
				return
			}
			slices.Sort(states)
			g.Switch(jen.Id("state")).Block(jen.Case(states64(states)...).Block(jen.Return(jen.True())))
			g.Return(jen.False())
		}).Line()
}

// states is how many steps a run has.
func (f *traceFunc) states() int {
	n := 0
	for _, s := range f.t.Steps {
		n += len(s.States)
	}
	return n
}

func states64(list []int) []jen.Code {
	out := make([]jen.Code, len(list))
	for i, n := range list {
		out[i] = jen.Lit(n)
	}
	return out
}

// frame declares the frame of a run, with the parameters that its steps read.
func (f *traceFunc) frame(g *jen.Group) {
	fr := f.t.Frame
	if fr == nil {
		return
	}
	f.frameOf(g)
	f.startFrame(g)
}

// frameOf declares a frame for as long as the function runs.
func (f *traceFunc) frameOf(g *jen.Group) {
	fr := f.t.Frame
	if fr.Keep {
		g.Id(fr.Recv).Op(":=").New(jen.Id(f.n.frame))
	} else {
		g.Id(fr.Recv).Op(":=").Id(f.n.frames).Dot("Get").Call()
		g.Defer().Id(f.n.frames).Dot("Put").Call(jen.Id(fr.Recv))
	}
}

// startFrame sets the fields that begin as parameters of the function.
func (f *traceFunc) startFrame(g *jen.Group) {
	for _, v := range f.t.Frame.Fields {
		if v.Param != "" {
			g.Id(f.t.Frame.Recv).Dot(v.Name).Op("=").Id(v.Param)
		}
	}
}

// fieldOf reports whether a variable of the function is a field of its frame.
func fieldOf(t *ast.Trace, name string) bool {
	if t.Frame == nil {
		return false
	}
	for _, v := range t.Frame.Fields {
		if v.Name == name {
			return true
		}
	}
	return false
}
