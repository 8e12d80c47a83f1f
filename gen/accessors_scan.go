package gen

import "github.com/dave/jennifer/jen"

// scans adds the ways to run interventions over shapes alone.
func (w *accessorFile) scans() {
	recv := func() *jen.Statement { return jen.Func().Params(jen.Id("s").Op("*").Id("Session")) }
	w.declare("Scanned calls f as Interpret does, with shapes in the place of values and without running the model: a value that is asked\nfor is an error. The accessors that it gives have Scanned. f may be nil.",
		recv().Id("Scanned").Params(inParam(), body(jen.Error())).Params(jen.Op("*").Id("Model"), jen.Error()).Block(
			jen.Return(nn("ScanModel").Call(jen.Id("s").Dot("Session"), jen.Id("in").Dot("NNInputs").Call(), jen.Id("f")))))
	w.declare("ScanTrace is InterpretTrace with shapes in the place of values.",
		recv().Id("ScanTrace").Params(jen.Id("f").Func().Params(jen.Id("t").Op("*").Id("Trace")).Error()).Error().Block(
			jen.Return(nn("ScanTrace").Call(jen.Id("s").Dot("Session"), jen.Func().Params(jen.Id("t").Op("*").Add(nn("Trace"))).Error().Block(
				jen.Return(jen.Id("f").Call(jen.Op("&").Id("Trace").Values(jen.Id("Trace").Op(":").Id("t")))))))))
}
