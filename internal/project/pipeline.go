package project

import (
	"bytes"
	"context"
	"errors"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/nngen-go/nngen/ast"
	"github.com/nngen-go/nngen/gen"
	"github.com/nngen-go/nngen/internal/diag"
)

// File is one output of Generate. Content nil: the file is to be removed.
type File struct {
	Path    string // absolute
	Content []byte
}

// Config says what to generate.
type Config struct {
	Dir      string   // absolute; patterns are relative to it
	Patterns []string // folders, or trees ("./...")
}

// Result is what generating came to. Nothing was written.
type Result struct {
	Files    []File // every generated file of the folders, up to date; Content nil: to be removed
	Needed   []File // accessor files outside of the folders that traces inside need
	Traces   []*ast.Trace
	Accessor map[string]ast.AccessorPackage // by import path
}

// Generate computes all generated files of the folders that the patterns name:
// first accessors from specs, then traces against those accessors. It reads
// files and writes none. With diagnostics there are no files.
func Generate(ctx context.Context, c Config) (*Result, diag.List, error) {
	dirs, err := expand(c.Dir, c.Patterns)
	if err != nil {
		return nil, nil, err
	}
	p := &pipeline{ctx: ctx, config: c, accessors: map[string]ast.AccessorPackage{}, imported: map[string]ast.AccessorPackage{}}
	for _, dir := range dirs {
		f, err := readFolder(dir)
		if err != nil {
			return nil, nil, err
		}
		p.folders = append(p.folders, f)
	}
	p.generateAccessors()
	p.generateAttachments()
	if len(p.diags) == 0 {
		p.generateTraces()
	}
	if len(p.diags) == 0 {
		p.removeOrphans()
	}
	if len(p.diags) > 0 {
		return nil, p.diags.Sorted(), nil
	}
	slices.SortFunc(p.result.Files, func(a, b File) int { return bytes.Compare([]byte(a.Path), []byte(b.Path)) })
	p.result.Accessor = maps.Clone(p.accessors)
	maps.Copy(p.result.Accessor, p.imported)
	return &p.result, nil, ctx.Err()
}

// pipeline is one call of Generate.
type pipeline struct {
	ctx       context.Context
	config    Config
	folders   []*folder
	accessors map[string]ast.AccessorPackage
	imported  map[string]ast.AccessorPackage // of other folders, which traces use
	result    Result
	diags     diag.List
}

// generateAccessors is the first stage.
func (p *pipeline) generateAccessors() {
	for _, f := range p.folders {
		if len(f.specs) == 0 {
			continue
		}
		mod, ok := findModule(f.dir)
		if !ok {
			p.diags.Add("NN4002", token.Position{Filename: f.dir}, "this folder is in no Go module").
				Hint = "run go mod init in the folder that is to be the module's root"
			continue
		}
		a, diags := accessorOf(f)
		p.diags = append(p.diags, diags...)
		if len(diags) == 0 {
			p.accessors[mod.importPath(f.dir)] = a
			p.add(filepath.Join(f.dir, accessorName), a.Source)
		}
	}
}

// generateTraces is the second stage. Each module of the tree is loaded by itself.
func (p *pipeline) generateTraces() {
	byModule := map[module][]*folder{}
	for _, f := range p.folders {
		for _, at := range f.testTraces {
			p.diags.Add("NN1105", at, "traces in test files are not compiled").
				Hint = "move the function to a file whose name does not end in _test.go"
		}
		if !f.traces {
			continue
		}
		mod, ok := findModule(f.dir)
		if !ok {
			p.diags.Add("NN4002", token.Position{Filename: f.dir}, "this folder is in no Go module").
				Hint = "run go mod init in the folder that is to be the module's root"
			continue
		}
		byModule[mod] = append(byModule[mod], f)
	}
	for _, mod := range slices.SortedFunc(maps.Keys(byModule), func(a, b module) int { return bytes.Compare([]byte(a.root), []byte(b.root)) }) {
		p.compile(mod, byModule[mod])
	}
}

// compile loads and compiles the traces of some folders of one module.
func (p *pipeline) compile(mod module, folders []*folder) {
	given := maps.Clone(p.accessors)
	others, diags := importedAccessors(p.ctx, mod.root, folders, mod, p.accessors)
	p.diags = append(p.diags, diags...)
	if len(diags) > 0 {
		return
	}
	for path, a := range others {
		given[path], p.imported[path] = a, a
		if _, ok := mod.folderOf(path); ok {
			p.result.Needed = append(p.result.Needed, neededFiles(a)...)
		}
	}
	patterns := make([]string, len(folders))
	for i, f := range folders {
		patterns[i] = relativePattern(mod.root, f.dir)
	}
	prog, diags := ast.Load(mod.root, patterns, given)
	traces, more := ast.Compile(prog)
	diags = append(diags, more...)
	if p.diags = append(p.diags, diags...); len(diags) > 0 {
		return
	}
	p.result.Traces = append(p.result.Traces, traces...)
	p.writeTraces(prog, traces)
}

