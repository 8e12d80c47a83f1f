package onnx

import (
	"fmt"
	"path/filepath"
	"strings"
	"unsafe"
)

// LargeWeight is the size in bytes from which Externalize moves a constant out
// of the graph. Below it a constant is mostly a shape or an axis, which
// onnxruntime needs while it loads a model.
const LargeWeight = 1024

// Weight is a constant that Externalize moved out of the main graph.
type Weight struct {
	Name   string
	DType  int32
	Dims   []int64
	Data   []byte // alias of the mapped file, aligned to nothing, or a Lent tensor's
	Path   string // the file, with no links left in it
	Offset int64
}

// Externalize is File.Externalize of the file's own model.
func Externalize(f *File) (model *Model, folder string, weights []Weight, err error) {
	return f.Externalize(f.Model)
}

// Externalize gives a copy of m, the file's model or a changed Clone of it, in
// which every large constant is external data: of inline models at its place in
// the model's own file, so that a graph of some kilobytes stands for one of many
// gigabytes and nothing is copied. Large Constant nodes become initializers.
// Folder is what onnxruntime must be given
// as session.model_external_initializers_file_folder_path; all links are
// resolved, since it refuses those that leave the folder. Weights are those of
// the main graph, in its order.
func (f *File) Externalize(m *Model) (model *Model, folder string, weights []Weight, err error) {
	real, err := realPath(f.Path)
	if err != nil {
		return nil, "", nil, err
	}
	x := &externalizer{f: f, self: real}
	model = m.Clone()
	if model.IR < 4 {
		makeConstants(model)
	}
	if err := x.graph(model.Graph, true); err != nil {
		return nil, "", nil, err
	}
	if folder, err = x.commonFolder(); err != nil {
		return nil, "", nil, err
	}
	for _, p := range x.placed {
		loc, err := filepath.Rel(folder, p.weight.Path)
		if err != nil {
			return nil, "", nil, err
		}
		p.tensor.External.Location = filepath.ToSlash(loc)
		if p.main {
			weights = append(weights, p.weight)
		}
	}
	return model, folder, weights, nil
}

// realPath is path, absolute and without links.
func realPath(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", fmt.Errorf("finding the model's file: %w", err)
	}
	return filepath.Abs(real)
}

// externalizer collects the constants that move out.
type externalizer struct {
	f      *File
	self   string // the model's own file
	placed []placed
}

type placed struct {
	tensor *Tensor
	weight Weight
	main   bool // in the main graph, not in a body
}

func (x *externalizer) graph(g *Graph, main bool) error {
	for i, t := range g.Initializers {
		moved, err := x.move(t, t.Name, main)
		if err != nil {
			return err
		}
		g.Initializers[i] = moved
	}
	outputs := map[string]bool{}
	for _, v := range g.Outputs {
		outputs[v.Name] = true
	}
	nodes := g.Nodes[:0]
	for _, n := range g.Nodes {
		moved, err := x.constant(n, outputs, main)
		if err != nil {
			return fmt.Errorf("node %q: %w", n.Name, err)
		}
		if moved != nil {
			g.Initializers = append(g.Initializers, moved)
			continue
		}
		n.bodies(func(b *Graph) {
			if err == nil {
				err = x.graph(b, false)
			}
		})
		if err != nil {
			return err
		}
		nodes = append(nodes, n)
	}
	g.Nodes = nodes
	return nil
}

// constant makes an initializer of a Constant node that is large; nil leaves the
// node. One that is a graph output stays: a body may not give out what it does not make.
func (x *externalizer) constant(n *Node, outputs map[string]bool, main bool) (*Tensor, error) {
	if n.Op != "Constant" || len(n.Attrs) != 1 || n.Attrs[0].T == nil || len(n.Outputs) != 1 {
		return nil, nil
	}
	t, ok := n.Constant()
	if !ok || outputs[n.Outputs[0]] {
		return nil, nil
	}
	moved, err := x.move(t, n.Outputs[0], main)
	if err != nil || moved == t {
		return nil, err
	}
	return moved, nil
}

// move gives t as it is to stand in the graph: itself, or a copy whose data is
// in another place.
func (x *externalizer) move(t *Tensor, name string, main bool) (*Tensor, error) {
	data, err := x.f.TensorBytes(t)
	if err != nil {
		return nil, err
	}
	w := Weight{Name: name, DType: t.DType, Dims: t.Dims, Data: data, Path: x.self, Offset: t.Offset}
	if t.External != nil {
		ext, err := x.f.external(t.External.Location)
		if err != nil {
			return nil, err
		}
		w.Path, w.Offset = ext.path, t.External.Offset
	} else if t.Lent && len(data) >= LargeWeight {
		// onnxruntime wants a file that is there, but does not look into it: the
		// data are given to the session besides. Offset 0 of the model is as good.
		w.Offset = 0
	} else if len(data) < LargeWeight || !x.inFile(t) {
		return t, nil
	}
	c := *t
	c.Name, c.Data, c.Offset = name, nil, -1
	c.External = &External{Offset: w.Offset, Length: int64(len(data))}
	x.placed = append(x.placed, placed{&c, w, main})
	return &c, nil
}

// inFile reports whether t's data is a piece of the mapped model. The offset
// alone does not say: the tensor may be made by hand, or come from another file.
func (x *externalizer) inFile(t *Tensor) bool {
	all := x.f.data.bytes
	end := t.Offset + int64(len(t.Data))
	return t.Offset >= 0 && end <= int64(len(all)) && unsafe.SliceData(t.Data) == unsafe.SliceData(all[t.Offset:])
}

// commonFolder is the folder that holds all files that weights are in.
func (x *externalizer) commonFolder() (string, error) {
	folder := ""
	for _, p := range x.placed {
		dir := filepath.Dir(p.weight.Path)
		if folder == "" {
			folder = dir
		}
		for !inside(dir, folder) {
			up := filepath.Dir(folder)
			if up == folder {
				return "", fmt.Errorf("the weights are in files with no folder in common, such as %s: put them beside the model", p.weight.Path)
			}
			folder = up
		}
	}
	if folder == "" {
		folder = filepath.Dir(x.self)
	}
	return folder, nil
}

func inside(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, strings.TrimSuffix(folder, string(filepath.Separator))+string(filepath.Separator))
}

// makeConstants brings a model of IR 3 or older, in which weights must be graph
// inputs too, to IR 4, in which such inputs could be overridden and so would
// keep onnxruntime from treating the weights as constants.
func makeConstants(m *Model) {
	m.IR = 4
	weights := make(map[string]bool, len(m.Graph.Initializers))
	for _, t := range m.Graph.Initializers {
		weights[t.Name] = true
	}
	m.Graph.Inputs = filterValues(m.Graph.Inputs, func(name string) bool { return !weights[name] })
}
