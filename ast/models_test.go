package ast_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/nngen-go/nngen/ast"
	"github.com/nngen-go/nngen/gen"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// models are the accessor packages of the fixtures.
var models = sync.OnceValue(func() map[string]ast.AccessorPackage {
	out := map[string]ast.AccessorPackage{}
	for _, name := range []string{"gpt2", "twolinear", "llama", "loopnet", "looplm"} {
		file := filepath.Join("testdata", "specs", name+".nnspec.yaml")
		data, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		spec, diags := modelspec.Read(file, data)
		if len(diags) > 0 {
			panic(diags.Err())
		}
		src, err := gen.Accessors(spec, name, name+".nnspec.yaml")
		if err != nil {
			panic(err)
		}
		if name == "gpt2" {
			deep := deepen(spec, 6)
			src, err := gen.Accessors(deep, "deep", "deep.nnspec.yaml")
			if err != nil {
				panic(err)
			}
			vague := vagueSpec(deepen(spec, 2))
			text, err := gen.Accessors(vague, "vague", "vague.nnspec.yaml")
			if err != nil {
				panic(err)
			}
			out["example.com/app/vague"] = ast.AccessorPackage{Dir: "vague", Spec: vague, SpecFile: file, Source: text}
			out["example.com/app/deep"] = ast.AccessorPackage{Dir: "deep", Spec: deep, Source: src}
		}
		out["example.com/app/"+name] = ast.AccessorPackage{Dir: name, Spec: spec, SpecFile: file, Source: src}
	}
	return out
})

// deepen gives a two-layer model n layers, as copies of its last one.
func deepen(spec *modelspec.Spec, n int) *modelspec.Spec {
	const gap = 1000
	out := *spec
	out.Modules = nil
	last := "transformer.h.1"
	point := func(p *modelspec.Point, k int) *modelspec.Point {
		q := *p
		q.Tensor = strings.ReplaceAll(strings.ReplaceAll(q.Tensor, "h.1/", fmt.Sprintf("h.%d/", k)), "h.0/", fmt.Sprintf("h.%d/", k-1))
		q.Node += gap * (k - 1)
		q.Consumers = nil
		for _, c := range p.Consumers {
			q.Consumers = append(q.Consumers, c+gap*(k-1))
		}
		return &q
	}
	copyOf := func(m *modelspec.Module, k int) *modelspec.Module {
		c := *m
		c.Path = strings.Replace(m.Path, last, fmt.Sprintf("transformer.h.%d", k), 1)
		c.Inputs, c.Outputs = nil, nil
		for _, p := range m.Inputs {
			c.Inputs = append(c.Inputs, point(p, k))
		}
		for _, p := range m.Outputs {
			c.Outputs = append(c.Outputs, point(p, k))
		}
		return &c
	}
	var layer []*modelspec.Module
	for _, m := range spec.Modules {
		switch {
		case strings.HasPrefix(m.Path, last):
			layer = append(layer, m)
			out.Modules = append(out.Modules, m)
			continue
		case len(layer) > 0 && m.Path == "transformer.ln_f":
			for k := 2; k < n; k++ {
				for _, l := range layer {
					out.Modules = append(out.Modules, copyOf(l, k))
				}
			}
		}
		if m.Path == "transformer.ln_f" || m.Path == "lm_head" {
			m = copyOf(m, n-1)
		}
		if m.Path == "" || m.Path == "transformer" {
			c := *m
			c.Outputs = copyOf(m, n-1).Outputs
			m = &c
		}
		out.Modules = append(out.Modules, m)
	}
	return &out
}

// vagueSpec is a spec as inference leaves it where it is unsure.
func vagueSpec(spec *modelspec.Spec) *modelspec.Spec {
	for i, old := range spec.Modules {
		if len(old.Outputs) == 0 {
			continue
		}
		c := *old
		m := &c
		spec.Modules[i] = m
		p := *m.Outputs[0]
		switch m.Path {
		case "lm_head":
			p.Role = modelspec.RoleUnknown
		case "transformer.h.0.mlp":
			p.Type.Shape = tensor.Shape{tensor.Unknown, "seq", "48"}
		case "transformer.h.1.mlp":
			p.Type.Shape = tensor.Shape{"batch*seq", "48"} // in an order that nobody has seen
		case "transformer.wpe":
			p.Absent = "the exporter fused it with its neighbour"
		default:
			continue
		}
		m.Outputs = []*modelspec.Point{&p}
	}
	return spec
}
