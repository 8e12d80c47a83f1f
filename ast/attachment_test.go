package ast_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const attached = `package probes

import (
	"example.com/app/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

type Probe struct {
	nn.Attachment
	Weight nn.Tensor ` + "`nn:\"weight float32 [48, 2] transposed\"`" + `
	Each   [2]nn.Tensor ` + "`nn:\"%d.bias float32 [2]\"`" + `
	note   string
}

type Bare struct {
	nn.Attachment
	W nn.Tensor
}

type Loose struct {
	nn.Attachment
	W nn.Tensor ` + "`nn:\"W float32 [n]\"`" + `
}

type Pair struct {
	V nn.Tensor ` + "`nn:\"v float32 [48]\"`" + `
}

//nngen:trace
`

func TestAttachments(t *testing.T) {
	for name, c := range map[string]struct{ body, code, message string }{
		"used":         {"func T(m *gpt2.Model, p *Probe) (y nn.Tensor) {\n\treturn m.Transformer.H[0].Output().MatMul(p.Weight).Add(p.Each[1])\n}", "", ""},
		"by value":     {"func T(m *gpt2.Model, p Probe) (y nn.Tensor) { return m.LMHead.Output() }", "NN1601", "passed by value"},
		"untyped":      {"func T(m *gpt2.Model, p *Bare) (y nn.Tensor) { return m.LMHead.Output() }", "NN1602", "field W of the attachment p"},
		"symbolic":     {"func T(m *gpt2.Model, p *Loose) (y nn.Tensor) { return m.LMHead.Output() }", "NN1602", "sizes must be numbers"},
		"assigned":     {"func T(m *gpt2.Model, p *Probe) (y nn.Tensor) {\n\tp.Weight = p.Weight.Scale(2)\n\treturn p.Weight\n}", "NN1603", "Weight belongs to an attachment"},
		"element":      {"func T(m *gpt2.Model, p *Probe) (y nn.Tensor) {\n\tp.Each[0] = p.Each[1]\n\treturn p.Each[0]\n}", "NN1603", "belongs to an attachment"},
		"replaced":     {"func T(m *gpt2.Model, p *Probe) (y nn.Tensor) {\n\t*p = Probe{}\n\treturn m.LMHead.Output()\n}", "NN1603", "p belongs to an attachment"},
		"nil":          {"func T(m *gpt2.Model, p *Probe) (y nn.Tensor) {\n\tif p == nil {\n\t\treturn m.Transformer.H[0].Output()\n\t}\n\treturn m.LMHead.Output()\n}", "NN1603", "p is compared with nil"},
		"host code":    {"func T(m *gpt2.Model, p *Probe) (y nn.Tensor, s string) {\n\treturn m.LMHead.Output(), p.Path()\n}", "NN1603", "cannot be used in host code"},
		"wrong shapes": {"func T(m *gpt2.Model, p *Probe) (y nn.Tensor) {\n\treturn m.Transformer.H[0].Output().MatMul(p.Weight.T())\n}", "NN1401", "MatMul"},
		"tagged":       {"func T(m *gpt2.Model, p Pair) (y nn.Tensor) {\n\treturn m.Transformer.H[0].Output().Add(p.V.At(nn.Range(0, 47)))\n}", "NN1401", "Add"},
	} {
		t.Run(name, func(t *testing.T) {
			traces, diags := compile(map[string][]byte{"probes.go": []byte(attached + c.body + "\n")})
			if c.code == "" {
				require.Empty(t, diags)
				require.Len(t, traces[0].Plan.Weights, 2, "only what is used")
				require.Equal(t, "p.Each.1", traces[0].Plan.Weights[1].Name)
				require.Len(t, traces[0].Attached, 1)
				require.Empty(t, traces[0].Params)
				return
			}
			require.NotEmpty(t, diags)
			require.Equal(t, c.code, diags[0].Code, "%v", diags)
			require.Contains(t, diags[0].Message, c.message)
		})
	}
}
