package nn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	nn "github.com/nngen-go/nngen/runtime"
)

func BenchmarkCompiledRunInto(b *testing.B) {
	s := openTwoLinear(b)
	c, err := s.Compile(paramsPlan())
	require.NoError(b, err)
	ins := []nn.InvokeInputs{{"x": nn.Zeros(nn.Float32, 2, 4)}}
	args := []nn.Tensor{nn.Scalar(float32(1)), nn.Zeros(nn.Float32, 8)}
	var before, out nn.Tensor
	b.ReportAllocs()
	for b.Loop() {
		if err := c.RunInto(ctx, ins, args, &before, &out); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRawRun(b *testing.B) {
	s := openTwoLinear(b)
	in := nn.InvokeInputs{"x": nn.Zeros(nn.Float32, 2, 4)}
	b.ReportAllocs()
	for b.Loop() {
		out, err := s.RunRaw(ctx, in)
		if err != nil {
			b.Fatal(err)
		}
		out[0].Release()
	}
}

func BenchmarkInterpretOneWrite(b *testing.B) {
	s := open(b, "gpt2", "torchscript")
	ids := nn.InvokeInputs{"input_ids": nn.From([]int{1, 2, 3}, 1, 3)}
	b.ReportAllocs()
	for b.Loop() {
		err := nn.Interpret(ctx, s, ids, func(m *gptModel) error {
			h := m.Transformer.H[0]
			h.SetOutput(h.Output().Scale(2))
			m.LMHead.Output()
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
