package modelspec

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
)

func TestNamePath(t *testing.T) {
	tests := []struct{ name, want string }{
		{"/transformer/h.0/attn/c_attn/MatMul", "transformer.h.0.attn.c_attn"},
		{"/features/features.0/Conv", "features.0"},
		{"/model.22/cv2.0/cv2.0.1/conv/Conv", "model.22.cv2.0.1.conv"},
		{"/layer1/layer1.0/downsample/downsample.1/Conv", "layer1.0.downsample.1"},
		{"model/dense/MatMul", "model.dense"},
		{"/Add", ""},
		{"/a/../b/Add", "a._._.b"},
		{"//a//Add", "a"},
		{"/a b/\"x\"\n/Add", "a b.\"x\"\n"},
	}
	for _, tt := range tests {
		got, ok := namePath(tt.name)
		require.True(t, ok)
		if tt.name == "/a/../b/Add" {
			require.NotContains(t, got, "..")
			continue
		}
		require.Equal(t, tt.want, got, tt.name)
	}
	_, ok := namePath("Conv_0")
	require.False(t, ok)
}

// TestHoist: a mask that the first layer computes and both use belongs above both;
// the residual stream that leaves the first does not.
func TestHoist(t *testing.T) {
	s := specOf(t, `
in input_ids int64 batch seq
in attention_mask int64 batch seq
out logits float32 batch seq 4
init wte.weight float32 9 4
init layers.0.fc.weight float32 4 4
init layers.1.fc.weight float32 4 4
ints one 1
/wte/Gather = Gather wte.weight input_ids -> h0
/layers.0/Cast = Cast attention_mask to=1 -> m0
/layers.0/Unsqueeze = Unsqueeze m0 one axes=2 -> m
/layers.0/fc/MatMul = MatMul h0 layers.0.fc.weight -> f0
/layers.0/Mul = Mul f0 m -> g0
/layers.0/Add = Add h0 g0 -> h1
/layers.1/fc/MatMul = MatMul h1 layers.1.fc.weight -> f1
/layers.1/Mul = Mul f1 m -> g1
/layers.1/Add = Add h1 g1 -> logits
`)
	in, out := at(t, s, "layers.0")
	require.Equal(t, []string{"input h0", "mask m"}, in)
	require.Equal(t, []string{"output h1"}, out)
	in, out = at(t, s, "layers.1")
	require.Equal(t, []string{"input h1", "mask m"}, in)
	require.Equal(t, []string{"output logits"}, out)
	layers, _ := s.Find("layers", nil)
	require.Equal(t, reasonList, layers.Absent)
	require.Equal(t, "ModuleList", layers.Class)
}

// TestIdentityCarriesResidual: a cast that changes nothing inside a norm, through
// which the residual stream goes on, is the block's and not the norm's.
func TestIdentityCarriesResidual(t *testing.T) {
	s := specOf(t, `
in x float32 batch 4
out y float32 batch 4
init norm.weight float32 4
init fc.weight float32 4 4
/block/norm/Cast = Cast x to=1 -> c
/block/norm/Mul = Mul c norm.weight -> n
/block/fc/MatMul = MatMul n fc.weight -> f
/block/Add = Add c f -> y
`)
	in, out := at(t, s, "block.norm")
	require.Equal(t, []string{"input c"}, in)
	require.Equal(t, []string{"output n"}, out)
	in, _ = at(t, s, "block")
	require.Equal(t, []string{"input x"}, in)
}

// TestRepeats tells second calls ("relu_1") from modules with numbers ("ln_1").
func TestRepeats(t *testing.T) {
	s := specOf(t, `
in x float32 batch 4
out y float32 batch 4
init fc_1.weight float32 4 4
init fc_2.weight float32 4 4
/fc_1/MatMul = MatMul x fc_1.weight -> a
/relu/Relu = Relu a -> b
/fc_2/MatMul = MatMul b fc_2.weight -> c
/relu_1/Relu = Relu c -> y
`)
	require.Equal(t, []string{"", "fc_1", "relu", "fc_2"}, paths(s))
	relu, _ := s.Find("relu", nil)
	require.Equal(t, 2, relu.Visits)
	require.Equal(t, "ReLU", relu.Class)
	_, out := at(t, s, "relu")
	require.Equal(t, []string{"output b", "output y"}, out)
	require.Equal(t, 1, relu.Outputs[1].Visit)
}

