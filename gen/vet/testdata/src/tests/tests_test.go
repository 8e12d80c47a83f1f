package tests

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

//nngen:trace // want "traces in test files are not compiled.*NN1105"
func InTest(m *gpt2.Model) nn.Tensor { return m.LMHead.Output() }
