package gen

import "github.com/dave/jennifer/jen"

// visits adds the loops over visits, which the root alone has: they count for all
// of an invoke.
func (w *accessorFile) visits() {
	recv := func() *jen.Statement { return jen.Func().Params(jen.Id("m").Op("*").Id("Model")) }
	envoy := func() *jen.Statement { return jen.Op("&").Id("m").Dot("Envoy") }
	seq := func() *jen.Statement { return jen.Qual("iter", "Seq").Index(jen.Int()) }
	w.declare("Iter goes through visits of the model's points: numbers, nn.Range, nn.RangeFrom, in ascending order. Over decoding steps\n"+
		"visit n is step n; of a module that is called several times, visits are counted by call.",
		recv().Id("Iter").Params(jen.Id("visits").Op("...").Any()).Add(seq()).Block(
			jen.Return(nn("Iter").Call(envoy(), jen.Id("visits").Op("...")))))
	w.declare("All goes through all visits, to the end of the run.",
		recv().Id("All").Params().Add(seq()).Block(
			jen.Return(nn("Iter").Call(envoy(), nn("All")))))
	w.declare("Next makes points mean the next visit, or the n-th from now.",
		recv().Id("Next").Params(jen.Id("n").Op("...").Int()).Op("*").Id("Model").Block(
			nn("Next").Call(envoy(), jen.Id("n").Op("...")),
			jen.Return(jen.Id("m"))))
}
