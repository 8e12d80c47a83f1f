package gen

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/attachspec"
)

// sae adds the methods of an autoencoder. What the field's libraries do between
// the arrays differs in three ways, which are the spec's options: the activation,
// whether the decoder's bias is taken away before encoding, and normalisation.
func (w *attachmentFile) sae() {
	d, f := w.dim("WEnc", 0), w.dim("WEnc", 1)
	norm := w.s.Normalize != attachspec.NoNorm
	body := ""
	in := "x"
	if norm {
		body = "y, " + w.rest("_") + " := s.normalize(x)\n"
		in = "y"
	}
	if w.s.SubtractBDec {
		in += ".Sub(s.BDec)"
	}
	body += "pre := " + in + ".MatMul(s.WEnc)"
	if w.has("BEnc") {
		body += ".Add(s.BEnc)"
	}
	w.method(fmt.Sprintf("Encode gives the features of x, [..., %s] → [..., %s].", d, f), "Encode(x nn.Tensor) nn.Tensor", body+"\n"+w.activation())
	w.decode(d, f, norm)
	if norm {
		w.normalize(d)
	}
}

func (w *attachmentFile) activation() string {
	switch w.s.Activation {
	case attachspec.JumpReLU:
		return "return nn.Where(pre.Gt(s.Threshold), pre.Relu(), pre.ZerosLike())"
	case attachspec.TopK:
		return fmt.Sprintf("values, at := pre.TopK(%d, -1)\nreturn pre.ZerosLike().Scatter(at, values.Relu(), -1)", w.s.K)
	case attachspec.Identity:
		return "return pre"
	}
	return "return pre.Relu()"
}

func (w *attachmentFile) decode(d, f string, norm bool) {
	body := "return f.MatMul(s.WDec)"
	if w.has("BDec") {
		body += ".Add(s.BDec)"
	}
	doc := fmt.Sprintf("Decode gives what the features f stand for, [..., %s] → [..., %s].", f, d)
	if norm {
		doc += "\nIt is normalised as what is encoded is; Apply and Edit undo that."
	}
	w.method(doc, "Decode(f nn.Tensor) nn.Tensor", body)

	apply := "return s.Decode(s.Encode(x))"
	edit := "return x.Add(f.Sub(s.Encode(x)).MatMul(s.WDec))"
	switch w.s.Normalize {
	case attachspec.LayerNorm:
		apply = "_, mean, std := s.normalize(x)\nreturn s.Decode(s.Encode(x)).Mul(std).Add(mean)"
		edit = "_, _, std := s.normalize(x)\nreturn x.Add(f.Sub(s.Encode(x)).MatMul(s.WDec).Mul(std))"
	case attachspec.ConstantNorm:
		apply = "_, scale := s.normalize(x)\nreturn s.Decode(s.Encode(x)).Div(scale)"
		edit = "_, scale := s.normalize(x)\nreturn x.Add(f.Sub(s.Encode(x)).MatMul(s.WDec).Div(scale))"
	}
	w.method("Apply gives x as the autoencoder reconstructs it.", "Apply(x nn.Tensor) nn.Tensor", apply)
	w.method("Edit gives x with the features f in the place of its own. What the autoencoder does not explain of x stays:\n"+
		"with f = Encode(x) nothing changes.", "Edit(x, f nn.Tensor) nn.Tensor", edit)
}

// rest is the results of normalize after the first.
func (w *attachmentFile) rest(name string) string {
	if w.s.Normalize == attachspec.LayerNorm {
		return name + ", " + name
	}
	return name
}

func (w *attachmentFile) normalize(d string) {
	if w.s.Normalize == attachspec.LayerNorm {
		w.method("normalize gives x with mean 0 and standard deviation 1, and both as they were.", "normalize(x nn.Tensor) (y, mean, std nn.Tensor)",
			"mean = x.MeanKeep(-1)\nstd = x.StdKeep(-1)\nreturn x.Sub(mean).Div(std.AddScalar(1e-5)), mean, std")
		return
	}
	w.method("normalize gives x with the norm sqrt("+d+"), and what it was multiplied by.", "normalize(x nn.Tensor) (y, scale nn.Tensor)",
		"norm := x.NormKeep(-1)\nscale = norm.FullLike("+d+").Sqrt().Div(norm)\nreturn x.Mul(scale), scale")
}
