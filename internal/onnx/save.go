package onnx

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
)

// inlineLimit is the total size in bytes up to which Save writes weights into
// the model's own file. A protobuf message may not pass 2 GB, and one of that
// size is made in memory as a whole.
var inlineLimit int64 = 256 << 20 // a variable for tests alone

// dataAlignment is where a weight may start in the file beside the model, so
// that whoever maps it can use it in place.
const dataAlignment = 4096

// Save writes m, the file's model or a changed Clone of it, with its weights: in
// the file at path where they are small, else in a second file, path + ".data",
// in the same folder. Both appear at the end or not at all. It gives the names
// of the files it wrote.
func (f *File) Save(m *Model, path string) ([]string, error) {
	x := &externalizer{f: f}
	real, err := realPath(f.Path)
	if err != nil {
		return nil, err
	}
	x.self = real
	m = m.Clone()
	if m.IR < 4 {
		makeConstants(m)
	}
	if err := x.graph(m.Graph, true); err != nil {
		return nil, err
	}
	total := int64(0)
	for _, p := range x.placed {
		total += int64(len(p.weight.Data))
	}
	if total <= inlineLimit {
		for _, p := range x.placed {
			p.tensor.External, p.tensor.Data = nil, p.weight.Data
		}
		return saveFiles(m, path, nil)
	}
	return saveFiles(m, path, x.placed)
}

// saveFiles writes the model and, where weights are placed, the file beside it.
func saveFiles(m *Model, path string, weights []placed) (written []string, err error) {
	var temps []string
	defer func() {
		for _, t := range temps {
			if err != nil {
				_ = os.Remove(t)
			}
		}
	}()
	data := path + ".data"
	if len(weights) > 0 {
		temps = append(temps, data+".part")
		if err := saveData(temps[0], filepath.Base(data), weights); err != nil {
			return nil, err
		}
		written = append(written, data)
	}
	b, err := Marshal(m)
	if err != nil {
		return nil, err
	}
	temps = append(temps, path+".part")
	if err := os.WriteFile(path+".part", b, 0o644); err != nil {
		return nil, err
	}
	written = append(written, path)
	for _, name := range written {
		if err := os.Rename(name+".part", name); err != nil {
			return nil, err
		}
	}
	return written, nil
}

// saveData writes weights one after another and tells each tensor where it is.
func saveData(path, location string, weights []placed) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	w := bufio.NewWriterSize(file, 1<<20)
	at := int64(0)
	pad := make([]byte, dataAlignment)
	for _, p := range weights {
		gap := -at & (dataAlignment - 1)
		if _, err := w.Write(pad[:gap]); err != nil {
			return err
		}
		at += gap
		p.tensor.External = &External{Location: location, Offset: at, Length: int64(len(p.weight.Data))}
		if _, err := w.Write(p.weight.Data); err != nil {
			return fmt.Errorf("weight %q: %w", p.weight.Name, err)
		}
		at += int64(len(p.weight.Data))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return file.Close()
}
