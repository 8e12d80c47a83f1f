// Package clean has nothing to report.
package clean

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// Read is right.
//
//nngen:trace
func Read(m *gpt2.Model) nn.Tensor { return m.LMHead.Output() }
