package oracletest

import (
	"regexp"
	"strings"
)

// helpers are what functions call. Each function gets copies of its own, so that
// a diagnostic in a helper says whose it is.
var helpers = map[string]string{
	"left":    "func left(a, b nn.Tensor) nn.Tensor { return a }",
	"right":   "func right(a, b nn.Tensor) nn.Tensor { return b }",
	"centred": "func centred(x nn.Tensor) nn.Tensor { return x.Sub(x.MeanKeep(-1)) }",
	"mix":     "func mix(x, y nn.Tensor, k float32) nn.Tensor { return x.Scale(k).Add(y.Scale(1 - k)) }",
	"twice":   "func twice(f func(nn.Tensor) nn.Tensor, x nn.Tensor) nn.Tensor { return f(f(x)) }",
	"one":     "func one[T any](xs ...T) T { return xs[0] }",
	"pair":    "type pair struct{ a, b nn.Tensor }\n\nfunc (p pair) sum() nn.Tensor { return p.a.Add(p.b) }",
	"outOf":   "func outOf(o interface{ Output() nn.Tensor }) nn.Tensor { return o.Output() }",
	"damp":    "func damp(b *NET.Block, k float32) { b.MLP.SetOutput(b.MLP.Output().Scale(k)) }",
	"halved":  "func halved(xs []float32) []float32 {\n\tout := make([]float32, len(xs))\n\tfor i, x := range xs {\n\t\tout[i] = x * 0.5\n\t}\n\treturn out\n}",
	"halves":  "func halves(x float32) (a, b float32) {\n\tdefer func() { a *= 0.5 }()\n\ta, b = x, x/2\n\treturn\n}",
	"ordered": "func ordered(a, b float32) float32 { return a - b/4 }",
	"largest": "func largest(a, b float32) float32 {\n\tif a > b {\n\t\treturn a\n\t}\n\treturn b\n}",
}

// helperCall finds the names of helpers where they are used.
var helperCall = regexp.MustCompile(`\b(left|right|centred|mix|twice|one|pair|outOf|damp|largest|halved|halves|ordered)(\(|\{|\)| struct|\[T)`)

// inBatch gives a function and its helpers the names that they have in a batch.
func inBatch(source, name, net string) string {
	out := strings.ReplaceAll(source, "Probe(", name+"(")
	used := map[string]bool{}
	for _, m := range helperCall.FindAllStringSubmatch(source, -1) {
		if !used[m[1]] {
			used[m[1]] = true
			out += "\n" + strings.ReplaceAll(helpers[m[1]], "NET", net) + "\n"
		}
	}
	return helperCall.ReplaceAllString(out, "${1}"+name+"$2")
}
