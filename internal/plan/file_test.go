package plan

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/fuzzguard"
	"github.com/nngen-go/nngen/internal/tensor"
)

// everything is a plan that has each field and each kind of attribute.
func everything() *Plan {
	f32 := tensor.Type{DType: tensor.Float32, Shape: tensor.Shape{"batch", "2*seq+1", "8", tensor.Unknown}}
	scalar := tensor.Type{DType: tensor.Bool, Shape: tensor.Shape{}}
	a, b := Ref{Result, "a"}, Ref{Result, "b"}
	return &Plan{
		Name: "Steer", Model: "sha256:12", Invokes: []string{"m"},
		Params:  []Param{{Name: "v", Type: f32}, {Name: "on", Type: scalar}, {Name: "any", Type: tensor.Type{DType: tensor.Int64}}},
		Weights: []Param{{Name: "sae.WEnc", Type: tensor.Type{DType: tensor.Float32, Shape: tensor.Shape{"8", "4"}}}},
		Nodes: []Node{
			{Op: "Scale", In: []Ref{{Model, "h"}}, Out: []string{"a"}, Line: 7, Attrs: map[string]any{
				"f": 0.1, "nan": math.Inf(-1), "i": int64(math.MinInt64), "l": []int64{1, -2}, "none": []int64{}, "s": "x\ny", "t": true, "whole": 2.0,
			}},
			{
				Op: If, In: []Ref{{Arg, "on"}}, Out: []string{"b"}, Types: []tensor.Type{f32},
				Then: &Body{Nodes: []Node{{Op: "MatMul", In: []Ref{a, {Arg, "sae.WEnc"}}, Out: []string{"c"}}}, Out: []Ref{{Result, "c"}}},
				Else: &Body{Out: []Ref{a}},
			},
		},
		Writes:    []Write{{At: "h.output", Tensor: "h", Value: b, Consumers: []int{3}}},
		Taps:      []Tap{{Name: "x", Value: b}, {Name: "y", Choices: []Ref{a, b}, Choice: "any"}},
		Checks:    []Check{{Value: b, Tensor: "h", Want: f32, At: "h.output"}},
		Mediators: []Mediator{{{At: "h.output", Event: Swap, Placement: Graph, Rows: AllRows, Line: 7}, {Event: End}}},
		Tensors:   map[string]tensor.Type{"h": f32},
		Aliases:   map[string]string{"layers": "transformer.h", "transformer.h.0.self_attn": "transformer.h.0.attn"},
	}
}

func encode(t *testing.T, p *Plan) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Encode(&b, p))
	return b.String()
}

func TestPlanIsTheSameWhenReadBack(t *testing.T) {
	text := encode(t, everything())
	got, err := Decode(strings.NewReader(text))
	require.NoError(t, err)
	require.Equal(t, everything(), got)
	require.Equal(t, text, encode(t, got))
}

func TestPlanWithHooksIsNoData(t *testing.T) {
	p := everything()
	p.Nodes[1].Then.Nodes = append(p.Nodes[1].Then.Nodes, Node{Op: HookOp, Out: []string{"z"}})
	require.ErrorIs(t, Encode(&bytes.Buffer{}, p), ErrHooks)
	text := strings.Replace(encode(t, everything()), `"MatMul"`, `"Hook"`, 1)
	_, err := Decode(strings.NewReader(text))
	require.ErrorIs(t, err, ErrHooks)
}

// Every way to spoil a plan is refused by its own words.
func TestDamagedPlans(t *testing.T) {
	text := encode(t, everything())
	for name, k := range map[string]struct{ old, new, want string }{
		"alias":          {`"layers"`, `"layers."`, "a name between its dots"},
		"newer":          {`"version": 1`, `"version": 3`, "use a newer nngen"},
		"never":          {`"version": 1`, `"version": 0`, "never was"},
		"other format":   {`"nngen plan"`, `"a plan"`, "no plan"},
		"cut":            {`"mediators"`, "", "invalid"},
		"unknown field":  {`"invokes"`, `"invoked": 1, "invokes"`, "invoked"},
		"node field":     {`"op": "MatMul"`, `"op": "MatMul", "run": "rm"`, "run"},
		"dimension":      {`"2*seq+1"`, `"2*(seq"`, "dimension"},
		"not canonical":  {`"2*seq+1"`, `"1+2*seq"`, "dimension"},
		"reference":      {"\"value\": {\n     \"kind\": \"value\",\n     \"name\": \"b\"", "\"value\": {\n     \"kind\": \"value\",\n     \"name\": \"q\"", "not made before"},
		"branch":         {`"name": "c"`, `"name": "d"`, "not made before"},
		"twice":          {`"b"`, `"a"`, "twice"},
		"dtype":          {`"float32"`, `"float31"`, "float31"},
		"attribute":      {`{"float":"0.1"}`, `{"float":"x"}`, "no number"},
		"attribute kind": {`{"float":"0.1"}`, `{"double":"0.1"}`, "double"},
	} {
		t.Run(name, func(t *testing.T) {
			k.old = compactFloat(text, k.old)
			require.Contains(t, text, k.old)
			_, err := Decode(strings.NewReader(strings.Replace(text, k.old, k.new, 1)))
			require.ErrorContains(t, err, k.want)
		})
	}
	for _, s := range []string{"", "null", "[]", `{"format":"nngen plan","version":1}`, `{"format":"nngen plan","version":1,"plan":null}`} {
		_, err := Decode(strings.NewReader(s))
		require.Error(t, err, s)
	}
}

// compactFloat finds how the text spells an attribute, which is indented.
func compactFloat(text, old string) string {
	if strings.Contains(text, old) {
		return old
	}
	return strings.NewReplacer(`{"float":"`, "{\n      \"float\": \"", `"}`, "\"\n     }").Replace(old)
}

func TestPlanTooDeep(t *testing.T) {
	p := everything()
	inner := p.Nodes[1]
	for i := range maxDepth + 1 {
		outer := p.Nodes[1]
		inner.Out = []string{"o" + strings.Repeat("x", i)}
		outer.Then = &Body{Nodes: []Node{inner}, Out: []Ref{{Result, inner.Out[0]}}}
		inner = outer
	}
	p.Nodes[1] = inner
	_, err := Decode(strings.NewReader(encode(t, p)))
	require.ErrorContains(t, err, "branches in each other")
}

func FuzzDecode(f *testing.F) {
	var b bytes.Buffer
	_ = Encode(&b, everything())
	f.Add(b.Bytes())
	f.Add([]byte(`{"format":"nngen plan","version":1,"plan":{"nodes":[{"op":"If"}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		defer fuzzguard.Input()()
		p, err := Decode(bytes.NewReader(data))
		if err != nil {
			return
		}
		var again bytes.Buffer
		require.NoError(t, Encode(&again, p))
		q, err := Decode(bytes.NewReader(again.Bytes()))
		require.NoError(t, err)
		require.Equal(t, again.String(), encode(t, q))
	})
}
