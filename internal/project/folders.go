package project

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/nngen-go/nngen/internal/attachspec"
)

// SpecSuffix ends the name of every spec.
const SpecSuffix = ".nnspec.yaml"

// PatternError is a pattern that names no folder.
type PatternError struct{ Pattern string }

func (e *PatternError) Error() string {
	return fmt.Sprintf("%q is not a folder; patterns are folders, as in . or ./gpt2 or ./...", e.Pattern)
}

// expand gives the folders that the patterns name, sorted, each once: a folder,
// or a folder followed by /... for the tree under it.
func expand(dir string, patterns []string) ([]string, error) {
	var out []string
	for _, p := range patterns {
		root, tree := strings.CutSuffix(filepath.ToSlash(p), "/...")
		if p == "..." {
			root, tree = ".", true
		}
		root = filepath.FromSlash(root)
		if !filepath.IsAbs(root) {
			root = filepath.Join(dir, root)
		}
		info, err := os.Stat(root)
		if err != nil || !info.IsDir() {
			return nil, &PatternError{p}
		}
		if !tree {
			out = append(out, filepath.Clean(root))
			continue
		}
		if out, err = walkTree(root, out); err != nil {
			return nil, err
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// walkTree adds the folders under root that the go command would see too:
// without hidden ones, vendor, testdata and nested modules.
func walkTree(root string, out []string) ([]string, error) {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("cannot read %s: %w", path, err)
		}
		if !d.IsDir() {
			return nil
		}
		if path != root && (skipped(d.Name()) || exists(filepath.Join(path, "go.mod"))) {
			return filepath.SkipDir
		}
		out = append(out, path)
		return nil
	})
	return out, err
}

func skipped(name string) bool {
	return name == "vendor" || name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// folder is what generating needs to know of one folder.
type folder struct {
	dir       string
	specs     []string // base names
	attached  []string // base names of the specs of attachments
	goFiles   []string // base names, generated files left out
	generated []string // base names of files with our header
	traces    bool     // some Go file has a //nngen:trace line

	testTraces []token.Position // such lines in test files, which are not compiled
}

// readFolder looks at the files of a folder.
func readFolder(dir string) (*folder, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", dir, err)
	}
	f := &folder{dir: dir}
	for _, e := range entries {
		name := e.Name()
		switch {
		case e.IsDir():
		case strings.HasSuffix(name, SpecSuffix):
			f.specs = append(f.specs, name)
		case strings.HasSuffix(name, attachspec.Suffix):
			f.attached = append(f.attached, name)
		case strings.HasSuffix(name, ".go"):
			if err := f.addGo(name); err != nil {
				return nil, err
			}
		}
	}
	return f, nil
}

func (f *folder) addGo(name string) error {
	src, err := os.ReadFile(filepath.Join(f.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a dangling link
	}
	if err != nil {
		return fmt.Errorf("cannot read %s: %w", filepath.Join(f.dir, name), err)
	}
	if strings.HasSuffix(name, "_nngen.go") {
		if _, ok := generatedSource(src); ok {
			f.generated = append(f.generated, name)
			return nil
		}
	}
	f.goFiles = append(f.goFiles, name)
	switch {
	case !hasDirective(src):
	case strings.HasSuffix(name, "_test.go"):
		f.testTraces = append(f.testTraces, directives(filepath.Join(f.dir, name), src)...)
	default:
		f.traces = true
	}
	return nil
}

// directives finds the //nngen:trace comments of a file, as against text that
// merely looks like one.
func directives(path string, src []byte) []token.Position {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil // not for nngen to report
	}
	var out []token.Position
	for _, group := range file.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, traceDirective) || strings.HasPrefix(c.Text, editDirective) {
				out = append(out, fset.Position(c.Pos()))
			}
		}
	}
	return out
}

// The directives that mark a function for compilation.
const (
	traceDirective = "//nngen:trace"
	editDirective  = "//nngen:edit"
)

// hasDirective reports whether a line of a Go file looks like a directive. It is
// a quick look; ast reads the file properly.
func hasDirective(src []byte) bool {
	for line := range strings.Lines(string(src)) {
		if text := strings.TrimLeft(line, " \t"); strings.HasPrefix(text, traceDirective) || strings.HasPrefix(text, editDirective) {
			return true
		}
	}
	return false
}

// module is a Go module on disk.
type module struct {
	root, path string
}

// importPath gives the import path of a folder in the module.
func (m module) importPath(dir string) string {
	rel, err := filepath.Rel(m.root, dir)
	if err != nil || rel == "." {
		return m.path
	}
	return m.path + "/" + filepath.ToSlash(rel)
}

// folderOf gives the folder of an import path of the module.
func (m module) folderOf(path string) (string, bool) {
	if path == m.path {
		return m.root, true
	}
	rel, ok := strings.CutPrefix(path, m.path+"/")
	return filepath.Join(m.root, filepath.FromSlash(rel)), ok
}

// findModule finds the module that a folder belongs to.
func findModule(dir string) (module, bool) {
	for at := dir; ; at = filepath.Dir(at) {
		if b, err := os.ReadFile(filepath.Join(at, "go.mod")); err == nil {
			path := modfile.ModulePath(b)
			return module{at, path}, path != ""
		}
		if at == filepath.Dir(at) {
			return module{}, false
		}
	}
}
