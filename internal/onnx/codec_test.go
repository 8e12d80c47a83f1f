package onnx

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/nngen-go/nngen/internal/tensor"
)

func TestRoundTrip(t *testing.T) {
	m := sample(t)
	b, err := Marshal(m)
	require.NoError(t, err)
	back, err := Parse(b)
	require.NoError(t, err)
	require.Equal(t, plain(m), plain(back))
	again, err := Marshal(back)
	require.NoError(t, err)
	require.Equal(t, b, again)
}

func TestOpenAliasesWeights(t *testing.T) {
	b, err := Marshal(sample(t))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "m.onnx")
	require.NoError(t, os.WriteFile(path, b, 0o600))
	f, err := Open(path)
	require.NoError(t, err)
	f.Model.Graph.eachTensor(func(x *Tensor) {
		require.Equal(t, b[x.Offset:x.Offset+int64(len(x.Data))], x.Data)
		require.Same(t, &f.data.bytes[x.Offset], &x.Data[0])
	})
	require.NoError(t, f.Close())
}

func TestUnknownFieldsSurvive(t *testing.T) {
	b, err := Marshal(sample(t))
	require.NoError(t, err)
	b = protowire.AppendTag(b, 99, protowire.BytesType)
	b = protowire.AppendString(b, "from the future")
	b = protowire.AppendTag(b, 98, protowire.VarintType)
	b = protowire.AppendVarint(b, 7)
	m, err := Parse(b)
	require.NoError(t, err)
	again, err := Marshal(m)
	require.NoError(t, err)
	require.Equal(t, b, again)
}

// TestEveryCut parses each prefix of a model: an error or a smaller model, never a panic.
func TestEveryCut(t *testing.T) {
	b, err := Marshal(sample(t))
	require.NoError(t, err)
	bad := 0
	for n := range b {
		if _, err := Parse(b[:n]); err != nil {
			bad++
		}
	}
	require.Greater(t, bad, len(b)*9/10)
}

// TestEveryField round-trips what exporters rarely write.
func TestEveryField(t *testing.T) {
	m := sample(t)
	m.Producer, m.ProducerVersion, m.Domain, m.ModelVersion, m.Doc = "p", "1.2", "test.domain", 3, "doc"
	s := mustTensor(t, "s", tensor.Float32, nil, []float32{1})
	words := &Tensor{Name: "words", DType: int32(tensor.String), Dims: []int64{2}, Strings: [][]byte{[]byte("a"), {}}, Offset: -1, Doc: "d"}
	outside := &Tensor{Name: "out", DType: 1, Dims: []int64{4}, Offset: -1, External: &External{Location: "a b.bin", Offset: 8, Length: -1, Extra: []Entry{{"checksum", "00"}}}}
	g := m.Graph
	g.Initializers = append(g.Initializers, words, outside)
	g.Metadata = []Entry{{"a", "b"}}
	g.Doc = "graph"
	g.Inputs[0].Metadata, g.Inputs[0].Doc, g.Inputs[0].Denote, g.Inputs[0].Shape[0].Denote = []Entry{{"k", ""}}, "v", "IMAGE", "DATA_BATCH"
	sequence := (&wireTensor{}).bytes(4, (&wireTensor{}).bytes(1, nil).b).b
	g.Inputs = append(g.Inputs, &ValueInfo{Name: "list", RawType: sequence}, &ValueInfo{Name: "untyped"}, &ValueInfo{Name: "anyrank", DType: 1})
	n := NewNode("Odd", "odd", []string{"", "x"}, []string{"o", ""},
		IntsAttr("ints", 1, -1), IntsAttr("none"), FloatsAttr("floats", 0.5, -0.25), StringAttr("s", ""),
		&Attribute{Name: "strings", Type: AttrStrings, Strings: [][]byte{{}, []byte("b")}},
		&Attribute{Name: "tensors", Type: AttrTensors, Tensors: []*Tensor{s, s}},
		&Attribute{Name: "graphs", Type: AttrGraphs, Graphs: []*Graph{{Name: "a"}, {Name: "b"}}},
		&Attribute{Name: "doc", Type: AttrInt, Doc: "why"})
	n.Domain, n.Overload, n.Doc, n.Metadata = "test.domain", "v2", "doc", []Entry{{"scope", "a.b"}}
	g.Nodes = append(g.Nodes, n)
	inner := NewNode("Elu", "", []string{"a"}, []string{"b"}, &Attribute{Name: "alpha", Type: AttrFloat, RefAttr: "alpha"})
	m.Functions = []*Function{{Name: "F", Domain: "test.domain", Overload: "o", Inputs: []string{"a"}, Outputs: []string{"b"}, AttrsReq: []string{"alpha"}, Nodes: []*Node{inner}, Opsets: []Opset{{"", 17}}}}

	b, err := Marshal(m)
	require.NoError(t, err)
	back, err := Parse(b)
	require.NoError(t, err)
	require.Equal(t, plain(m), plain(back))
	require.Equal(t, plain(m), plain(back.Clone()))
	require.Equal(t, Fingerprint(m), Fingerprint(back))
	require.Equal(t, int64(17), back.Opset("ai.onnx"))
	back.ImportOpset("", 18)
	back.ImportOpset("new", 1)
	require.Equal(t, append(m.Opsets, Opset{"new", 1}), back.Opsets)
}

