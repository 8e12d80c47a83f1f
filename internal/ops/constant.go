package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

// constants are the compiler's own: numbers that stand in the user's text have
// no name in a plan until they are the result of a node.
var constants = []Op{
	{
		Name: "Const", Func: true, Hidden: true, Shape: "→ [] or [dims…]",
		Doc:    "Const is a number or bool of the user's text: a scalar, or dims filled with it.",
		Params: []Param{dtypeArg("dtype"), {"value", StaticParam, "any"}},
		Infer:  inferConst, Lower: lowerConst,
	},
}

// constType reads dtype and dims; without dims the constant is a scalar.
func constType(a Attrs) (tensor.Type, error) {
	d, err := tensor.ParseDType(a.String("dtype"))
	if err != nil {
		return tensor.Type{}, err
	}
	dims := a.Ints("dims")
	for _, n := range dims {
		if n < 0 {
			return tensor.Type{}, fmt.Errorf("dims %v: a size cannot be negative", dims)
		}
	}
	return tensor.Type{DType: d, Shape: tensor.Dims(dims...)}, nil
}

func inferConst(_ []tensor.Type, a Attrs) ([]tensor.Type, error) {
	t, err := constType(a)
	if err != nil {
		return nil, err
	}
	if _, isBool := a["value"].(bool); isBool != (t.DType == tensor.Bool) {
		return nil, fmt.Errorf("%v is no %s", a["value"], t.DType)
	}
	return []tensor.Type{t}, nil
}

// lowerConst holds one element in the graph, however many the constant has.
func lowerConst(e Emitter, _ []Operand, a Attrs) ([]string, error) {
	t, err := constType(a)
	if err != nil {
		return nil, err
	}
	c := e.Const(t.DType, nil, constData(t.DType, a))
	if len(t.Shape) == 0 {
		return one(c)
	}
	l := lower(e)
	return one(l.Node("Expand", []string{c, l.vector(a.Ints("dims")...)}))
}

// constData gives the value as a slice of one. JSON hands integers back as
// float64; values that need all 64 bits come as int64.
func constData(d tensor.DType, a Attrs) any {
	switch {
	case d == tensor.Bool:
		return []bool{a.Bool("value", false)}
	case d.IsInt():
		return []int64{a.Int("value", 0)}
	}
	return []float64{a.Float("value", 0)}
}