// TestFusedResidual: a node that adds and normalises in one leaves no input to the norm.
func TestFusedResidual(t *testing.T) {
	s := specOf(t, `
in x float32 batch seq 4
out y float32 batch seq 4
init model.layers.0.attn.o_proj.MatMul.weight float32 4 4
init model.layers.0.norm.weight float32 4
init model.layers.0.mlp.MatMul.weight float32 4 4
init model.layers.1.norm.weight float32 4
init model.layers.1.mlp.MatMul.weight float32 4 4
/model/layers.0/attn/o_proj/MatMul = MatMul x model.layers.0.attn.o_proj.MatMul.weight -> a
/model/layers.0/norm/SkipLayerNorm = com.microsoft:SkipSimplifiedLayerNormalization x a model.layers.0.norm.weight -> n _ _ r
/model/layers.0/mlp/MatMul = MatMul n model.layers.0.mlp.MatMul.weight -> m
/model/layers.1/norm/SkipLayerNorm = com.microsoft:SkipSimplifiedLayerNormalization r m model.layers.1.norm.weight -> n1 _ _ r1
/model/layers.1/mlp/MatMul = MatMul n1 model.layers.1.mlp.MatMul.weight -> y
`)
	norm, _ := s.Find("model.layers.0.norm", nil)
	require.Contains(t, norm.Inputs[0].Absent, "adds the residual stream")
	require.Equal(t, "model.layers.0.norm.weight", norm.Weights["weight"])
	_, out := at(t, s, "model.layers.0.norm")
	require.Equal(t, []string{"output n", "other r"}, out)
	require.Empty(t, norm.Outputs[0].Absent, "what is normalised is a tensor")
	layer, _ := s.Find("model.layers.0", nil)
	require.Contains(t, layer.Outputs[0].Absent, "made inside the fused")
	require.Len(t, s.Notes, 1)
	require.Contains(t, s.Notes[0], "2 SkipSimplifiedLayerNormalization nodes")
	proj, _ := s.Find("model.layers.0.attn.o_proj", nil)
	require.Equal(t, map[string]string{"weight": "model.layers.0.attn.o_proj.MatMul.weight"}, proj.Weights)
}

// TestQuantised: what is quantised is said.
func TestQuantised(t *testing.T) {
	s := specOf(t, `
in x float32 batch 32
out y float32 batch 8
init fc.weight uint8 8 1 16
init fc.scales float32 8
/fc/MatMul = com.microsoft:MatMulNBits x fc.weight fc.scales N=8 K=32 -> y
`)
	require.Contains(t, s.Notes[0], "quantised: 1 MatMulNBits nodes")
	in, out := at(t, s, "fc")
	require.Equal(t, []string{"input x"}, in)
	require.Equal(t, []string{"output y"}, out)
}

func TestWeightNames(t *testing.T) {
	text := `
in x float32 batch 4
out y float32 batch 2
init linear_77.w_0 float32 4 4
init linear_77.b_0 float32 4
init layer_norm_1.w_0 float32 4
init layer_norm_1.b_0 float32 4
init linear_78.w_0 float32 4 2
ints last -1
p2o.MatMul.1 = MatMul x linear_77.w_0 -> a
p2o.Add.1 = Add a linear_77.b_0 -> b
p2o.Relu.1 = Relu b -> c
p2o.RM.1 = ReduceMean c axes=-1 -> m
p2o.Sub.1 = Sub c m -> d
p2o.Pow.1 = Mul d d -> e
p2o.RM.2 = ReduceMean e axes=-1 -> v
p2o.Sqrt.1 = Sqrt v -> s
p2o.Div.1 = Div d s -> n
p2o.Mul.1 = Mul n layer_norm_1.w_0 -> g
p2o.Add.2 = Add g layer_norm_1.b_0 -> h
p2o.MatMul.2 = MatMul h linear_78.w_0 -> y
`
	s := specOf(t, text)
	require.Equal(t, FromWeights, s.Source)
	require.Equal(t, []string{"", "linear_77", "layer_norm_1", "linear_78"}, paths(s))
	in, out := at(t, s, "linear_77")
	require.Equal(t, []string{"input x"}, in)
	require.Equal(t, []string{"output b"}, out)
	m, _ := s.Find("linear_77", nil)
	require.Equal(t, "Linear", m.Class)

	s, errs := Infer(model(t, 17, text), Options{Name: "m", File: "m.nnspec.yaml", Map: map[string]string{"act.0": "c", "no": "nothing"}})
	require.Nil(t, s)
	require.Len(t, errs, 1)
	require.Contains(t, errs[0].Error(), `map gives "no" the tensor "nothing", which no node of the model makes [NN1012]`)
	s, errs = Infer(model(t, 17, text), Options{Name: "m", Map: map[string]string{"act.0": "c"}})
	require.Empty(t, errs)
	_, out = at(t, s, "act.0")
	require.Equal(t, []string{"output c"}, out)
	_, errs = Read("m", Write(s))
	require.Empty(t, errs)
}

// TestDottedWeightNames: the end of a module is not told by its weights' names.
func TestDottedWeightNames(t *testing.T) {
	s := specOf(t, `
in x float32 batch 4
out y float32 batch 4
init layer1.0.conv1.weight float32 4 4
Gemm_0 = Gemm x layer1.0.conv1.weight -> a
Relu_1 = Relu a -> b
Add_2 = Add b x -> y
`)
	block, _ := s.Find("layer1.0", nil)
	require.Equal(t, reasonOpen, block.Absent)
	_, out := at(t, s, "layer1.0.conv1")
	require.Equal(t, []string{"output a"}, out)
}

