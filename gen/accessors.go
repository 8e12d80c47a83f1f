package gen

import (
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/modelspec"
)

// Accessors gives the package of typed Envoys for a spec: pkg is its name,
// source the base name of the spec's file, which lies beside it and is embedded.
func Accessors(spec *modelspec.Spec, pkg, source string) ([]byte, error) {
	tree, err := treeOf(spec)
	if err != nil {
		return nil, err
	}
	w := &accessorFile{file: newFile(pkg, source), spec: spec, tree: tree, source: source}
	w.file.ImportName("context", "context")
	w.file.ImportName("iter", "iter")
	w.file.ImportAlias(runtimePath, "nn")
	w.file.Anon("embed", backendPath)
	w.file.PackageComment(fmt.Sprintf("// Package %s holds typed accessors of the model %s.", pkg, clean(spec.Model)))
	w.info()
	w.inputs()
	w.types()
	w.visits()
	w.ends()
	w.session()
	w.trace()
	w.caches()
	w.scans()
	w.aliases()
	return render(w.file, pkg+"/model_nngen.go")
}

// accessorFile is a file under construction.
type accessorFile struct {
	file   *jen.File
	spec   *modelspec.Spec
	tree   *tree
	source string
}

// declare adds a declaration under its doc comment.
func (w *accessorFile) declare(doc string, s *jen.Statement) {
	w.file.Add(note("%s", doc))
	w.file.Add(s)
	w.file.Line()
}

// types adds one struct for each shape of module, the root's first.
func (w *accessorFile) types() {
	for _, t := range w.tree.types {
		w.declare(t.doc, jen.Type().Id(t.name).StructFunc(func(g *jen.Group) {
			g.Add(nn("Envoy"))
			for _, f := range t.fields {
				g.Line()
				g.Add(note("%s", f.doc))
				g.Id(f.name).Add(fieldType(f)).Tag(f.tag())
			}
		}))
		w.views(t)
		if t.source != nil {
			w.operations(t)
		}
	}
}

// views adds the methods of the named parts of a module's input and output.
func (w *accessorFile) views(t structType) {
	for _, v := range t.views {
		recv := jen.Id("m").Op("*").Id(t.name)
		w.declare(fmt.Sprintf("%s is %s.", v.GoName, v.Doc),
			jen.Func().Params(recv).Id(v.GoName).Params().Add(nn("Tensor")).Block(
				jen.Return(jen.Id("m").Dot("View").Call(jen.Lit(v.Name)))))
		w.declare(fmt.Sprintf("Set%s replaces %s.", v.GoName, v.Doc),
			jen.Func().Params(recv.Clone()).Id("Set"+v.GoName).Params(jen.Id("v").Add(nn("Tensor"))).Block(
				jen.Id("m").Dot("SetView").Call(jen.Lit(v.Name), jen.Id("v"))))
	}
}

// operations adds the operations inside modules of a type, and the way there.
func (w *accessorFile) operations(t structType) {
	src := t.source
	w.declare(fmt.Sprintf("%s lists the operations of %s itself, each after those it takes.", src.Name, t.name),
		jen.Type().Id(src.Name).StructFunc(func(g *jen.Group) {
			for _, f := range src.Fields {
				doc := f.Doc
				if !strings.HasPrefix(doc, f.Name+" ") && !strings.HasPrefix(doc, f.Name+":") {
					doc = f.Name + " is " + doc
				}
				if f.Some {
					doc += "; not in all modules of the type"
				}
				g.Add(note("%s", doc))
				g.Id(f.Name).Add(nn("Operation"))
			}
		}))
	w.declare("Source gives the operations inside the module.",
		jen.Func().Params(jen.Id("m").Op("*").Id(t.name)).Id("Source").Params().Op("*").Id(src.Name).Block(
			jen.Return(nn("Source").Types(jen.Id(src.Name)).Call(jen.Op("&").Id("m").Dot("Envoy")))))
}

func fieldType(f field) *jen.Statement {
	s := jen.Null()
	if f.length > 0 {
		s = jen.Index(jen.Lit(f.length))
	}
	return s.Op("*").Id(f.typ)
}

// tag is how the runtime finds the module that a field stands for.
func (f field) tag() map[string]string {
	m := map[string]string{"nn": f.path}
	if f.alias != "" {
		m["alias"] = f.alias
	}
	return m
}
