package gen

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/nngen-go/nngen/modelspec"
)

// tree is a model's accessors, ready to be written: names are safe, texts are
// not yet cleaned.
type tree struct {
	types   []structType
	inputs  []inputField
	aliases map[string]string // alias → module path
}

type structType struct {
	name, doc string
	fields    []field
	source    *modelspec.AccessorSource
	views     []modelspec.AccessorView
}

type field struct {
	name, typ string
	path      string // tag: relative to the module that holds the field
	alias     string
	length    int // of an array; 0: a single module
	doc       string
}

type inputField struct {
	name  string
	value modelspec.Value
}

// treeOf plans the accessors of a spec.
func treeOf(spec *modelspec.Spec) (*tree, error) {
	aliases, _, diags := modelspec.Aliases(spec)
	if err := diags.Err(); err != nil {
		return nil, err
	}
	paths := map[string]bool{}
	for _, m := range spec.Modules {
		if paths[m.Path] {
			return nil, fmt.Errorf("the spec has the module %q twice", m.Path)
		}
		paths[m.Path] = true
	}
	plan := modelspec.Accessors(spec)
	if len(plan.Types) == 0 {
		return nil, fmt.Errorf("the spec has no modules: run nngen spec again")
	}
	t := &tree{inputs: inputFields(spec), aliases: aliases}
	seen := observe(spec, plan)
	for _, at := range plan.Types {
		st := structType{name: at.Name, doc: typeDoc(at, seen), source: at.Source, views: at.Views}
		for i, f := range at.Fields {
			out := field{name: f.GoName, typ: f.Type, path: f.Tag, length: f.Len}
			if f.Alias {
				out.alias = f.GoName
			}
			out.doc = fieldDoc(at, i, seen)
			st.fields = append(st.fields, out)
		}
		t.types = append(t.types, st)
	}
	return t, nil
}

// inputFields names the graph inputs that a user gives: all but caches.
func inputFields(spec *modelspec.Spec) []inputField {
	taken := map[string]bool{"NNInputs": true}
	var out []inputField
	for _, v := range spec.Inputs {
		if v.Role == modelspec.RolePast {
			continue
		}
		base := modelspec.GoName(v.Name)
		name := base
		for k := 2; taken[name]; k++ {
			name = base + "_" + strconv.Itoa(k)
		}
		taken[name] = true
		out = append(out, inputField{name, v})
	}
	return out
}

// observed is what the modules of one type have: their paths, and the shapes
// that each field's modules give.
type observed struct {
	paths  []string
	own    []string   // distinct texts of the modules themselves
	shapes [][]string // by field: distinct texts of the modules it leads to
}

// observe walks all modules by the fields that lead to them, each once, to find
// out which modules share a type and whether they share shapes too.
func observe(spec *modelspec.Spec, plan *modelspec.AccessorTree) map[string]*observed {
	modules := make(map[string]*modelspec.Module, len(spec.Modules))
	for _, m := range spec.Modules {
		modules[m.Path] = m
	}
	types := make(map[string]*modelspec.AccessorType, len(plan.Types))
	seen := make(map[string]*observed, len(plan.Types))
	for _, t := range plan.Types {
		types[t.Name] = t
		seen[t.Name] = &observed{shapes: make([][]string, len(t.Fields))}
	}
	type visit struct{ typ, path string }
	for todo := []visit{{plan.Root, ""}}; len(todo) > 0; {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		o := seen[at.typ]
		o.paths = append(o.paths, at.path)
		o.own = add(o.own, borderText(modules[at.path]))
		for i, f := range types[at.typ].Fields {
			for _, child := range childPaths(at.path, f) {
				o.shapes[i] = add(o.shapes[i], shapeText(modules[child]))
				if !f.Alias {
					todo = append(todo, visit{f.Type, child})
				}
			}
		}
	}
	return seen
}

// add keeps distinct texts, and no more than it takes to see that there are several.
func add(list []string, text string) []string {
	if len(list) > 1 || slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

// borderText tells what a module takes and gives.
func borderText(m *modelspec.Module) string {
	text := shapeText(m)
	if m == nil || m.Absent != "" {
		return text
	}
	if in := pointText(m.Inputs, modelspec.RoleInput); in != "" {
		text = "Input: " + in + "\n" + text
	}
	return text
}

// childPaths gives the modules that a field of the module at path leads to.
func childPaths(path string, f modelspec.AccessorField) []string {
	if f.Len == 0 {
		return []string{modelspec.Join(path, f.Tag)}
	}
	out := make([]string, f.Len)
	for i := range out {
		out[i] = modelspec.Join(path, modelspec.Element(f.Tag, i))
	}
	return out
}

// shapeText tells what a module gives.
func shapeText(m *modelspec.Module) string {
	if m == nil {
		return ""
	}
	if m.Absent != "" {
		return "Absent: " + m.Absent
	}
	out := pointText(m.Outputs, modelspec.RoleOutput)
	if out == "" {
		return "Output: not known"
	}
	return "Output: " + out
}

// pointText is the type of the one point with a role, "" if there is none.
func pointText(points []*modelspec.Point, role modelspec.Role) string {
	for _, p := range points {
		if p.Role != role {
			continue
		}
		if p.Absent != "" {
			return "absent, " + p.Absent
		}
		return p.Type.String()
	}
	return ""
}

func typeDoc(t *modelspec.AccessorType, seen map[string]*observed) string {
	what := "the whole model"
	if t.Path != "" {
		what = quoteName(t.Path)
	}
	if n := len(seen[t.Name].paths); n > 1 {
		what += fmt.Sprintf(" and %d more", n-1)
	}
	doc := fmt.Sprintf("%s is the accessor of %s", t.Name, what)
	if t.Class != "" {
		doc += fmt.Sprintf(" (%s)", quoteName(t.Class))
	}
	doc += "."
	if own := seen[t.Name].own; len(own) == 1 && own[0] != "" {
		doc += "\n\n" + own[0]
	}
	return doc
}

// fieldDoc names the module and what it gives. Modules of one type may differ in
// shape; then the field says so.
func fieldDoc(t *modelspec.AccessorType, i int, seen map[string]*observed) string {
	f := t.Fields[i]
	what := quoteName(f.Tag)
	if f.Len > 0 {
		what = quoteName(f.Tag) + fmt.Sprintf(" for 0 to %d", f.Len-1)
		if f.Len == 1 {
			what = quoteName(modelspec.Element(f.Tag, 0))
		}
	}
	if f.Alias {
		what = "an alias of " + what
	}
	texts := seen[t.Name].shapes[i]
	switch {
	case len(texts) == 0:
		return fmt.Sprintf("%s is %s.", f.GoName, what)
	case len(texts) == 1:
		return fmt.Sprintf("%s is %s.\n%s", f.GoName, what, texts[0])
	}
	return fmt.Sprintf("%s is %s.\n%s; in others it differs", f.GoName, what, texts[0])
}

// quoteName is a name of a file as it stands in a comment: quoted where it has
// anything unusual in it, and never long.
func quoteName(s string) string {
	const most = 80
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	for _, r := range s {
		if r == ' ' || r == '"' || r == '`' || r == '/' && strings.Contains(s, "*/") || r < ' ' || r == utf8.RuneError {
			return strconv.Quote(s)
		}
	}
	return s
}
