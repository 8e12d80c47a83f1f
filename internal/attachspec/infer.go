package attachspec

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/nngen-go/nngen/internal/arraytag"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/internal/tensorfile"
)

// Infer guesses what a file of arrays is from the names that the field gives
// them: SAELens and Gemma Scope, dictionary_learning, sparsify, torch.nn.Linear,
// tuned lens. config is the file of settings that lies beside it (cfg.json), or
// nil. Widen makes float32 of other floats when the file is loaded.
func Infer(name string, arrays []tensorfile.Array, config map[string]any, widen bool) (*Spec, []string) {
	g := &guess{arrays: map[string]tensorfile.Array{}, widen: widen, config: config}
	for _, a := range arrays {
		g.arrays[a.Name] = a
	}
	s := g.spec()
	s.Type = GoName(name)
	if err := s.Check(); err != nil && s.Kind != Tensors {
		g.note("taken as %s it would not fit: %v", s.Kind, err)
		s = &Spec{Kind: Tensors, Type: s.Type, Activation: ReLU, Normalize: NoNorm, Arrays: g.all(arrays)}
	}
	if s.Kind == Tensors {
		s.Arrays = g.all(arrays)
	}
	return s, g.notes
}

type guess struct {
	arrays map[string]tensorfile.Array
	config map[string]any
	widen  bool
	notes  []string
}

func (g *guess) note(format string, args ...any) {
	g.notes = append(g.notes, fmt.Sprintf(format, args...))
}

func (g *guess) has(name string) bool { _, ok := g.arrays[name]; return ok }

// field makes a field of an array, if it is there.
func (g *guess) field(s *Spec, field, name string, transposed bool) {
	a, ok := g.arrays[name]
	if !ok || s.Array(field) != nil {
		return
	}
	s.Arrays = append(s.Arrays, g.array(field, a, transposed))
}

func (g *guess) array(field string, a tensorfile.Array, transposed bool) Array {
	t := tensor.Type{DType: a.DType, Shape: tensor.Dims(a.Shape...)}
	out := Array{Field: field, Tag: arraytag.Tag{Name: a.Name, Type: t}}
	if transposed && len(a.Shape) == 2 {
		out.Transposed = true
		out.Type = out.InFile()
		out.Type.DType = a.DType
	}
	if g.widen && a.DType.IsFloat() && a.DType != tensor.Float32 {
		out.Stored, out.Type.DType = a.DType, tensor.Float32
	}
	return out
}

func (g *guess) spec() *Spec {
	s := &Spec{Kind: Tensors, Activation: ReLU, Normalize: NoNorm}
	switch {
	case g.has("W_enc") && g.has("W_dec"), g.has("encoder.weight") && (g.has("decoder.weight") || g.has("W_dec")):
		g.sae(s)
	case g.has("0.weight") && g.has("0.bias"):
		g.lens(s, "")
	case g.has("layer_translators.0.weight"):
		g.lens(s, "layer_translators.")
	case g.has("weight"):
		s.Kind = Linear
		g.linear(s, "weight", "bias")
	case g.has("linear.weight"):
		s.Kind = Linear
		g.linear(s, "linear.weight", "linear.bias")
	case g.has("coef_"):
		s.Kind = Linear
		g.linear(s, "coef_", "intercept_")
	case len(g.arrays) == 1:
		for name, a := range g.arrays {
			if n := len(a.Shape); (n == 1 || n == 2) && a.DType.IsFloat() {
				s.Kind = Vector
				g.field(s, "Vector", name, false)
			}
		}
	}
	return s
}

// linear takes torch's and scikit-learn's [out, in] for [in, out].
func (g *guess) linear(s *Spec, weight, bias string) {
	g.field(s, "Weight", weight, true)
	g.field(s, "Bias", bias, false)
}

func (g *guess) lens(s *Spec, prefix string) {
	n := 0
	for g.has(fmt.Sprintf("%s%d.weight", prefix, n)) && g.has(fmt.Sprintf("%s%d.bias", prefix, n)) {
		n++
	}
	s.Kind = Lens
	for _, part := range []string{"weight", "bias"} {
		a := g.array(GoName(part), g.arrays[prefix+"0."+part], part == "weight")
		a.Name, a.Count = prefix+"%d."+part, n
		for i := range n {
			if o := g.arrays[fmt.Sprintf("%s%d.%s", prefix, i, part)]; !slices.Equal(o.Shape, g.arrays[prefix+"0."+part].Shape) {
				g.note("%s has another shape than that of layer 0", o.Name)
				s.Kind = Tensors
			}
		}
		s.Arrays = append(s.Arrays, a)
	}
}

