// Package arraytag reads the tags of struct fields that hold arrays of a file:
// `nn:"W_enc float32 [48, 192]"`. The loader checks files against them, the
// compiler takes types from them.
package arraytag

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

// Key is the key of the tag.
const Key = "nn"

// Tag is what the tag of one field says.
type Tag struct {
	Name string // in the file; a %d in it counts the elements of a Go array
	// Type is that of the field; DType Invalid where the tag names none.
	Type tensor.Type
	// Stored is the dtype in the file, where it is another one than the field's.
	Stored tensor.DType
	// Transposed: the file has the last two axes the other way round.
	Transposed bool
}

// form is: name, dtype, shape, dtype in the file, transposed.
var form = regexp.MustCompile(`^(.+?) (\w+) \[([^\]]*)\](?: from (\w+))?( transposed)?$`)

// Parse reads a tag's value.
func Parse(text string) (Tag, error) {
	m := form.FindStringSubmatch(text)
	if m == nil {
		if strings.TrimSpace(text) == "" || strings.ContainsAny(text, "[]") {
			return Tag{}, fmt.Errorf("%q is not NAME DTYPE [SHAPE]", text)
		}
		return Tag{Name: text}, nil
	}
	t := Tag{Name: m[1], Transposed: m[5] != ""}
	var err error
	if t.Type, err = ParseType(m[2], m[3]); err != nil {
		return Tag{}, err
	}
	if m[4] != "" {
		if t.Stored, err = tensor.ParseDType(m[4]); err != nil {
			return Tag{}, err
		}
	}
	if t.Transposed && len(t.Type.Shape) < 2 {
		return Tag{}, fmt.Errorf("%q is transposed, but has %d axes", t.Name, len(t.Type.Shape))
	}
	return t, nil
}

// ParseType reads a dtype and the sizes that stand in a shape's brackets.
func ParseType(dtype, sizes string) (tensor.Type, error) {
	t := tensor.Type{Shape: tensor.Shape{}}
	var err error
	if t.DType, err = tensor.ParseDType(dtype); err != nil {
		return t, err
	}
	for part := range strings.SplitSeq(sizes, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		d, err := tensor.ParseDim(part)
		if err != nil {
			return t, fmt.Errorf("dimension %q: %w", part, err)
		}
		t.Shape = append(t.Shape, d)
	}
	return t, nil
}

// String is the tag's value.
func (t Tag) String() string {
	s := t.Name
	if t.Type.DType != tensor.Invalid {
		s += " " + t.Type.String()
	}
	if t.Stored != tensor.Invalid {
		s += " from " + t.Stored.String()
	}
	if t.Transposed {
		s += " transposed"
	}
	return s
}

// InFile is the type that the file has: the field's, before Stored and
// Transposed were undone.
func (t Tag) InFile() tensor.Type {
	out := tensor.Type{DType: t.Type.DType, Shape: t.Type.Shape.Clone()}
	if t.Stored != tensor.Invalid {
		out.DType = t.Stored
	}
	if n := len(out.Shape); t.Transposed && n >= 2 {
		out.Shape[n-1], out.Shape[n-2] = out.Shape[n-2], out.Shape[n-1]
	}
	return out
}
