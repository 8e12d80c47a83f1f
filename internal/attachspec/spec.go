// Package attachspec describes files of arrays that are attached to a model: an
// autoencoder, a probe, a steering vector, a lens. nngen attach writes the
// description from the file, people edit and commit it, and generating typed
// code reads nothing else.
package attachspec

import (
	"fmt"
	"go/token"

	"github.com/nngen-go/nngen/internal/arraytag"
	"github.com/nngen-go/nngen/internal/tensor"
)

// Version is the format that this package reads and writes.
const Version = 1

// Suffix is how the names of such files end.
const Suffix = ".nnattach.yaml"

// Kind says what an attachment is, and so which methods its type has.
type Kind string

// The kinds.
const (
	SAE     Kind = "sae"     // sparse autoencoder: WEnc, WDec, and of BEnc, BDec, Threshold those that there are
	Linear  Kind = "linear"  // probe: Weight [in, out], perhaps Bias
	Vector  Kind = "vector"  // direction: Vector [d], or [n, d]
	Lens    Kind = "lens"    // tuned lens: Weight [n][d, d], Bias [n][d]
	Tensors Kind = "tensors" // anything else: fields without methods
)

// Activation is how an autoencoder makes features of what the encoder gives.
type Activation string

// The activations.
const (
	ReLU     Activation = "relu"
	JumpReLU Activation = "jumprelu" // those above Threshold
	TopK     Activation = "topk"     // the K largest
	Identity Activation = "none"
)

// Normalize is what happens to a value before it is encoded, and is undone behind.
type Normalize string

// The normalisations, as SAELens names them.
const (
	NoNorm       Normalize = "none"
	LayerNorm    Normalize = "layer_norm"            // mean 0, standard deviation 1
	ConstantNorm Normalize = "constant_norm_rescale" // Euclidean norm sqrt(d)
)

// Spec is one attachment.
type Spec struct {
	Type   string // the Go type
	Kind   Kind
	Source string // the file that it was written from
	Arrays []Array

	// Of autoencoders.
	Activation   Activation
	K            int
	SubtractBDec bool
	Normalize    Normalize
}

// Array is one field of the Go type.
type Array struct {
	Field string
	Count int // elements of the Go array; 0: one tensor
	arraytag.Tag
	Line int // in the spec
}

// Array finds a field.
func (s *Spec) Array(field string) *Array {
	for i := range s.Arrays {
		if s.Arrays[i].Field == field {
			return &s.Arrays[i]
		}
	}
	return nil
}

// sizes are the axes of a field with constant sizes.
func (a *Array) sizes(rank int) ([]int64, error) {
	if len(a.Type.Shape) != rank {
		return nil, fmt.Errorf("%s is %s, and %d axes are needed", a.Field, a.Type, rank)
	}
	out := make([]int64, rank)
	for i, d := range a.Type.Shape {
		n, ok := d.Const()
		if !ok || n == 0 {
			return nil, fmt.Errorf("%s is %s, and its sizes must be numbers above 0", a.Field, a.Type)
		}
		out[i] = n
	}
	return out, nil
}

// Check holds an attachment to what its kind needs.
func (s *Spec) Check() error {
	if !token.IsIdentifier(s.Type) || !token.IsExported(s.Type) {
		return fmt.Errorf("type %q is not the name of an exported Go type", s.Type)
	}
	seen := map[string]bool{}
	for _, a := range s.Arrays {
		if err := a.check(); err != nil {
			return err
		}
		if seen[a.Field] || a.Field == "Attachment" || methods[a.Field] {
			return fmt.Errorf("field %s: the name is taken", a.Field)
		}
		seen[a.Field] = true
	}
	if len(s.Arrays) == 0 {
		return fmt.Errorf("it has no arrays")
	}
	switch s.Kind {
	case SAE:
		return s.checkSAE()
	case Linear:
		return s.checkShapes(map[string][]int{"Weight": {0, 1}, "Bias": {1}}, "Weight")
	case Vector:
		v := s.Array("Vector")
		if v == nil || len(v.Type.Shape) != 1 && len(v.Type.Shape) != 2 {
			return fmt.Errorf("a vector has one field Vector, [d] or [n, d]")
		}
		_, err := v.sizes(len(v.Type.Shape))
		return err
	case Lens:
		if err := s.checkShapes(map[string][]int{"Weight": {0, 0}, "Bias": {0}}, "Weight", "Bias"); err != nil {
			return err
		}
		if w, b := s.Array("Weight"), s.Array("Bias"); w.Count != b.Count || w.Count == 0 {
			return fmt.Errorf("a lens has as many weights as biases: count %d and %d", w.Count, b.Count)
		}
	}
	return nil
}

