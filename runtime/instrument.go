package nn

import "github.com/nngen-go/nngen/internal/tensor"

type specInfo struct{ types map[string]tensor.Type }

func (s *Session) readSpec() (*specInfo, error) { return &specInfo{}, nil }

type instrumented struct{}

func (s *Session) instrument() (*instrumented, error) { return nil, nil }
