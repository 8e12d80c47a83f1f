package modelspec

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What models of other families than the fixtures' taught, each as a graph of a few nodes.

// TestDecoderReadsTokens: a decoder takes tokens and an encoder's states; the
// tokens are its input, also where a mask was made of them before.
func TestDecoderReadsTokens(t *testing.T) {
	s := specOf(t, `
in decoder_input_ids int64 batch seq
in encoder_hidden_states float32 batch len 4
out logits float32 batch seq 4
init decoder.embed.weight float32 9 4
init decoder.k.weight float32 4 4
ints shape 0 -1
/decoder/Reshape = Reshape decoder_input_ids shape -> ids
/decoder/embed/Gather = Gather decoder.embed.weight ids -> h
/decoder/k/MatMul = MatMul encoder_hidden_states decoder.k.weight -> k
/decoder/Transpose = Transpose k perm=0,2,1 -> kt
/decoder/MatMul = MatMul h kt -> s
/decoder/MatMul_1 = MatMul s encoder_hidden_states -> o
/decoder/Add = Add h o -> logits
`)
	in, _ := at(t, s, "decoder")
	require.Equal(t, []string{"input decoder_input_ids", "other encoder_hidden_states"}, in)
	in, _ = at(t, s, "")
	require.Equal(t, []string{"input decoder_input_ids", "other encoder_hidden_states"}, in)
	require.Zero(t, s.Counts.Unsure)
}

// TestTwoLengths: a mask over an encoder's states has their length, not the tokens'.
func TestTwoLengths(t *testing.T) {
	s := specOf(t, `
in decoder_input_ids int64 batch seq
in encoder_hidden_states float32 b len 4
in encoder_attention_mask int64 b len
in token_type_ids int64 b n
out y float32 batch seq len
init embed.weight float32 9 4
init types.weight float32 2 4
/embed/Gather = Gather embed.weight decoder_input_ids -> h
/types/Gather = Gather types.weight token_type_ids -> u
/Add = Add h u -> g
/Transpose = Transpose encoder_hidden_states perm=0,2,1 -> t
/MatMul = MatMul g t -> s
/Cast = Cast encoder_attention_mask to=1 -> f
/Unsqueeze = Unsqueeze f one -> m
/Mul = Mul s m -> y
ints one 1
`)
	require.Equal(t, "int64 [batch, len]", typeText(s.Inputs[2].Type))
	require.Equal(t, "int64 [batch, seq]", typeText(s.Inputs[3].Type))
}

// TestClassConditions: a class is looked up too, but has no sequence: the image stays the input.
func TestClassConditions(t *testing.T) {
	s := specOf(t, `
in sample float32 batch 4
in label int64 batch
out y float32 batch 4
init net.embed.weight float32 9 4
/net/embed/Gather = Gather net.embed.weight label -> e
/net/Mul = Mul sample e -> a
/net/Relu = Relu a -> y
`)
	in, _ := at(t, s, "net")
	require.Equal(t, []string{"other label", "input sample"}, in)
}

// TestEncoderAndDecoder: of two inputs of ids the encoder's is the model's.
func TestEncoderAndDecoder(t *testing.T) {
	s := specOf(t, `
in decoder_input_ids int64 batch seq
in input_ids int64 batch len
out logits float32 batch seq len
init shared.weight float32 9 4
/model/encoder/embed/Gather = Gather shared.weight input_ids -> e
/model/encoder/Relu = Relu e -> enc
/model/decoder/embed/Gather = Gather shared.weight decoder_input_ids -> d
/model/decoder/Transpose = Transpose enc perm=0,2,1 -> t
/model/decoder/MatMul = MatMul d t -> logits
`)
	in, _ := at(t, s, "")
	require.Equal(t, []string{"input input_ids", "other decoder_input_ids"}, in)
	in, _ = at(t, s, "model")
	require.Equal(t, []string{"input input_ids", "other decoder_input_ids"}, in)
	in, _ = at(t, s, "model.decoder")
	require.Equal(t, []string{"input decoder_input_ids", "other enc"}, in)
	require.Zero(t, s.Counts.Unsure)
	shared, _ := s.Find("shared", nil)
	require.Equal(t, "it is not called: its weights are those of model.encoder.embed and model.decoder.embed", shared.Absent)
	embed, _ := s.Find("model.encoder.embed", nil)
	require.Empty(t, embed.Inputs[0].Absent, "weights that two modules share are not fused into one")
}

