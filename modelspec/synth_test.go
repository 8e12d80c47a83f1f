package modelspec

import (
	"encoding/binary"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// model builds a small model from lines:
//
//	in x float32 batch 4          a graph input
//	out y float32 batch 4         a graph output
//	init fc.weight float32 4 4    a weight of zeros
//	ints shape 0 -1 4             an int64 vector
//	/fc/MatMul = MatMul x fc.weight -> y    a node; "dom:Op" for other domains, perm=0,1 attributes of ints
func model(t testing.TB, opset int64, text string) *onnx.Model {
	t.Helper()
	m := &onnx.Model{IR: 8, Opsets: []onnx.Opset{{Version: opset}}, Graph: &onnx.Graph{}}
	for _, line := range strings.Split(text, "\n") {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		switch f[0] {
		case "in":
			m.Graph.Inputs = append(m.Graph.Inputs, value(t, f[1:]))
		case "out":
			m.Graph.Outputs = append(m.Graph.Outputs, value(t, f[1:]))
		case "init":
			m.Graph.Initializers = append(m.Graph.Initializers, zeros(t, f[1:]))
		case "ints":
			m.Graph.Initializers = append(m.Graph.Initializers, intsTensor(t, f[1:]))
		default:
			m.Graph.Nodes = append(m.Graph.Nodes, node(t, f))
		}
	}
	return m
}

func value(t testing.TB, f []string) *onnx.ValueInfo {
	d, err := tensor.ParseDType(f[1])
	require.NoError(t, err)
	v := &onnx.ValueInfo{Name: f[0], DType: int32(d), HasShape: true, Shape: []onnx.Dim{}}
	for _, s := range f[2:] {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			v.Shape = append(v.Shape, onnx.Dim{Size: n})
		} else {
			v.Shape = append(v.Shape, onnx.Dim{Size: -1, Param: s})
		}
	}
	return v
}

func zeros(t testing.TB, f []string) *onnx.Tensor {
	d, err := tensor.ParseDType(f[1])
	require.NoError(t, err)
	x := &onnx.Tensor{Name: f[0], DType: int32(d), Offset: -1}
	n := 1
	for _, s := range f[2:] {
		k, err := strconv.Atoi(s)
		require.NoError(t, err)
		x.Dims = append(x.Dims, int64(k))
		n *= k
	}
	x.Data = make([]byte, n*d.Size())
	return x
}

func intsTensor(t testing.TB, f []string) *onnx.Tensor {
	x := &onnx.Tensor{Name: f[0], DType: int32(tensor.Int64), Dims: []int64{int64(len(f) - 1)}, Offset: -1}
	for _, s := range f[1:] {
		k, err := strconv.ParseInt(s, 10, 64)
		require.NoError(t, err)
		x.Data = binary.LittleEndian.AppendUint64(x.Data, uint64(k))
	}
	return x
}

func node(t testing.TB, f []string) *onnx.Node {
	require.Equal(t, "=", f[1], f)
	n := &onnx.Node{Name: strings.Trim(f[0], "~"), Op: f[2]}
	if domain, op, ok := strings.Cut(f[2], ":"); ok {
		n.Domain, n.Op = domain, op
	}
	outs := false
	for _, word := range f[3:] {
		name, val, attr := strings.Cut(word, "=")
		switch {
		case word == "->":
			outs = true
		case attr:
			a := &onnx.Attribute{Name: name, Type: onnx.AttrInts}
			for _, s := range strings.Split(val, ",") {
				k, err := strconv.ParseInt(s, 10, 64)
				require.NoError(t, err)
				a.Ints = append(a.Ints, k)
				a.I = k
			}
			n.Attrs = append(n.Attrs, a)
		case outs:
			n.Outputs = append(n.Outputs, strings.Trim(word, "_"))
		default:
			n.Inputs = append(n.Inputs, strings.Trim(word, "_"))
		}
	}
	return n
}

func specOf(t testing.TB, text string) *Spec {
	t.Helper()
	s, errs := Infer(model(t, 17, text), Options{Name: "synthetic", File: "synthetic.onnx"})
	require.Empty(t, errs)
	_, errs = Read("synthetic", Write(s))
	require.Empty(t, errs)
	return s
}

// at gives "role tensor" of a module's points.
func at(t testing.TB, s *Spec, path string) (in, out []string) {
	t.Helper()
	m, ok := s.Find(path, nil)
	require.True(t, ok, path)
	for _, p := range m.Inputs {
		in = append(in, string(p.Role)+" "+p.Tensor)
	}
	for _, p := range m.Outputs {
		out = append(out, string(p.Role)+" "+p.Tensor)
	}
	return in, out
}

func paths(s *Spec) []string {
	var out []string
	for _, m := range s.Modules {
		out = append(out, m.Path)
	}
	return out
}
