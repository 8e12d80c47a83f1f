package onnx

import (
	"errors"
	"fmt"
	"os"
	"sync"
)

// File is an open model. Its tensors alias the mapped file: they, and every
// slice taken from them, are good until Close. The file must not be shortened
// while it is open.
type File struct {
	Model *Model
	Path  string // as it was given

	data      mapping
	mu        sync.Mutex
	externals map[string]*external // by location
}

// external is an external data file, mapped when first asked for.
type external struct {
	path string // resolved: no links left in it
	data mapping
}

// mapping is the content of a file, mapped where the system can.
type mapping struct {
	bytes []byte
	free  func() error
}

// Open maps a model's file and decodes it; weights are not read. Small constants
// in external files, which are shapes and axes, come inline where their file is
// there; one that is missing is reported when it is asked for.
func Open(path string) (*File, error) {
	data, err := openMapping(path)
	if err != nil {
		return nil, fmt.Errorf("opening model: %w", err)
	}
	m, err := Parse(data.bytes)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), data.free())
	}
	f := &File{Model: m, Path: path, data: data, externals: map[string]*external{}}
	f.inlineSmall()
	return f, nil
}

func (f *File) inlineSmall() {
	f.Model.Graph.eachTensor(func(t *Tensor) {
		if t.External == nil || t.ByteSize() >= LargeWeight {
			return
		}
		if b, err := f.TensorBytes(t); err == nil && len(b) < LargeWeight {
			t.Data, t.External = b, nil
		}
	})
}

// Close releases the model and its external files.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.data.release()
	for _, x := range f.externals {
		err = errors.Join(err, x.data.release())
	}
	f.Model, f.externals = nil, nil
	return err
}

func (m *mapping) release() error {
	free := m.free
	m.bytes, m.free = nil, nil
	if free == nil {
		return nil
	}
	return free()
}

// openMapping maps path, which must be a regular file or a link to one.
func openMapping(path string) (mapping, error) {
	file, err := os.Open(path)
	if err != nil {
		return mapping{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return mapping{}, err
	}
	if !info.Mode().IsRegular() {
		return mapping{}, fmt.Errorf("%s is not a regular file", path)
	}
	if info.Size() == 0 {
		return mapping{free: func() error { return nil }}, nil
	}
	if int64(int(info.Size())) != info.Size() {
		return mapping{}, fmt.Errorf("%s has %d bytes: too large for this system", path, info.Size())
	}
	return mapFile(file, int(info.Size()))
}

// TensorBytes gives the data of a tensor of this model, mapping the external
// file that holds it when that is the first use. The bytes alias the mapping.
func (f *File) TensorBytes(t *Tensor) ([]byte, error) {
	if t.External == nil {
		return t.Data, nil
	}
	x, err := f.external(t.External.Location)
	if err != nil {
		return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
	}
	b, err := t.External.slice(x.data.bytes, t)
	if err != nil {
		return nil, fmt.Errorf("tensor %q in %s: %w", t.Name, x.path, err)
	}
	return b, nil
}

// slice cuts a tensor's bytes out of its external file.
func (x *External) slice(data []byte, t *Tensor) ([]byte, error) {
	size := int64(len(data))
	if x.Offset < 0 || x.Offset > size {
		return nil, fmt.Errorf("offset %d is outside of the file's %d bytes", x.Offset, size)
	}
	length := x.Length
	if length < 0 {
		length = size - x.Offset
	}
	want, known, err := t.size()
	if err != nil {
		return nil, err
	}
	if known && x.Length < 0 {
		length = want // without a length the dimensions say how much is meant
	}
	if known && length != want {
		return nil, fmt.Errorf("dimensions %v need %d bytes, the model says %d", t.Dims, want, length)
	}
	if length > size-x.Offset {
		return nil, fmt.Errorf("%d bytes at offset %d are more than the file's %d: is the download complete?", length, x.Offset, size)
	}
	return data[x.Offset : x.Offset+length : x.Offset+length], nil
}

func (f *File) external(location string) (*external, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.externals == nil {
		return nil, errors.New("the model is closed")
	}
	if x, ok := f.externals[location]; ok {
		return x, nil
	}
	path, err := ResolveExternal(f.Path, location)
	if err != nil {
		return nil, err
	}
	data, err := openMapping(path)
	if err != nil {
		return nil, err
	}
	x := &external{path: path, data: data}
	f.externals[location] = x
	return x, nil
}