// TestResidualBehindCast: the residual stream is the input of a cross-attention
// layer, also where it reaches norm and sum through a cast that changes nothing.
func TestResidualBehindCast(t *testing.T) {
	s := specOf(t, `
in x float32 batch seq 4
in encoder_hidden_states float32 batch len 4
out y float32 batch seq 4
init layer.norm.weight float32 4
init layer.attn.k.weight float32 4 4
/pre/Relu = Relu x -> a
/layer/norm/Cast = Cast a to=1 -> c
/layer/norm/Mul = Mul c layer.norm.weight -> n
/layer/attn/k/MatMul = MatMul encoder_hidden_states layer.attn.k.weight -> k
/layer/attn/Transpose = Transpose k perm=0,2,1 -> kt
/layer/attn/MatMul = MatMul n kt -> s
/layer/attn/MatMul_1 = MatMul s encoder_hidden_states -> o
/layer/Add = Add c o -> y
`)
	in, _ := at(t, s, "layer")
	require.Equal(t, []string{"input a", "other encoder_hidden_states"}, in)
}

// TestPositionTables: sines that one layer looks up for the next are not its input.
func TestPositionTables(t *testing.T) {
	s := specOf(t, `
in input_ids int64 batch seq
in position_ids int64 batch seq
out y float32 batch seq 4
init wte.weight float32 9 4
init table.weight float32 9 4
/wte/Gather = Gather wte.weight input_ids -> h
/table/Gather = Gather table.weight position_ids -> sines
/attn/Mul = Mul h sines -> a
/attn/Relu = Relu a -> b
/attn/Mul_1 = Mul b sines -> y
`)
	in, _ := at(t, s, "attn")
	require.Equal(t, []string{"input h", "position sines"}, in)
}

// TestPooledOutput: a module that gives states and their summary gives the states
// first, whether both leave the model or go on inside it. A score that a module
// hands out beside what it weighs is no summary.
func TestPooledOutput(t *testing.T) {
	body := `
in input_ids int64 batch seq
init bert.embed.weight float32 9 4
init bert.pooler.weight float32 4 4
init head.weight float32 4 9
ints first 0
/bert/embed/Gather = Gather bert.embed.weight input_ids -> h
/bert/Relu = Relu h -> HIDDEN
/bert/pooler/Gather = Gather HIDDEN first axis=1 -> f
/bert/pooler/Squeeze = Squeeze f one -> g
/bert/pooler/MatMul = MatMul g bert.pooler.weight -> POOLED
ints one 1
`
	both := strings.NewReplacer("HIDDEN", "last_hidden_state", "POOLED", "pooler_output")
	s := specOf(t, "out last_hidden_state float32 batch seq 4\nout pooler_output float32 batch 4"+both.Replace(body))
	_, out := at(t, s, "bert")
	require.Equal(t, []string{"output last_hidden_state", "other pooler_output"}, out)

	s = specOf(t, "out words float32 batch seq 9\nout order float32 batch 4"+body+`
/head/MatMul = MatMul HIDDEN head.weight -> words
/next/Relu = Relu POOLED -> order
`)
	_, out = at(t, s, "bert")
	require.Equal(t, []string{"output HIDDEN", "other POOLED"}, out)

	s = specOf(t, "out words float32 batch seq 9\nout order float32 batch 4"+body+`
/heads/first/MatMul = MatMul HIDDEN head.weight -> words
/heads/second/Relu = Relu POOLED -> order
`)
	in, _ := at(t, s, "heads")
	require.Equal(t, []string{"input HIDDEN", "other POOLED"}, in)

	s = specOf(t, `
in x float32 batch seq 4
out y float32 batch seq 4
out seen float32 batch seq seq
/pre/Relu = Relu x -> a
/attn/Transpose = Transpose a perm=0,2,1 -> t
/attn/MatMul = MatMul a t -> scores
/attn/MatMul_1 = MatMul scores a -> o
/post/Relu = Relu o -> y
/look/Relu = Relu scores -> seen
`)
	_, out = at(t, s, "attn")
	require.Equal(t, []string{"other scores", "output o"}, out)
}

