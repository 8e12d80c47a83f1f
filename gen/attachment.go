package gen

import (
	"fmt"
	"go/format"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/internal/attachspec"
)

// Attachment gives the Go type of an attachment: a struct with one tensor for
// each array, the function that loads it, and the methods of its kind. The
// methods are ordinary tensor code, meant to be read and copied. pkg is the
// package's name, source the base name of the spec's file.
func Attachment(s *attachspec.Spec, pkg, source string) ([]byte, error) {
	w := &attachmentFile{s: s}
	w.printf("// %s\n// %s%s\n\npackage %s\n\nimport nn %q\n\n", header, sourcePrefix, clean(source), pkg, runtimePath)
	w.typ()
	w.printf("// Load%s reads it from a .safetensors, .npz or .npy file, whose arrays must be as the tags say.\n", s.Type)
	w.printf("func Load%s(path string) (*%s, error) { return nn.Load[%s](path) }\n\n", s.Type, s.Type, s.Type)
	switch s.Kind {
	case attachspec.SAE:
		w.sae()
	case attachspec.Linear:
		w.linear()
	case attachspec.Vector:
		w.vector()
	case attachspec.Lens:
		w.lens()
	}
	out, err := format.Source([]byte(w.String()))
	if err != nil {
		return nil, fmt.Errorf("internal error: the generated %s does not parse: %w", AttachmentName(source), err)
	}
	return out, nil
}

// AttachmentName is the file that the type of an attachment is written to.
func AttachmentName(source string) string {
	return strings.TrimSuffix(source, attachspec.Suffix) + "_nngen.go"
}

// attachmentFile is a file under construction.
type attachmentFile struct {
	strings.Builder
	s *attachspec.Spec
}

func (w *attachmentFile) printf(format string, args ...any) { fmt.Fprintf(w, format, args...) }

// method adds a method: its doc, its name and results, its body.
func (w *attachmentFile) method(doc, signature, body string) {
	for line := range strings.SplitSeq(doc, "\n") {
		w.printf("// %s\n", line)
	}
	w.printf("func (s *%s) %s {\n%s\n}\n\n", w.s.Type, signature, body)
}

var kindNames = map[attachspec.Kind]string{
	attachspec.SAE: "a sparse autoencoder", attachspec.Linear: "a linear probe", attachspec.Vector: "a direction",
	attachspec.Lens: "a tuned lens", attachspec.Tensors: "a set of tensors",
}

func (w *attachmentFile) typ() {
	w.printf("// %s is %s, as it lies in %s.\ntype %s struct {\n\tnn.Attachment\n", w.s.Type, kindNames[w.s.Kind], clean(w.s.Source), w.s.Type)
	for _, a := range w.s.Arrays {
		typ := "nn.Tensor"
		if a.Count > 0 {
			typ = fmt.Sprintf("[%d]nn.Tensor", a.Count)
		}
		w.printf("\t%s %s `nn:%s`\n", a.Field, typ, strconv.Quote(a.Tag.String()))
	}
	w.printf("}\n\n")
}

func (w *attachmentFile) has(field string) bool { return w.s.Array(field) != nil }

// dim is the size of an axis of a field, for comments.
func (w *attachmentFile) dim(field string, axis int) string {
	return string(w.s.Array(field).Type.Shape[axis])
}

func (w *attachmentFile) linear() {
	body := "return x.MatMul(s.Weight)"
	if w.has("Bias") {
		body += ".Add(s.Bias)"
	}
	w.method(fmt.Sprintf("Apply gives the logits of x, [..., %s] → [..., %s]. Sigmoid or Softmax makes probabilities of them.", w.dim("Weight", 0), w.dim("Weight", 1)),
		"Apply(x nn.Tensor) nn.Tensor", body)
}

func (w *attachmentFile) vector() {
	row, arg := "s.Vector", ""
	if len(w.s.Array("Vector").Type.Shape) == 2 {
		row, arg = "s.Vector.At(row)", ", row int"
	}
	w.method("Steer adds the direction to x, alpha times.", "Steer(x nn.Tensor"+arg+", alpha float32) nn.Tensor", "return x.Add("+row+".Scale(alpha))")
	unit := "v := " + row + "\nunit := v.Div(v.Norm())\n"
	w.method("Project gives how far x goes in the direction, [..., d] → [...].", "Project(x nn.Tensor"+arg+") nn.Tensor",
		unit+"return x.Mul(unit).Sum(-1)")
	w.method("Ablate takes the direction out of x: what is left is orthogonal to it.", "Ablate(x nn.Tensor"+arg+") nn.Tensor",
		unit+"return x.Sub(x.Mul(unit).SumKeep(-1).Mul(unit))")
}

func (w *attachmentFile) lens() {
	n := w.s.Array("Weight").Count
	w.method(fmt.Sprintf("Apply translates the residual stream h behind block layer (0 to %d) into what the last block would give.\nThe model's own head reads it: m.LMHead.Call(m.Transformer.LnF.Call(lens.Apply(3, h))).", n-1),
		"Apply(layer int, h nn.Tensor) nn.Tensor", "return h.Add(h.MatMul(s.Weight[layer]).Add(s.Bias[layer]))")
}
