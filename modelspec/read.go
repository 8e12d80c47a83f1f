package modelspec

import (
	"bytes"
	"errors"
	"go/token"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/nngen-go/nngen/internal/diag"
)

// Read parses a spec strictly: unknown keys, wrong types and bad references are
// all reported, each with its place. With any, the spec is nil.
func Read(name string, data []byte) (*Spec, diag.List) {
	r := &reader{file: name}
	root := r.parse(data)
	if root == nil {
		return nil, r.errs.Sorted()
	}
	s := r.spec(root)
	r.check(s)
	if len(r.errs) == 0 {
		_, _, r.errs = Aliases(s)
	}
	if len(r.errs) > 0 {
		return nil, r.errs.Sorted()
	}
	return s, nil
}

// reader collects what is wrong with one file.
type reader struct {
	file  string
	errs  diag.List
	at    map[any]*yaml.Node    // where modules, points and the like stand
	keys  map[string]*yaml.Node // of the top mapping
	types []typed
	kinds map[string]*opKind
	uses  []*useAt
}

func (r *reader) pos(n *yaml.Node) token.Position {
	return token.Position{Filename: r.file, Line: n.Line, Column: n.Column}
}

func (r *reader) fail(n *yaml.Node, code, format string, args ...any) *diag.Diagnostic {
	return r.errs.Add(code, r.pos(n), format, args...)
}

// yamlLine finds the line in a message of the YAML package.
var yamlLine = regexp.MustCompile(`line (\d+)`)

// parse gives the top mapping of a file with one document.
func (r *reader) parse(data []byte) *yaml.Node {
	r.at = map[any]*yaml.Node{}
	r.kinds = map[string]*opKind{}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		at := token.Position{Filename: r.file, Line: 1, Column: 1}
		if errors.Is(err, io.EOF) {
			r.errs.Add("NN1001", at, "the spec is empty").Hint = "write it again with nngen spec"
			return nil
		}
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
			at.Line, _ = strconv.Atoi(m[1])
		}
		r.errs.Add("NN1001", at, "not YAML: %s", strings.TrimPrefix(oneLine(err.Error()), "yaml: "))
		return nil
	}
	var more yaml.Node
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		at := token.Position{Filename: r.file, Line: max(more.Line, 1), Column: max(more.Column, 1)}
		r.errs.Add("NN1001", at, "a spec is one YAML document: there is something after it")
		return nil
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		r.fail(&doc, "NN1003", "a spec is a mapping that begins with nnspec: %d", Version)
		return nil
	}
	return doc.Content[0]
}

// field reads the value of one key.
type field func(v *yaml.Node)

// mapping reads a mapping with known keys. It gives the keys that were there.
func (r *reader) mapping(n *yaml.Node, what string, fields map[string]field) map[string]*yaml.Node {
	seen := map[string]*yaml.Node{}
	if n.Kind != yaml.MappingNode {
		r.fail(n, "NN1003", "%s is written as a mapping, this is %s", what, kindName(n))
		return seen
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		read, ok := fields[k.Value]
		switch {
		case k.Kind != yaml.ScalarNode:
			r.fail(k, "NN1003", "a key of %s is a name", what)
			continue
		case !ok:
			d := r.fail(k, "NN1002", "unknown key %s of %s", quoted(k.Value), what)
			if near := nearest(k.Value, fields); near != "" {
				d.Hint = "write " + near
			}
			continue
		case seen[k.Value] != nil:
			d := r.fail(k, "NN1005", "key %s of %s is given twice", quoted(k.Value), what)
			d.Related = append(d.Related, diag.Related{Pos: r.pos(seen[k.Value]), Message: "the first is here"})
			continue
		}
		seen[k.Value] = k
		read(v)
	}
	return seen
}

// require reports keys that are missing.
func (r *reader) require(n *yaml.Node, what string, seen map[string]*yaml.Node, keys ...string) {
	for _, k := range keys {
		if seen[k] == nil && n.Kind == yaml.MappingNode {
			r.fail(n, "NN1004", "%s lacks the key %s", what, k)
		}
	}
}

// list reads a sequence.
func (r *reader) list(n *yaml.Node, what string, each func(v *yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
			return
		}
		r.fail(n, "NN1003", "%s is written as a list, this is %s", what, kindName(n))
		return
	}
	for _, v := range n.Content {
		each(v)
	}
}

func (r *reader) scalar(n *yaml.Node, what, want string, tags ...string) bool {
	if n.Kind == yaml.ScalarNode && contains(tags, n.Tag) {
		return true
	}
	r.fail(n, "NN1003", "%s is %s, this is %s", what, want, kindName(n))
	return false
}

// text reads a string; numbers and other plain words need quotes only where they
// would be read as something else, so they are accepted as they stand.
func (r *reader) text(n *yaml.Node, what string, into *string) {
	if r.scalar(n, what, "a string", "!!str", "!!int", "!!float", "!!bool") {
		*into = n.Value
	}
}

func (r *reader) integer(n *yaml.Node, what string, into *int64) {
	if !r.scalar(n, what, "a whole number", "!!int") {
		return
	}
	v, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil || v < 0 {
		r.fail(n, "NN1003", "%s is a whole number from 0, this is %s", what, quoted(n.Value))
		return
	}
	*into = v
}

// maxInt bounds what is read into an int: node and axis numbers.
const maxInt = 1 << 31

func (r *reader) int(n *yaml.Node, what string, into *int) {
	var v int64
	r.integer(n, what, &v)
	if v > maxInt {
		r.fail(n, "NN1003", "%s is too large", what)
		return
	}
	*into = int(v)
}

func (r *reader) flag(n *yaml.Node, what string, into *bool) {
	if r.scalar(n, what, "true or false", "!!bool") {
		*into = n.Value == "true"
	}
}

// names reads a mapping of names to names.
func (r *reader) names(n *yaml.Node, what string, set func(k, v *yaml.Node)) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.fail(n, "NN1003", "%s is written as a mapping, this is %s", what, kindName(n))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind != yaml.ScalarNode {
			r.fail(k, "NN1003", "a key of %s is a name", what)
			continue
		}
		if seen[k.Value] {
			r.fail(k, "NN1005", "key %s of %s is given twice", quoted(k.Value), what)
			continue
		}
		seen[k.Value] = true
		set(k, n.Content[i+1])
	}
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "a YAML alias, which a spec does not use"
	}
	switch n.Tag {
	case "!!str":
		return "the text " + quoted(n.Value)
	case "!!null":
		return "nothing"
	case "!!int", "!!float", "!!bool":
		return n.Value
	}
	return "a value of the type " + quoted(n.Tag)
}
