package helped

import (
	"github.com/nngen-go/nngen/gen/vet/testdata/src/help"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

//nngen:trace
func Helped(m *gpt2.Model) nn.Tensor { return help.Wrong(m.Transformer.H[0].Output()) }