func relativePattern(root, dir string) string {
	rel, err := filepath.Rel(root, dir)
	if err != nil || rel == "." {
		return "."
	}
	return "./" + filepath.ToSlash(rel)
}

// writeTraces turns compiled traces into files, one for each file of the user's.
func (p *pipeline) writeTraces(prog *ast.Program, traces []*ast.Trace) {
	p.checkNames(prog, traces)
	if len(p.diags) > 0 {
		return
	}
	byFile := map[string][]*ast.Trace{}
	for _, t := range traces {
		byFile[t.File] = append(byFile[t.File], t)
	}
	files := map[string][]byte{}
	for _, file := range slices.Sorted(maps.Keys(byFile)) {
		src, err := gen.Traces(file, byFile[file])
		if err != nil {
			p.diags.Add("NN4004", byFile[file][0].Pos, "%v", err)
			continue
		}
		p.add(gen.OutputName(file), src)
		files[gen.OutputName(file)] = src
	}
	if len(p.diags) > 0 {
		return
	}
	var users diag.Errors
	if err := prog.CheckGenerated(files); errors.As(err, &users) {
		p.diags = append(p.diags, users...)
	} else if err != nil {
		p.diags.Add("NN4008", traces[0].Pos, "%v", err)
	}
}

// checkNames reports names that generated code would declare a second time.
func (p *pipeline) checkNames(prog *ast.Program, traces []*ast.Trace) {
	type name struct{ pkg, id string }
	declared := map[name]*ast.Trace{}
	for _, t := range traces {
		for _, id := range gen.DeclaredNames(t.Func) {
			at := name{t.Package.Path, id}
			if pos, ok := prog.Lookup(at.pkg, id); ok {
				d := p.diags.Add("NN4004", pos, "%s is declared here, and by the code generated for %s", id, t.Func)
				d.Hint = "rename it, or the trace function"
				d.Related = []diag.Related{{Pos: t.Pos, Message: "the trace function " + t.Func}}
			} else if other := declared[at]; other != nil {
				d := p.diags.Add("NN4004", t.Pos, "the code generated for %s and for %s would both declare %s", other.Func, t.Func, id)
				d.Hint = "rename one of them"
				d.Related = []diag.Related{{Pos: other.Pos, Message: "the trace function " + other.Func}}
				break
			}
			declared[at] = t
		}
	}
}

// add keeps an output, unless it would overwrite a file that nngen did not write.
func (p *pipeline) add(path string, content []byte) {
	if old, err := os.ReadFile(path); err == nil {
		if _, ok := gen.IsGenerated(old); !ok {
			p.diags.Add("NN4003", token.Position{Filename: path, Line: 1, Column: 1},
				"this file would be overwritten, but nngen did not write it").
				Hint = "rename it; names that end in _nngen.go are for generated files"
			return
		}
	}
	for _, f := range p.result.Files {
		if f.Path == path {
			p.diags.Add("NN4003", token.Position{Filename: path}, "accessors and traces would both be written to this file").
				Hint = "rename the Go file that holds the traces"
			return
		}
	}
	p.result.Files = append(p.result.Files, File{path, content})
}

// removeOrphans adds the removal of generated files whose source is gone.
func (p *pipeline) removeOrphans() {
	current := map[string]bool{}
	for _, f := range p.result.Files {
		current[f.Path] = true
	}
	for _, f := range p.folders {
		for _, name := range f.generated {
			path := filepath.Join(f.dir, name)
			if !current[path] && orphan(path) {
				p.result.Files = append(p.result.Files, File{Path: path})
			}
		}
	}
}

// orphan reports whether the source that a generated file names is gone or has
// nothing to generate any more. A source that merely was not loaded, because of
// a build constraint, is no reason to remove its output.
func orphan(path string) bool {
	content, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	source, ok := gen.IsGenerated(content)
	if !ok || filepath.Base(source) != source {
		return false
	}
	src, err := os.ReadFile(filepath.Join(filepath.Dir(path), source))
	if err != nil {
		return os.IsNotExist(err)
	}
	return filepath.Ext(source) == ".go" && !hasDirective(src)
}
