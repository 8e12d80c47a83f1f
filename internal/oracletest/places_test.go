package oracletest

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// place is a point of a fixture as a trace function names it.
type place struct {
	expr   string // "m.Transformer.H[0].MLP"
	side   string // "Output" or "Input"
	path   string
	tensor string // the model's, which points may share
	moment int
	typ    tensor.Type // in symbols
	inner  bool        // of an operation inside a module
}

// net is a fixture as functions are written over it.
type net struct {
	name, blocks string // "gpt2", "m.Transformer.H"
	dir, source  string
	spec         *modelspec.Spec
	places       []place // input and output points, in the order of the run
	inner        []place // those with the points of operations among them
	depth        int     // how many blocks there are
	norms        []string
}

// loadNet reads a fixture's spec and finds the Go expression of each module in
// the generated accessors.
func loadNet(root, name, blocks string, model any) (*net, error) {
	n := &net{name: name, blocks: blocks, dir: filepath.Join(root, "internal", "golden", "torchscript", name)}
	file := filepath.Join(n.dir, name+".nnspec.yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	spec, diags := modelspec.Read(file, data)
	if len(diags) > 0 {
		return nil, diags.Err()
	}
	src, err := os.ReadFile(filepath.Join(n.dir, "model_nngen.go"))
	if err != nil {
		return nil, err
	}
	n.spec, n.source = spec, string(src)
	exprs := map[string]string{}
	walkModel(reflect.TypeOf(model), "m", "", exprs)
	for i, m := range spec.SourceTimeline() {
		if m.Point.Visit > 0 || m.Point.Type.Shape == nil {
			continue
		}
		if m.Operation != nil {
			n.operation(exprs[m.Module.Path], i, m)
			continue
		}
		side, role := "Output", modelspec.RoleOutput
		if m.Side == modelspec.SideInput {
			side, role = "Input", modelspec.RoleInput
		}
		if expr := exprs[m.Module.Path]; expr != "" && m.Point.Role == role {
			n.places = append(n.places, place{expr, side, m.Module.Path, m.Point.Tensor, i, m.Point.Type, false})
			n.inner = append(n.inner, n.places[len(n.places)-1])
		}
	}
	for path, expr := range exprs {
		if strings.HasPrefix(expr, blocks+"[") && strings.Count(expr, ".") == strings.Count(blocks, ".") {
			n.depth++
		}
		for _, m := range spec.Modules {
			if m.Path == path && m.Weights["weight"] != "" && (strings.Contains(path, "norm") || strings.Contains(path, "ln_")) {
				n.norms = append(n.norms, expr)
			}
		}
	}
	slices.Sort(n.norms)
	return n, nil
}

// operation adds the point of an operation if it is the only one of its side, or
// the first input.
func (n *net) operation(module string, moment int, m modelspec.Moment) {
	side := "Output"
	switch {
	case module == "" || m.Operation.Visit > 0:
		return
	case m.Side == modelspec.SideInput:
		if side = "Input"; m.Operation.Inputs[0] != m.Point {
			return
		}
	case len(m.Operation.Outputs) > 1:
		return
	}
	n.inner = append(n.inner, place{module + ".Source()." + m.Operation.Name, side, "", m.Point.Tensor, moment, m.Point.Type, true})
}

// walkModel collects the expression of each module by its path.
func walkModel(t reflect.Type, expr, path string, out map[string]string) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	out[path] = expr
	for i := range t.NumField() {
		f := t.Field(i)
		tag, ok := f.Tag.Lookup("nn")
		if !ok || f.Tag.Get("alias") != "" {
			continue
		}
		at := strings.TrimPrefix(path+"."+tag, ".")
		if f.Type.Kind() != reflect.Array {
			walkModel(f.Type, expr+"."+f.Name, at, out)
			continue
		}
		for k := range f.Type.Len() {
			n := string(rune('0' + k))
			walkModel(f.Type.Elem(), expr+"."+f.Name+"["+n+"]", strings.ReplaceAll(at, "%d", n), out)
		}
	}
}

// loadNets gives both fixtures.
func loadNets(root string) (map[string]*net, error) {
	g, err := loadNet(root, "gpt2", "m.Transformer.H", &gpt2.Model{})
	if err != nil {
		return nil, err
	}
	l, err := loadNet(root, "llama", "m.Model.Layers", &llama.Model{})
	return map[string]*net{"gpt2": g, "llama": l}, err
}

// at is a point's type for the given sizes, its dimensions numbers.
func (p place) at(rows, seq int) tensor.Type { return sized(p.typ, rows, seq) }

// sized replaces symbols by sizes.
func sized(t tensor.Type, rows, seq int) tensor.Type {
	dims, err := t.Shape.Eval(map[string]int64{"batch": int64(rows), "seq": int64(seq), "past_seq": 0})
	if err != nil {
		return tensor.Type{DType: t.DType}
	}
	return tensor.Type{DType: t.DType, Shape: tensor.Dims(dims...)}
}

// rowed reports whether the point has rows that belong to invokes.
func (p place) rowed() bool {
	if len(p.typ.Shape) == 0 {
		return false
	}
	_, ok := p.typ.Shape[0].Coefficient("batch")
	return ok
}