// TestConstantWeights: weights may be Constant nodes, with names of tensorflow's kind.
func TestConstantWeights(t *testing.T) {
	m := model(t, 13, `
in x float32 batch 4
out y float32 batch 4
model/dense/MatMul = MatMul x model/dense/kernel -> a
model/dense/BiasAdd = Add a bias -> b
model/act/Relu = Relu b -> y
`)
	kernel, bias := zeros(t, []string{"", "float32", "4", "4"}), zeros(t, []string{"", "float32", "4"})
	m.Graph.Nodes = append([]*onnx.Node{
		{Op: "Constant", Outputs: []string{"model/dense/kernel"}, Attrs: []*onnx.Attribute{{Name: "value", Type: onnx.AttrTensor, T: kernel}}},
		{Op: "Constant", Outputs: []string{"bias"}, Attrs: []*onnx.Attribute{{Name: "value", Type: onnx.AttrTensor, T: bias}}},
	}, m.Graph.Nodes...)
	s, errs := Infer(m, Options{Name: "tf"})
	require.Empty(t, errs)
	dense, _ := s.Find("model.dense", nil)
	require.Equal(t, map[string]string{"kernel": "model/dense/kernel", "bias": "bias"}, dense.Weights)
	in, out := at(t, s, "model.dense")
	require.Equal(t, []string{"input x"}, in)
	require.Equal(t, []string{"output b"}, out)
}

func TestRefused(t *testing.T) {
	_, errs := Infer(model(t, 9, "in x float32 2\nout y float32 2\n/Relu = Relu x -> y"), Options{File: "old.onnx"})
	require.Len(t, errs, 1)
	require.Equal(t, "old.onnx: the model is of opset 9: at least 11 is needed [NN1021]", errs[0].Error())
	for want, text := range map[string]string{
		"the model has no nodes [NN1020]": "in x float32 2\nout y float32 2",
		`node "/Relu" reads "h" before any node makes it: nodes are not in the order of the run [NN1022]`: "in x float32 2\nout y float32 2\n/Relu = Relu h -> y\n/Abs = Abs x -> h",
		`tensor "y" is made twice [NN1024]`:          "in x float32 2\nout y float32 2\n/Relu = Relu x -> y\n/Abs = Abs x -> y",
		`the name "/R\xffelu" is not UTF-8 [NN1025]`: "in x float32 2\nout y float32 2\n/R\xffelu = Relu x -> y",
	} {
		_, errs := Infer(model(t, 17, text), Options{File: "bad.onnx"})
		require.NotEmpty(t, errs, want)
		require.Equal(t, "bad.onnx: "+want, errs[0].Error())
	}
	m := model(t, 17, "in x float32 2\nout y float32 2\n/Relu = Relu x -> y")
	m.Graph.Nodes[0].Outputs = nil
	_, errs = Infer(m, Options{File: "bad.onnx"})
	require.NotEmpty(t, errs)
	require.Equal(t, `bad.onnx: node "/Relu" has no output [NN1023]`, errs[0].Error())
	_, errs = Infer(model(t, 17, "in x float32 2\nout y float32 2\n/a/Relu = Relu h -> y\n/b/Relu = Relu x -> h"), Options{File: "m.onnx"})
	require.Len(t, errs, 1)
	require.Contains(t, errs[0].Error(), `node "/a/Relu" reads "h" before any node makes it`)
	_, errs = Infer(&onnx.Model{}, Options{File: "m.onnx"})
	require.Len(t, errs, 1)
}

// TestTwoInputs: the one that the query takes, the one that goes on as residual
// stream, or nobody knows.
func TestTwoInputs(t *testing.T) {
	s := specOf(t, `
in x float32 batch seq 4
in enc float32 batch len 4
out y float32 batch seq 4
init q.weight float32 4 4
init k.weight float32 4 4
/pre/Relu = Relu x -> a
/pre2/Relu = Relu enc -> b
/attn/q_proj/MatMul = MatMul a q.weight -> q
/attn/k_proj/MatMul = MatMul b k.weight -> k
/attn/Transpose = Transpose k perm=0,2,1 -> kt
/attn/MatMul = MatMul q kt -> s
/attn/MatMul_1 = MatMul s k -> o
/join/Mul = Mul o a -> y
`)
	in, _ := at(t, s, "attn")
	require.Equal(t, []string{"input a", "other b"}, in)
	in, _ = at(t, s, "join")
	require.Equal(t, []string{"unknown o", "unknown a"}, in)
	require.Equal(t, 1, s.Counts.Unsure, "join alone: of the root's inputs one is called x")
}
