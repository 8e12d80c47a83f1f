package main

import (
	"fmt"
	"path/filepath"

	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/examples/gallery/models/bert"
	"github.com/nngen-go/nngen/examples/gallery/models/llama"
	"github.com/nngen-go/nngen/internal/golden"
	nn "github.com/nngen-go/nngen/runtime"
)

// models opens each model at most once.
type models struct {
	opts   []nn.Option
	opened map[string]session
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
