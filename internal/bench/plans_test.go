package bench

import (
	stdcontext "context"
	"fmt"
	"testing"

	"github.com/nngen-go/nngen/internal/golden"
	nn "github.com/nngen-go/nngen/runtime"
	_ "github.com/nngen-go/nngen/runtime/ort"
)

var ctx = stdcontext.Background()

func newPlan(f *golden.Fixture, name string) *nn.Plan {
	return &nn.Plan{
		Name: name, Model: f.Spec.Fingerprint, Invokes: []string{"m"}, Tensors: f.Types(),
		Mediators: []nn.Mediator{{{Event: nn.End, Rows: nn.AllRows}}},
	}
}

func logits(p *nn.Plan) *nn.Plan {
	p.Taps = append(p.Taps, nn.Tap{Name: "logits", Value: nn.ModelTensor("logits")})
	return p
}

// swap schedules a write of a block's output.
func swap(p *nn.Plan, tensor string, layer int, value nn.Ref) {
	at := fmt.Sprintf("transformer.h.%d.output", layer)
	p.Writes = append(p.Writes, nn.Write{At: at, Tensor: tensor, Value: value})
	for i := range p.Mediators {
		if i == len(p.Mediators)-1 {
			p.Mediators[i] = append(nn.Mediator{{At: at, Event: nn.Swap, Placement: nn.Graph, Rows: nn.AllRows}}, p.Mediators[i]...)
		}
	}
}

// noopPlan is the model as it is, as a trace.
func noopPlan(f *golden.Fixture) *nn.Plan { return logits(newPlan(f, "NoOp")) }

// tapPlan reads blocks' outputs, and the logits.
func tapPlan(b *testing.B, f *golden.Fixture, blocks ...int) *nn.Plan {
	p := newPlan(f, "Tap")
	for _, i := range blocks {
		p.Taps = append(p.Taps, nn.Tap{Name: fmt.Sprint("h", i), Value: nn.ModelTensor(block(b, f, i).Tensor)})
	}
	return logits(p)
}

// steerPlan adds alpha·v to a block's output.
func steerPlan(b *testing.B, f *golden.Fixture, layer int) *nn.Plan {
	p, h := newPlan(f, "Steer"), block(b, f, layer).Tensor
	p.Params = []nn.Param{
		{Name: "v", Type: nn.Type{DType: nn.Float32, Shape: nn.Shape{"768"}}},
		{Name: "alpha", Type: nn.Type{DType: nn.Float32, Shape: nn.Shape{}}},
	}
	p.Nodes = []nn.Node{
		{Op: "Scale", In: []nn.Ref{nn.Arg("v"), nn.Arg("alpha")}, Out: []string{"a"}},
		{Op: "Add", In: []nn.Ref{nn.ModelTensor(h), nn.Val("a")}, Out: []string{"b"}},
	}
	swap(p, h, layer, nn.Val("b"))
	return logits(p)
}

// steerAnyPlan is steerPlan at the block that a parameter chooses: a branch at
// each of them, as the compiler writes it for m.Transformer.H[layer].
func steerAnyPlan(b *testing.B, f *golden.Fixture, blocks int) *nn.Plan {
	p := steerPlan(b, f, 0)
	p.Name, p.Nodes, p.Writes = "SteerAny", p.Nodes[:1], nil
	p.Mediators[0] = p.Mediators[0][1:]
	p.Params = append(p.Params, nn.Param{Name: "layer", Type: nn.Type{DType: nn.Int64, Shape: nn.Shape{}}})
	for i := blocks - 1; i >= 0; i-- {
		h := block(b, f, i).Tensor
		number, is, sum, out := fmt.Sprint("n", i), fmt.Sprint("is", i), fmt.Sprint("sum", i), fmt.Sprint("out", i)
		p.Nodes = append(p.Nodes,
			nn.Node{Op: "Const", Out: []string{number}, Attrs: map[string]any{"dtype": "int64", "value": int64(i)}},
			nn.Node{Op: "Eq", In: []nn.Ref{nn.Arg("layer"), nn.Val(number)}, Out: []string{is}},
			nn.Node{
				Op: "If", In: []nn.Ref{nn.Val(is)}, Out: []string{out}, Types: []nn.Type{{DType: nn.Float32, Shape: nn.Shape{"batch", "seq", "768"}}},
				Then: &nn.Body{
					Nodes: []nn.Node{{Op: "Add", In: []nn.Ref{nn.ModelTensor(h), nn.Val("a")}, Out: []string{sum}}},
					Out:   []nn.Ref{nn.Val(sum)},
				},
				Else: &nn.Body{Out: []nn.Ref{nn.ModelTensor(h)}},
			})
		at := fmt.Sprintf("transformer.h.%d.output", i)
		p.Writes = append([]nn.Write{{At: at, Tensor: h, Value: nn.Val(out)}}, p.Writes...)
		p.Mediators[0] = append(nn.Mediator{{At: at, Event: nn.Swap, Placement: nn.Graph, Rows: nn.AllRows}}, p.Mediators[0]...)
	}
	return p
}

// patchPlan has two invokes: the first one's rows replace the second's at a block's output.
func patchPlan(b *testing.B, f *golden.Fixture, layer int) *nn.Plan {
	p, h := newPlan(f, "Patch"), block(b, f, layer).Tensor
	p.Invokes = []string{"clean", "corrupt"}
	p.Mediators = append(p.Mediators, p.Mediators[0])
	rows := nn.Arg("nngen.rows")
	p.Nodes = []nn.Node{
		{Op: "NarrowRows", In: []nn.Ref{nn.ModelTensor(h), rows}, Out: []string{"clean"}, Attrs: map[string]any{"invoke": int64(0), "axis": int64(0), "scale": int64(1)}},
		{Op: "JoinRows", In: []nn.Ref{nn.ModelTensor(h), rows, nn.Val("clean")}, Out: []string{"joined"}, Attrs: map[string]any{
			"invokes": []int64{1}, "axis": int64(0), "scale": int64(1), "total": int64(2),
		}},
	}
	swap(p, h, layer, nn.Val("joined"))
	return logits(p)
}

// argsOf are arguments for a plan's parameters.
func argsOf(p *nn.Plan) []nn.Tensor {
	if len(p.Params) == 0 {
		return nil
	}
	return []nn.Tensor{nn.Zeros(nn.Float32, width), nn.Scalar(float32(4)), nn.Scalar(int64(6))}[:len(p.Params)]
}