// methods are the names that generated types have besides their fields.
var methods = map[string]bool{"Path": true, "Encode": true, "Decode": true, "Apply": true, "Edit": true, "Steer": true, "Ablate": true, "Project": true}

func (a *Array) check() error {
	switch {
	case !token.IsIdentifier(a.Field) || !token.IsExported(a.Field):
		return fmt.Errorf("field %q is not an exported Go name", a.Field)
	case a.Count < 0 || a.Count > 4096:
		return fmt.Errorf("field %s: count %d is out of range", a.Field, a.Count)
	case a.Type.DType == tensor.Invalid || a.Type.DType == tensor.String:
		return fmt.Errorf("field %s has no dtype", a.Field)
	case a.Stored != tensor.Invalid && (!a.Stored.IsFloat() || a.Type.DType != tensor.Float32):
		return fmt.Errorf("field %s: from %s to %s is no conversion that loading does, only from other floats to float32", a.Field, a.Stored, a.Type.DType)
	case a.Transposed && len(a.Type.Shape) < 2:
		return fmt.Errorf("field %s is transposed, but is %s", a.Field, a.Type)
	}
	for _, d := range a.Type.Shape {
		if _, ok := d.Const(); !ok && d.Known() {
			return fmt.Errorf("field %s is %s: sizes are numbers, or ? for one that may vary", a.Field, a.Type)
		}
	}
	return nil
}

func (s *Spec) checkSAE() error {
	switch s.Activation {
	case ReLU, Identity:
	case JumpReLU:
		if s.Array("Threshold") == nil {
			return fmt.Errorf("jumprelu needs the field Threshold")
		}
	case TopK:
		w := s.Array("WEnc")
		if w == nil || s.K < 1 {
			return fmt.Errorf("topk needs k, the number of features that stay")
		}
	default:
		return fmt.Errorf("activation %q is none of relu, jumprelu, topk, none", s.Activation)
	}
	switch s.Normalize {
	case NoNorm, LayerNorm, ConstantNorm:
	default:
		return fmt.Errorf("normalize %q is none of none, layer_norm, constant_norm_rescale", s.Normalize)
	}
	if s.SubtractBDec && s.Array("BDec") == nil {
		return fmt.Errorf("subtract_b_dec needs the field BDec")
	}
	if err := s.checkShapes(map[string][]int{"WEnc": {0, 1}, "WDec": {1, 0}, "BEnc": {1}, "BDec": {0}, "Threshold": {1}}, "WEnc", "WDec"); err != nil {
		return err
	}
	w := s.Array("WEnc")
	if n, _ := w.Type.Shape[1].Const(); s.Activation == TopK && int64(s.K) > n {
		return fmt.Errorf("k is %d, but there are %d features", s.K, n)
	}
	return nil
}

// checkShapes checks that fields have the axes that a kind gives them: equal
// numbers are equal sizes.
func (s *Spec) checkShapes(axes map[string][]int, needed ...string) error {
	for _, name := range needed {
		if s.Array(name) == nil {
			return fmt.Errorf("kind %s needs the field %s", s.Kind, name)
		}
	}
	size := map[int]int64{}
	for i := range s.Arrays {
		a := &s.Arrays[i]
		want, ok := axes[a.Field]
		if !ok {
			continue
		}
		got, err := a.sizes(len(want))
		if err != nil {
			return err
		}
		for k, axis := range want {
			if size[axis] == 0 {
				size[axis] = got[k]
			}
			if size[axis] != got[k] {
				return fmt.Errorf("%s is %s, but axis %d is %d by what comes before it", a.Field, a.Type, k, size[axis])
			}
		}
		if a.Type.DType != s.Arrays[0].Type.DType {
			return fmt.Errorf("%s is %s, but %s is %s", a.Field, a.Type.DType, s.Arrays[0].Field, s.Arrays[0].Type.DType)
		}
	}
	return nil
}
