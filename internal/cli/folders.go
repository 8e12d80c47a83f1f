package cli

import (
	"errors"
	"fmt"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// The end of a spec's file name.
const specSuffix = ".nnspec.yaml"

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
			return nil, usagef("%q is not a folder; patterns are folders, as in . or ./gpt2 or ./...", p)
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
		case strings.HasSuffix(name, specSuffix):
			f.specs = append(f.specs, name)
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
	if line := directiveLine(src); line > 0 && strings.HasSuffix(name, "_test.go") {
		f.testTraces = append(f.testTraces, token.Position{Filename: filepath.Join(f.dir, name), Line: line, Column: 1})
	} else if line > 0 {
		f.traces = true
	}
	return nil
}

// hasDirective reports whether a Go file marks a function for compilation.
func hasDirective(src []byte) bool { return directiveLine(src) > 0 }

// directiveLine finds the first //nngen:trace line, 0 if there is none. It is a
// quick look; ast reads the file properly.
func directiveLine(src []byte) int {
	n := 0
	for line := range strings.Lines(string(src)) {
		n++
		if strings.HasPrefix(strings.TrimLeft(line, " \t"), "//nngen:trace") {
			return n
		}
	}
	return 0
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
