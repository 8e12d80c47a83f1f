package project

import (
	"context"
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/nngen-go/nngen/ast"
	"github.com/nngen-go/nngen/gen"
	"github.com/nngen-go/nngen/internal/diag"
	"github.com/nngen-go/nngen/modelspec"
)

// accessorName is the file that the accessors of a folder's spec are written to.
const accessorName = "model_nngen.go"

// generatedSource tells which source a generated file names.
func generatedSource(src []byte) (string, bool) { return gen.IsGenerated(src) }

// accessorOf generates the accessors of a folder that holds a spec, in memory.
func accessorOf(f *folder) (ast.AccessorPackage, diag.List) {
	var diags diag.List
	path := filepath.Join(f.dir, f.specs[0])
	at := token.Position{Filename: path}
	if len(f.specs) > 1 {
		d := diags.Add("NN4001", token.Position{Filename: filepath.Join(f.dir, f.specs[1])},
			"this folder holds %d specs, but its accessors are one package", len(f.specs))
		d.Hint = "give each model a folder of its own"
		d.Related = []diag.Related{{Pos: at, Message: "the other spec"}}
		return ast.AccessorPackage{}, diags
	}
	if !embeddable(f.specs[0]) {
		diags.Add("NN4005", at, "the spec's file name cannot be embedded in a Go package").
			Hint = "rename it: letters, digits, spaces and - _ . + = @ are allowed"
		return ast.AccessorPackage{}, diags
	}
	spec, diags := ReadSpec(path)
	if len(diags) > 0 {
		return ast.AccessorPackage{}, diags
	}
	src, err := gen.Accessors(spec, packageName(f), f.specs[0])
	if err != nil {
		diags.Add("NN4008", at, "%v", err)
	}
	return ast.AccessorPackage{Dir: f.dir, Spec: spec, SpecFile: path, Source: src}, diags
}

// embeddable reports whether go:embed takes a file name.
func embeddable(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -_.+=@", r)
	})
}

// packageName is that of the folder's hand-written files if it has any, else
// one made from the folder's name.
func packageName(f *folder) string {
	for _, name := range f.goFiles {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(f.dir, name), nil, parser.PackageClauseOnly)
		if err == nil && !strings.HasSuffix(file.Name.Name, "_test") {
			return file.Name.Name
		}
	}
	name := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' {
			return unicode.ToLower(r)
		}
		return -1
	}, filepath.Base(f.dir))
	if !token.IsIdentifier(name) || name == "_" || name == "main" {
		return "model" + name
	}
	return name
}

// importedAccessors finds the accessor packages that the trace files of the
// folders import and that lie in folders outside of them.
func importedAccessors(ctx context.Context, dir string, folders []*folder, mod module, known map[string]ast.AccessorPackage) (map[string]ast.AccessorPackage, diag.List) {
	out := map[string]ast.AccessorPackage{}
	var diags diag.List
	var foreign []string
	for _, path := range traceImports(folders) {
		if _, ok := known[path]; ok {
			continue // attachments of the folders too
		}
		if at, ok := mod.folderOf(path); ok {
			diags = append(diags, addAccessor(out, path, at)...)
		} else if strings.Contains(strings.Split(path, "/")[0], ".") {
			foreign = append(foreign, path)
		}
	}
	for path, at := range listFolders(ctx, dir, foreign) {
		diags = append(diags, addAccessor(out, path, at)...)
	}
	return out, diags
}

// addAccessor adds the accessors of a folder if it holds a spec.
func addAccessor(out map[string]ast.AccessorPackage, path, dir string) diag.List {
	f, err := readFolder(dir)
	if err == nil && len(f.attached) > 0 {
		a, diags := attachmentsOf(f)
		out[path] = a
		return diags
	}
	if err != nil || len(f.specs) == 0 {
		return nil // not an accessor package; the loader says what is wrong with it, if anything
	}
	a, diags := accessorOf(f)
	if len(diags) == 0 {
		out[path] = a
	}
	return diags
}

// traceImports lists what the files with trace functions import.
func traceImports(folders []*folder) []string {
	var out []string
	for _, f := range folders {
		for _, name := range f.goFiles {
			path := filepath.Join(f.dir, name)
			src, err := os.ReadFile(path)
			if err != nil || !hasDirective(src) {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, src, parser.ImportsOnly)
			if err != nil {
				continue // the loader reports it
			}
			for _, i := range file.Imports {
				if p, err := strconv.Unquote(i.Path.Value); err == nil {
					out = append(out, p)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// listFolders asks the go command where packages of other modules lie.
func listFolders(ctx context.Context, dir string, paths []string) map[string]string {
	out := map[string]string{}
	if len(paths) == 0 {
		return out
	}
	cmd := exec.CommandContext(ctx, "go", append([]string{"list", "-e", "-json=ImportPath,Dir"}, paths...)...)
	cmd.Dir = dir
	b, err := cmd.Output()
	if err != nil {
		return out // the loader says why, with positions
	}
	for dec := json.NewDecoder(strings.NewReader(string(b))); dec.More(); {
		var p struct{ ImportPath, Dir string }
		if dec.Decode(&p) != nil {
			break
		}
		if p.Dir != "" {
			out[p.ImportPath] = p.Dir
		}
	}
	return out
}

// ReadSpec reads a spec file; what is wrong with it comes with positions.
func ReadSpec(path string) (*modelspec.Spec, diag.List) {
	src, err := os.ReadFile(path)
	if err != nil {
		var diags diag.List
		diags.Add("NN4007", token.Position{Filename: path}, "%v", fmt.Errorf("the spec cannot be read: %w", err))
		return nil, diags
	}
	return modelspec.Read(path, src)
}
