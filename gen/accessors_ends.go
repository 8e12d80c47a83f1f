package gen

import "github.com/dave/jennifer/jen"

// ends adds what concerns the end of a run, which the root alone has.
func (w *accessorFile) ends() {
	recv := func() *jen.Statement { return jen.Func().Params(jen.Id("m").Op("*").Id("Model")) }
	envoy := func() *jen.Statement { return jen.Op("&").Id("m").Dot("Envoy") }
	w.declare("Stop ends the run, for every invoke, when the point in work is over. The function goes on, but reaches no point any more.",
		recv().Id("Stop").Params().Block(nn("StopRun").Call(envoy())))
	w.declare("Result waits for the end of the run and gives its result: the model's first output, or the token ids of a generation.",
		recv().Id("Result").Params().Add(nn("Tensor")).Block(jen.Return(nn("ResultOf").Call(envoy()))))
}
