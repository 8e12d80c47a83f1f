package project

import (
	"fmt"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/nngen-go/nngen/ast"
	"github.com/nngen-go/nngen/gen"
	"github.com/nngen-go/nngen/internal/attachspec"
	"github.com/nngen-go/nngen/internal/diag"
)

// AttachSuffix is the end of the name of an attachment's spec.
const AttachSuffix = attachspec.Suffix

// generateAttachments makes the Go types of the folders' attachments.
func (p *pipeline) generateAttachments() {
	for _, f := range p.folders {
		if len(f.attached) == 0 {
			continue
		}
		mod, ok := findModule(f.dir)
		if !ok {
			p.diags.Add("NN4002", token.Position{Filename: f.dir}, "this folder is in no Go module").
				Hint = "run go mod init in the folder that is to be the module's root"
			continue
		}
		a, diags := attachmentsOf(f)
		if p.diags = append(p.diags, diags...); len(diags) > 0 {
			continue
		}
		p.accessors[mod.importPath(f.dir)] = a
		for _, name := range slices.Sorted(maps.Keys(a.Attached)) {
			p.add(name, a.Attached[name])
		}
	}
}

// attachmentsOf generates the types of a folder's attachments, in memory.
func attachmentsOf(f *folder) (ast.AccessorPackage, diag.List) {
	out := ast.AccessorPackage{Dir: f.dir, Attached: map[string][]byte{}}
	var diags diag.List
	if len(f.specs) > 0 {
		d := diags.Add("NN1611", token.Position{Filename: filepath.Join(f.dir, f.attached[0])}, "this folder holds the spec of a model too")
		d.Hint = "give the attachment a folder of its own"
		d.Related = []diag.Related{{Pos: token.Position{Filename: filepath.Join(f.dir, f.specs[0])}, Message: "the model's spec"}}
		return out, diags
	}
	types := map[string]string{}
	for _, name := range f.attached {
		path := filepath.Join(f.dir, name)
		spec, more := readAttachment(path)
		if diags = append(diags, more...); len(more) > 0 {
			continue
		}
		at := token.Position{Filename: path}
		if other, ok := types[spec.Type]; ok {
			diags.Add("NN1611", at, "%s and %s both declare the type %s", other, name, spec.Type).Hint = "change type: in one of them"
			continue
		}
		types[spec.Type] = name
		src, err := gen.Attachment(spec, packageName(f), name)
		if err != nil {
			diags.Add("NN4008", at, "%v", err)
			continue
		}
		out.Attached[filepath.Join(f.dir, gen.AttachmentName(name))] = src
	}
	return out, diags
}

// readAttachment reads the spec of an attachment.
func readAttachment(path string) (*attachspec.Spec, diag.List) {
	src, err := os.ReadFile(path)
	if err != nil {
		var diags diag.List
		diags.Add("NN4007", token.Position{Filename: path}, "%v", fmt.Errorf("the spec cannot be read: %w", err))
		return nil, diags
	}
	return attachspec.Read(path, src)
}

// neededFiles are what is generated of an accessor package.
func neededFiles(a ast.AccessorPackage) []File {
	if a.Source != nil {
		return []File{{filepath.Join(a.Dir, accessorName), a.Source}}
	}
	var out []File
	for _, name := range slices.Sorted(maps.Keys(a.Attached)) {
		out = append(out, File{name, a.Attached[name]})
	}
	return out
}