func (g *guess) sae(s *Spec) {
	s.Kind = SAE
	enc := g.arrays["W_enc"]
	// SAELens keeps [d_in, d_sae]; some files have it the other way round, which the bias tells.
	turned := false
	if b, ok := g.arrays["b_enc"]; ok && len(enc.Shape) == 2 && len(b.Shape) == 1 {
		turned = enc.Shape[1] != b.Shape[0] && enc.Shape[0] == b.Shape[0]
	}
	g.field(s, "WEnc", "W_enc", turned)
	g.field(s, "WEnc", "encoder.weight", true)
	g.field(s, "WDec", "W_dec", turned && g.has("W_enc"))
	g.field(s, "WDec", "decoder.weight", true)
	for _, b := range []string{"b_enc", "encoder.bias", "latent_bias"} {
		g.field(s, "BEnc", b, false)
	}
	for _, b := range []string{"b_dec", "bias", "pre_bias", "decoder.bias"} {
		g.field(s, "BDec", b, false)
	}
	g.field(s, "Threshold", "threshold", false)
	s.SubtractBDec = s.Array("BDec") != nil
	if s.Array("Threshold") != nil {
		// Gemma Scope's: b_dec is added behind and not taken away before.
		s.Activation, s.SubtractBDec = JumpReLU, false
	}
	if g.has("decoder.bias") {
		s.SubtractBDec = false
	}
	g.settings(s)
	for _, odd := range []string{"W_gate", "b_gate", "r_mag", "b_mag"} {
		if g.has(odd) {
			g.note("array %s belongs to a gated autoencoder, which has no kind of its own: fields only", odd)
			s.Kind = Tensors
			return
		}
	}
}

// settings takes what cfg.json says, under the names of SAELens and sparsify.
func (g *guess) settings(s *Spec) {
	c := g.config
	text := func(keys ...string) string {
		for _, k := range keys {
			if v, ok := c[k].(string); ok {
				return strings.ToLower(v)
			}
		}
		return ""
	}
	switch text("architecture", "activation_fn_str", "activation_fn", "activation") {
	case "topk", "topk-relu":
		s.Activation = TopK
	case "jumprelu":
		s.Activation = JumpReLU
	case "standard":
		s.Activation = ReLU
		if strings.HasPrefix(text("activation_fn_str", "activation_fn"), "topk") {
			s.Activation = TopK
		}
	case "relu":
		s.Activation = ReLU
	}
	kwargs, _ := c["activation_fn_kwargs"].(map[string]any)
	for _, k := range []any{c["k"], kwargs["k"]} {
		if n, ok := k.(float64); ok && s.Activation == TopK && n >= 1 && n <= 1<<20 {
			s.K = int(n)
		}
	}
	if v, ok := c["apply_b_dec_to_input"].(bool); ok {
		s.SubtractBDec = v && s.Array("BDec") != nil
	}
	switch norm := text("normalize_activations"); norm {
	case "layer_norm", "constant_norm_rescale":
		s.Normalize = Normalize(norm)
	case "", "none":
	default:
		g.note("normalize_activations %q of the settings is not carried out: fold it into the weights first", norm)
	}
	if v, _ := c["rescale_acts_by_decoder_norm"].(bool); v {
		g.note("rescale_acts_by_decoder_norm of the settings is not carried out: call fold_W_dec_norm before saving")
	}
}

// Keep takes over what a person may have changed in the spec that is there: the
// type's name, the settings, the names of fields.
func (s *Spec) Keep(old *Spec, typ bool) {
	if typ {
		s.Type = old.Type
	}
	if s.Kind == old.Kind {
		s.Activation, s.K, s.SubtractBDec, s.Normalize = old.Activation, old.K, old.SubtractBDec, old.Normalize
	}
	if s.Kind != Tensors {
		return
	}
	for i := range s.Arrays {
		for _, o := range old.Arrays {
			if o.Name == s.Arrays[i].Name {
				s.Arrays[i].Field = o.Field
			}
		}
	}
}

// all makes a field of every array.
func (g *guess) all(arrays []tensorfile.Array) []Array {
	var out []Array
	taken := map[string]bool{"Attachment": true}
	for m := range methods {
		taken[m] = true
	}
	for _, a := range arrays {
		name := GoName(a.Name)
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s%d", GoName(a.Name), n)
		}
		taken[name] = true
		one := g.array(name, a, false)
		if err := one.tagged(); err != nil {
			g.note("array %q is left out: %v", a.Name, err)
			continue
		}
		out = append(out, one)
	}
	return out
}

// GoName makes an exported Go name of any text: "W_enc" is WEnc.
func GoName(text string) string {
	var b strings.Builder
	up := true
	for _, r := range text {
		switch {
		case unicode.IsLetter(r):
			if up {
				r = unicode.ToUpper(r)
			}
			b.WriteRune(r)
			up = false
		case unicode.IsDigit(r):
			if b.Len() == 0 {
				b.WriteByte('T')
			}
			b.WriteRune(r)
			up = true
		default:
			up = true
		}
	}
	name := b.String()
	if name == "" || !unicode.IsUpper([]rune(name)[0]) {
		return "T" + name
	}
	return name
}