func TestConstants(t *testing.T) {
	for attr, want := range map[*Attribute][]int64{
		IntAttr("value_int", 3):      nil,
		IntsAttr("value_ints", 1, 2): {2},
	} {
		c, ok := NewNode("Constant", "", nil, []string{"c"}, attr).Constant()
		require.True(t, ok)
		require.Equal(t, want, c.Dims)
		_, err := c.Int64s()
		require.NoError(t, err)
	}
	c, ok := NewNode("Constant", "", nil, []string{"c"}, FloatsAttr("value_floats", 1, 2)).Constant()
	require.True(t, ok)
	f, err := c.Float32s()
	require.NoError(t, err)
	require.Equal(t, []float32{1, 2}, f)
	_, ok = NewNode("Constant", "", nil, []string{"c"}, FloatAttr("value_float", 1)).Constant()
	require.True(t, ok)
	_, ok = NewNode("Constant", "", nil, []string{"c"}, StringAttr("value_string", "s")).Constant()
	require.False(t, ok)
	_, ok = NewNode("Add", "", nil, []string{"c"}).Constant()
	require.False(t, ok)
}

// TestAttributesHoldOneValue refuses what would be lost when written again.
func TestAttributesHoldOneValue(t *testing.T) {
	parse := func(w *wireTensor) (*Attribute, error) {
		node := (&wireTensor{}).bytes(5, w.b)
		m, err := Parse((&wireTensor{}).bytes(7, (&wireTensor{}).bytes(1, node.b).b).b)
		if err != nil {
			return nil, err
		}
		return m.Graph.Nodes[0].Attrs[0], nil
	}
	a, err := parse((&wireTensor{}).varint(3, 7))
	require.NoError(t, err)
	require.Equal(t, IntAttr("", 7), a, "the oldest files leave the type out")
	a, err = parse((&wireTensor{}).varint(8, 7).varints(8, 8, 9).varint(20, int64(AttrInts)))
	require.NoError(t, err)
	require.Equal(t, []int64{7, 8, 9}, a.Ints, "packed or not")
	for name, w := range map[string]*wireTensor{
		"two":     (&wireTensor{}).varint(3, 7).bytes(4, nil).varint(20, int64(AttrInt)),
		"other":   (&wireTensor{}).varint(3, 7).varint(20, int64(AttrString)),
		"none":    (&wireTensor{}).varint(20, int64(AttrTensor)),
		"ref":     (&wireTensor{}).varint(3, 7).bytes(21, []byte("x")).varint(20, int64(AttrInt)),
		"invalid": (&wireTensor{}).varint(3, 7).varint(20, -5),
	} {
		_, err := parse(w)
		require.Error(t, err, name)
	}
}
