package attachspec

import (
	"bytes"
	"errors"
	"fmt"
	"go/token"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/nngen-go/nngen/internal/arraytag"
	"github.com/nngen-go/nngen/internal/diag"
	"github.com/nngen-go/nngen/internal/tensor"
)

// Read parses a spec strictly: unknown keys and wrong values are all reported,
// each with its place. With any, the spec is nil.
func Read(name string, data []byte) (*Spec, diag.List) {
	r := &reader{file: name}
	root := r.parse(data)
	if root == nil {
		return nil, r.errs
	}
	s := r.spec(root)
	if len(r.errs) == 0 {
		if err := s.Check(); err != nil {
			r.fail(root, "%v", err)
		}
	}
	if len(r.errs) > 0 {
		return nil, r.errs.Sorted()
	}
	return s, nil
}

type reader struct {
	file string
	errs diag.List
}

func (r *reader) fail(n *yaml.Node, format string, args ...any) {
	at := token.Position{Filename: r.file, Line: max(n.Line, 1), Column: max(n.Column, 1)}
	r.errs.Add("NN1610", at, format, args...).Hint = "nngen attach FILE writes it anew"
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

// parse gives the top mapping of a file with one document.
func (r *reader) parse(data []byte) *yaml.Node {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); err != nil {
		at := &yaml.Node{}
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
			at.Line, _ = strconv.Atoi(m[1])
		}
		r.fail(at, "not YAML: %s", strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " "))
		return nil
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		r.fail(&more, "this is one YAML document: there is something after it")
		return nil
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		r.fail(&doc, "this is a mapping that begins with nnattach: %d", Version)
		return nil
	}
	return doc.Content[0]
}

// mapping reads known keys, each at most once; needed ones must be there.
func (r *reader) mapping(n *yaml.Node, what string, keys map[string]func(*yaml.Node), needed ...string) {
	if n.Kind != yaml.MappingNode {
		r.fail(n, "%s is a mapping", what)
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		read, ok := keys[k.Value]
		switch {
		case !ok:
			r.fail(k, "unknown key %q of %s", k.Value, what)
		case seen[k.Value]:
			r.fail(k, "key %q of %s is given twice", k.Value, what)
		case v.Kind == yaml.AliasNode:
			r.fail(v, "key %q of %s is a YAML alias, which is not read", k.Value, what)
		default:
			seen[k.Value] = true
			read(v)
		}
	}
	for _, k := range needed {
		if !seen[k] {
			r.fail(n, "%s lacks the key %s", what, k)
		}
	}
}

func (r *reader) text(into *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
			r.fail(n, "a text is expected here")
			return
		}
		*into = n.Value
	}
}

func (r *reader) int(into *int) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, err := strconv.ParseInt(n.Value, 10, 32)
		if n.Kind != yaml.ScalarNode || err != nil || v < 0 {
			r.fail(n, "a whole number is expected here")
			return
		}
		*into = int(v)
	}
}

func (r *reader) flag(into *bool) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || n.Value != "true" && n.Value != "false" {
			r.fail(n, "true or false is expected here")
			return
		}
		*into = n.Value == "true"
	}
}

func (r *reader) spec(n *yaml.Node) *Spec {
	s := &Spec{Activation: ReLU, Normalize: NoNorm}
	version := 0
	var kind, activation, normalize string
	r.mapping(n, "the spec", map[string]func(*yaml.Node){
		"nnattach": r.int(&version), "type": r.text(&s.Type), "kind": r.text(&kind), "source": r.text(&s.Source),
		"activation": r.text(&activation), "k": r.int(&s.K), "subtract_b_dec": r.flag(&s.SubtractBDec), "normalize": r.text(&normalize),
		"arrays": func(n *yaml.Node) {
			if n.Kind != yaml.SequenceNode {
				r.fail(n, "arrays is a list")
				return
			}
			for _, v := range n.Content {
				s.Arrays = append(s.Arrays, r.array(v))
			}
		},
	}, "nnattach", "type", "kind", "arrays")
	if version != Version && len(r.errs) == 0 {
		r.fail(n, "this is of format %d, and %d is read", version, Version)
	}
	if s.Kind = Kind(kind); len(r.errs) == 0 && !s.Kind.known() {
		r.fail(n, "kind %q is none of sae, linear, vector, lens, tensors", kind)
	}
	if activation != "" {
		s.Activation = Activation(activation)
	}
	if normalize != "" {
		s.Normalize = Normalize(normalize)
	}
	return s
}

func (k Kind) known() bool {
	return k == SAE || k == Linear || k == Vector || k == Lens || k == Tensors
}

var typeForm = regexp.MustCompile(`^(\w+) \[([^\]]*)\]$`)

func (r *reader) array(n *yaml.Node) Array {
	a := Array{Line: n.Line}
	var typ, stored string
	r.mapping(n, "an array", map[string]func(*yaml.Node){
		"field": r.text(&a.Field), "name": r.text(&a.Name), "type": r.text(&typ),
		"count": r.int(&a.Count), "stored": r.text(&stored), "transposed": r.flag(&a.Transposed),
	}, "field", "name", "type")
	if err := a.types(typ, stored); err != nil && n.Kind == yaml.MappingNode && typ != "" {
		r.fail(n, "array %s: %v", a.Field, err)
	}
	return a
}

func (a *Array) types(typ, stored string) error {
	m := typeForm.FindStringSubmatch(typ)
	if m == nil {
		return fmt.Errorf("type %q is not DTYPE [SHAPE]", typ)
	}
	var err error
	if a.Type, err = arraytag.ParseType(m[1], m[2]); err != nil {
		return err
	}
	if stored != "" {
		a.Stored, err = tensor.ParseDType(stored)
	}
	if err == nil {
		err = a.tagged()
	}
	return err
}

// tagged refuses what a struct tag cannot hold and give back.
func (a *Array) tagged() error {
	back, err := arraytag.Parse(a.Tag.String())
	if err != nil || back.String() != a.Tag.String() || back.Name != a.Name || strings.ContainsAny(a.Name, "`\n\r") {
		return fmt.Errorf("the name %q cannot be written in a struct tag: rename the array in the file", a.Name)
	}
	if (a.Count > 0) != strings.Contains(a.Name, "%d") {
		return fmt.Errorf("count goes with a name that has %%d in it")
	}
	return nil
}
