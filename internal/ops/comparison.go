package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

const boolean = tensor.Bool

// comparison are the operators that give or take truth values.
var comparison = []Op{
	compare("Eq", elements, "Eq is true where x and o are equal; both of one dtype, gives bool.", lowerTest("Equal")),
	compare("Ne", elements, "Ne is true where x and o differ; both of one dtype, gives bool.", lowerNe),
	compare("Lt", numbers, "Lt is true where x < o; both of one numeric dtype, gives bool.", lowerTest("Less")),
	compare("Le", numbers, "Le is true where x <= o; both of one numeric dtype, gives bool.", lowerOrEqual("Less")),
	compare("Gt", numbers, "Gt is true where x > o; both of one numeric dtype, gives bool.", lowerTest("Greater")),
	compare("Ge", numbers, "Ge is true where x >= o; both of one numeric dtype, gives bool.", lowerOrEqual("Greater")),
	compare("And", bools, "And is true where x and o both are; bool only.", lowerLogic("And")),
	compare("Or", bools, "Or is true where x or o is; bool only.", lowerLogic("Or")),
	compare("Xor", bools, "Xor is true where one of x and o is, but not both; bool only.", lowerLogic("Xor")),
	{
		Name: "Not", Doc: "Not is true where x is not; bool only.", Shape: sameRule,
		Infer: inferUnary(bools, nil),
		Lower: func(e Emitter, in []Operand, _ Attrs) ([]string, error) {
			return one(e.Node("Not", []string{in[0].Name}))
		},
	},
	{
		Name: "Where", Doc: "Where picks from a where cond (bool) is true, else from b; a and b of one dtype.",
		Func: true, Shape: "[c…], [a…], [b…] → broadcast",
		Params: []Param{tensorArg("cond"), tensorArg("a"), tensorArg("b")},
		Infer:  inferWhere, Lower: lowerWhere,
	},
	{
		Name: "MaskedFill", Shape: "[a…], [m…] → broadcast", Params: []Param{tensorArg("mask"), scalarArg("value")},
		Doc:   "MaskedFill is x with value where mask (bool) is true; numbers only, value is cast to the dtype of x.",
		Infer: inferMaskedFill, Lower: lowerMaskedFill,
	},
}

func compare(name string, c class, doc string, f lowerFunc) Op {
	return Op{
		Name: name, Doc: doc, Shape: broadcastRule, Params: []Param{tensorArg("o")},
		Infer: inferBinary(c, toBool), Lower: f,
	}
}

func lowerTest(op string) lowerFunc {
	return func(e Emitter, in []Operand, _ Attrs) ([]string, error) {
		l := lower(e)
		d, a, b := l.both(in[0], in[1])
		return one(l.compare(op, d, a, b))
	}
}

// compare is test, except that uint64, which has kernels of its own, is not
// taken through int64, where large numbers would turn negative.
func (l *lowering) compare(op string, d tensor.DType, a, b string) string {
	if d == tensor.Uint64 {
		return l.Node(op, []string{a, b})
	}
	return l.test(op, d, a, b)
}

func lowerNe(e Emitter, in []Operand, _ Attrs) ([]string, error) {
	l := lower(e)
	d, a, b := l.both(in[0], in[1])
	return one(l.Node("Not", []string{l.compare("Equal", d, a, b)}))
}

// lowerOrEqual is not the negation of the opposite test, which NaN would pass.
func lowerOrEqual(op string) lowerFunc {
	return func(e Emitter, in []Operand, _ Attrs) ([]string, error) {
		l := lower(e)
		d, a, b := l.both(in[0], in[1])
		if l.Opset() >= 12 {
			return one(l.compare(op+"OrEqual", d, a, b))
		}
		return one(l.Node("Or", []string{l.compare(op, d, a, b), l.compare("Equal", d, a, b)}))
	}
}

func lowerLogic(op string) lowerFunc {
	return func(e Emitter, in []Operand, _ Attrs) ([]string, error) {
		return one(e.Node(op, []string{in[0].Name, in[1].Name}))
	}
}

func inferWhere(in []tensor.Type, _ Attrs) ([]tensor.Type, error) {
	if err := bools.check(in[0]); err != nil {
		return nil, err
	}
	for _, t := range in[1:] {
		if err := elements.check(t); err != nil {
			return nil, err
		}
	}
	d, err := promote(in[1], in[2])
	if err != nil {
		return nil, err
	}
	s, err := tensor.Broadcast(in[0].Shape, in[1].Shape, in[2].Shape)
	if err != nil {
		return nil, err
	}
	return []tensor.Type{{DType: d, Shape: s}}, nil
}

func lowerWhere(e Emitter, in []Operand, _ Attrs) ([]string, error) {
	l := lower(e)
	d, a, b := l.both(in[1], in[2])
	return one(l.where(d, in[0].Name, a, b))
}

func inferMaskedFill(in []tensor.Type, _ Attrs) ([]tensor.Type, error) {
	if err := bools.check(in[1]); err != nil {
		return nil, fmt.Errorf("mask: %w", err)
	}
	out, err := inferScalars([]tensor.Type{in[0], in[2]}, nil)
	if err != nil {
		return nil, err
	}
	out[0].Shape, err = tensor.Broadcast(in[0].Shape, in[1].Shape)
	return out, err
}

func lowerMaskedFill(e Emitter, in []Operand, _ Attrs) ([]string, error) {
	l := lower(e)
	d := in[0].Type.DType
	return one(l.where(d, in[1].Name, l.scalar(in[2], d), in[0].Name))
}
