package probes

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/loopnet"
	nn "github.com/nngen-go/nngen/runtime"
)

// Calls caches a net whose modules are called several times.
//
//nngen:trace
func Calls(m *loopnet.Model) (c *loopnet.Cache) { return m.Cache(nn.WithInputs()) }
