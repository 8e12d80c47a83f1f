// Package store writes what caches hold to files, run by run, so that a data
// set's activations need no more memory than one run's: .npz for numpy,
// .safetensors, and .parquet where package runtime/store/parquet is imported.
//
//	w, err := store.Create("activations.safetensors")
//	for _, in := range data {
//		err = collect.RunInto(ctx, &res, in) // the same storage for every run
//		err = w.Add(res.C)
//	}
//	err = w.Close()
//
// An array is named after its module, what it was there, and how many entries of
// that module came before it: "transformer.h.0.output.i3". Beside the main
// output and input, others are "outputs.1.i3" and "inputs.2.i3".
package store

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	nn "github.com/nngen-go/nngen/runtime"
)

// Source is a cache, or a view of one.
type Source interface {
	All() iter.Seq2[string, nn.Entry]
}

// Array is one tensor of a cache, on its way to a file.
type Array struct {
	Module string // "transformer.h.0", "" for the model itself
	Kind   string // "output", "input", "outputs.1", …
	Entry  int    // entries of the module before this one, over all that was added
	Tensor nn.Tensor
}

// Name is what files call the array.
func (a Array) Name() string {
	module := a.Module
	if module == "" {
		module = "model"
	}
	return fmt.Sprintf("%s.%s.i%d", module, a.Kind, a.Entry)
}

// Sink is a file of one format under construction. Nothing is at its path
// before Close; Abort leaves nothing behind.
type Sink interface {
	Write(a Array) error
	// Flush is called after each cache.
	Flush() error
	Close() error
	Abort()
}

var formats = struct {
	sync.Mutex
	open map[string]func(path string) (Sink, error)
}{open: map[string]func(path string) (Sink, error){".npz": newNPZ, ".safetensors": newSafetensors}}

// Register makes a format known by the ending of its files.
func Register(ending string, open func(path string) (Sink, error)) {
	formats.Lock()
	defer formats.Unlock()
	formats.open[ending] = open
}

// Writer writes caches to one file. It is used by one goroutine at a time.
type Writer struct {
	sink  Sink
	count map[string]int
	err   error
}

// Create begins a file. Its name's ending says the format.
func Create(path string) (*Writer, error) {
	formats.Lock()
	open := formats.open[filepath.Ext(path)]
	var known []string
	for e := range formats.open {
		known = append(known, e)
	}
	formats.Unlock()
	slices.Sort(known)
	switch {
	case open != nil:
	case filepath.Ext(path) == ".parquet":
		return nil, fmt.Errorf("%s: Parquet files are written where package github.com/nngen-go/nngen/runtime/store/parquet is imported", path)
	default:
		return nil, fmt.Errorf("%s: no format has this ending, only %s", path, strings.Join(known, ", "))
	}
	sink, err := open(path)
	if err != nil {
		return nil, err
	}
	return &Writer{sink: sink, count: map[string]int{}}, nil
}

// Add writes everything that a cache holds. The cache may be used again, and its
// storage run into, when Add is back. After an error the file is given up.
func (w *Writer) Add(c Source) error {
	if w.err != nil {
		return w.err
	}
	for module, e := range c.All() {
		for _, a := range arrays(module, w.count[module], e) {
			if w.err = w.sink.Write(a); w.err != nil {
				w.sink.Abort()
				return w.err
			}
		}
		w.count[module]++
	}
	if w.err = w.sink.Flush(); w.err != nil {
		w.sink.Abort()
	}
	return w.err
}

// Close finishes the file; it is at its path then.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	w.err = fmt.Errorf("the file is closed")
	return w.sink.Close()
}

// arrays lists an entry's tensors: the main ones under their plain names.
func arrays(module string, n int, e nn.Entry) []Array {
	var out []Array
	side := func(kind string, main nn.Tensor, all []nn.Tensor) {
		named := false
		for i, t := range all {
			name := fmt.Sprintf("%ss.%d", kind, i)
			if !named && t == main {
				name, named = kind, true
			}
			out = append(out, Array{module, name, n, t})
		}
	}
	side("input", e.Input(), e.Inputs)
	side("output", e.Output, e.Outputs)
	return out
}

// temporary opens the file that becomes path.
func temporary(path string) (*os.File, error) {
	return os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
}

// publish puts a finished file in its place.
func publish(f *os.File, path string) error {
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// discard takes an unfinished file away.
func discard(f *os.File) {
	_ = f.Close()
	_ = os.Remove(f.Name())
}
