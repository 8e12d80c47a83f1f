package main

import (
	"fmt"
	"path/filepath"

	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/examples/gallery/attachments"
	"github.com/nngen-go/nngen/examples/gallery/models/bert"
	"github.com/nngen-go/nngen/examples/gallery/models/cnn"
	"github.com/nngen-go/nngen/examples/gallery/models/llama"
	"github.com/nngen-go/nngen/internal/golden"
	nn "github.com/nngen-go/nngen/runtime"
)

// models opens each model at most once.
type models struct {
	opts   []nn.Option
	opened map[string]session
}

// call is one entry with its model and what is attached.
func (m *models) call(file *golden.File, e Entry) (golden.Call, error) {
	sess, err := m.open(e.Model)
	if err != nil {
		return golden.Call{}, err
	}
	if e.With != "" {
		a, err := attachment(e.With)
		if err != nil {
			return golden.Call{}, err
		}
		e.Attached = []any{a}
	}
	return golden.Call{File: file, Sess: sess, Case: e.Case}, nil
}

// attachment loads one of the files beside package attachments.
func attachment(name string) (any, error) {
	root, err := golden.Root()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(root, "examples/gallery/attachments")
	switch name {
	case "sae":
		return attachments.LoadSAE(filepath.Join(dir, "sae.safetensors"))
	case "lens":
		return attachments.LoadLens(filepath.Join(dir, "lens.safetensors"))
	case "vowels":
		return attachments.LoadVowels(filepath.Join(dir, "vowels.safetensors"))
	case "refusal":
		return attachments.LoadRefusal(filepath.Join(dir, "refusal.npy"))
	}
	return nil, fmt.Errorf("there is no attachment %q", name)
}

// session is what every accessor package's *Session is.
type session interface{ Close() error }

// open gives the *Session of a model's accessor package.
func (m *models) open(name string) (session, error) {
	if s, ok := m.opened[name]; ok {
		return s, nil
	}
	root, err := golden.Root()
	if err != nil {
		return nil, err
	}
	var s session
	switch name {
	case "opticks":
		s, err = opticks.Open(filepath.Join(root, "examples/demo/opticks/opticks.onnx"), m.opts...)
	case "llama":
		s, err = llama.Open(filepath.Join(root, "testdata/models/llama/torchscript.onnx"), m.opts...)
	case "bert":
		s, err = bert.Open(filepath.Join(root, "testdata/models/bert/torchscript.onnx"), m.opts...)
	case "cnn":
		s, err = cnn.Open(filepath.Join(root, "testdata/models/cnn/torchscript.onnx"), m.opts...)
	default:
		err = fmt.Errorf("there is no model %q", name)
	}
	if err != nil {
		return nil, err
	}
	if m.opened == nil {
		m.opened = map[string]session{}
	}
	m.opened[name] = s
	return s, nil
}

func (m *models) close() {
	for _, s := range m.opened {
		s.Close()
	}
}