// TestHolderRestored: of a module that a model calls past the one that holds it,
// only weights keep the whole path.
func TestHolderRestored(t *testing.T) {
	s := specOf(t, `
in x float32 batch 4
out y float32 batch 4
init model.decoder.fc.weight float32 4 4
init lm_head.weight float32 4 4
/decoder/fc/MatMul = MatMul x model.decoder.fc.weight -> a
/decoder/act/Relu = Relu a -> b
/lm_head/MatMul = MatMul b lm_head.weight -> y
`)
	require.Equal(t, []string{"", "model", "model.decoder", "model.decoder.fc", "model.decoder.act", "lm_head"}, paths(s))
	model, _ := s.Find("model", nil)
	require.Equal(t, reasonHolder, model.Absent)
}

// TestSequentialTwice: the elements of a Sequential carry the counter of a later call.
func TestSequentialTwice(t *testing.T) {
	s := specOf(t, `
in left float32 batch 4
in right float32 batch 4
out y float32 batch 4
init tower.0.weight float32 4 4
/tower/tower.0/MatMul = MatMul left tower.0.weight -> a
/tower/tower.1/Relu = Relu a -> b
/tower/tower.0_1/MatMul = MatMul right tower.0.weight -> c
/tower/tower.1_1/Relu = Relu c -> d
/Sub = Sub b d -> y
`)
	require.Equal(t, []string{"", "tower", "tower.0", "tower.1"}, paths(s))
	for _, path := range []string{"tower", "tower.0", "tower.1"} {
		m, _ := s.Find(path, nil)
		require.Equal(t, 2, m.Visits, path)
	}
	in, out := at(t, s, "tower")
	require.Equal(t, []string{"input left", "input right"}, in)
	require.Equal(t, []string{"output b", "output d"}, out)
}

// TestListStaysEmpty: a cast between two elements of a list is not the list's: it is not called.
func TestListStaysEmpty(t *testing.T) {
	s := specOf(t, `
in x float32 batch 4
out y float32 batch 4
init layers.0.fc.weight float32 4 4
init layers.1.fc.weight float32 4 4
/layers.0/fc/MatMul = MatMul x layers.0.fc.weight -> a
/layers.0/Cast = Cast a to=1 -> c
/layers.0/Relu = Relu c -> r
/layers.1/fc/MatMul = MatMul r layers.1.fc.weight -> b
/layers.1/Add = Add b c -> y
`)
	layers, _ := s.Find("layers", nil)
	require.Equal(t, reasonList, layers.Absent)
	require.Equal(t, "ModuleList", layers.Class)
}

// TestFixedModule: what follows from weights alone is said to.
func TestFixedModule(t *testing.T) {
	s := specOf(t, `
in x float32 batch 4
out y float32 batch 4
init table.weight float32 4 4
init proj.weight float32 4 4
/proj/MatMul = MatMul table.weight proj.weight -> p
/MatMul = MatMul x p -> y
`)
	proj, _ := s.Find("proj", nil)
	require.Equal(t, reasonFixed, proj.Absent)
}

// TestVerifyAgain: one write that moves nothing proves nothing.
func TestVerifyAgain(t *testing.T) {
	s := wide("a", "shy", "dead", "-shy")
	f := &fakeModel{dead: map[string]bool{"dead": true}, shy: map[string]int{"shy": 1, "-shy": 2}}
	v, err := Verify(context.Background(), s, f, VerifyOptions{Rows: 4})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a": "ok", "shy": "ok", "-shy": "ok", "dead": reasonStill}, reasons(s))
	require.Equal(t, Verified{Checked: 3, Failed: 1, Runs: f.runs}, v)
}

// TestVerifyMixes: where the model's own input moves all rows, a point that does is no worse.
func TestVerifyMixes(t *testing.T) {
	s := wide("a", "b")
	x := *s.Modules[1].Outputs[0]
	x.Tensor = "x"
	s.Modules[0].Inputs = []*Point{&x}
	f := &fakeModel{leaky: map[string]bool{"x": true, "b": true}}
	_, err := Verify(context.Background(), s, f, VerifyOptions{Rows: 4})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a": "ok", "b": "ok"}, reasons(s))
	require.Equal(t, []string{noteMixes}, s.Notes)
}
