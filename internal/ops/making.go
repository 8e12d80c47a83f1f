package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// making make tensors of another dtype or content.
var making = []Op{
	{
		Name: "Cast", Shape: sameRule, Params: []Param{dtypeArg("dtype")},
		Doc:   "Cast converts to dtype; floats to integers toward zero, anything but 0 to true.",
		Infer: inferCast, Lower: lowerCast,
	},
	castTo("Float", tensor.Float32, "Float is Cast to float32."),
	castTo("Long", tensor.Int64, "Long is Cast to int64."),
	like("ZerosLike", 0, "ZerosLike is 0 in the shape and dtype of x."),
	like("OnesLike", 1, "OnesLike is 1 in the shape and dtype of x."),
	{
		Name: "FullLike", Shape: sameRule, Params: []Param{scalarArg("value")},
		Doc:   "FullLike is value in the shape and dtype of x; floats only.",
		Infer: inferScalars, Lower: lowerFull,
	},
	{
		Name: "OneHot", Shape: "[a…], classes n → [a…, n]", Params: []Param{intArg("classes")},
		Doc:   "OneHot is int64 rows of 0 with a 1 at the position that x (integers) holds; a position outside gives a row of 0.",
		Infer: inferOneHot, Lower: lowerOneHot,
	},
	{
		Name: "Arange", Func: true, Shape: "→ [n]", Params: []Param{intArg("from"), intArg("to"), intArg("step")},
		Doc:   "Arange is from, from+step, … as int64, as long as it is before to.",
		Infer: inferArange, Lower: lowerArange,
	},
	{
		Name: "Full", Func: true, Shape: "→ [dims…]", Params: []Param{dtypeArg("dtype"), floatArg("value"), intsArg("dims")},
		Doc:   "Full is a tensor of one number.",
		Infer: inferFull, Lower: lowerConstant,
	},
	{
		Name: "Eye", Func: true, Shape: "→ [n, n]", Params: []Param{intArg("n")},
		Doc:   "Eye is the float32 matrix with 1 on the diagonal and 0 elsewhere.",
		Infer: inferEye, Lower: lowerEye,
	},
	triangle("Triu", "Triu keeps the last two axes on and above diagonal k, and is 0 elsewhere."),
	triangle("Tril", "Tril keeps the last two axes on and below diagonal k, and is 0 elsewhere."),
}

func castTo(name string, d tensor.DType, doc string) Op {
	return Op{
		Name: name, Doc: doc, Shape: sameRule,
		Infer: inferUnary(elements, func(tensor.DType) tensor.DType { return d }),
		Lower: func(e Emitter, in []Operand, _ Attrs) ([]string, error) {
			return one(lower(e).cast(in[0].Name, in[0].Type.DType, d))
		},
	}
}

func dtypeAttr(a Attrs) (tensor.DType, error) {
	d, err := tensor.ParseDType(a.String("dtype"))
	if err == nil && d == tensor.String {
		err = fmt.Errorf("string is not an element type that tensors compute with")
	}
	return d, err
}

func inferCast(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	d, err := dtypeAttr(a)
	if err != nil {
		return nil, err
	}
	return inferUnary(elements, func(tensor.DType) tensor.DType { return d })(in, a)
}

func lowerCast(e Emitter, in []Operand, a Attrs) ([]string, error) {
	d, err := dtypeAttr(a)
	if err != nil {
		return nil, err
	}
	return one(lower(e).cast(in[0].Name, in[0].Type.DType, d))
}

func like(name string, v float64, doc string) Op {
	return Op{
		Name: name, Doc: doc, Shape: sameRule,
		Infer: inferUnary(elements, nil),
		Lower: func(e Emitter, in []Operand, _ Attrs) ([]string, error) {
			l := lower(e)
			return one(l.fill(in[0].Type.DType, v, l.shape(in[0].Name)))
		},
	}
}

// fill is a tensor of one value in the shape of a vector.
func (l *lowering) fill(d tensor.DType, v float64, shape string) string {
	t, err := onnx.NewTensor("", d, []int64{1}, []float64{v})
	if err != nil { // only dtypes that guard has let through come here
		return l.cast(l.fill(tensor.Float32, v, shape), tensor.Float32, d)
	}
	return l.Node("ConstantOfShape", []string{shape}, onnx.TensorAttr("value", t))
}

func lowerFull(e Emitter, in []Operand, _ Attrs) ([]string, error) {
	l := lower(e)
	d := in[0].Type.DType
	return one(l.expand(l.scalar(in[1], d), d, piece{name: l.shape(in[0].Name)}))
}

func triangle(name, doc string) Op {
	return Op{
		Name: name, Doc: doc, Shape: sameRule, Params: []Param{intArg("k")},
		Infer: inferTriangle, Lower: lowerTriangle(name == "Triu"),
	}
}

func inferTriangle(in []tensor.Type, _ Attrs) ([]tensor.Type, error) {
	if err := elements.check(in[0]); err != nil {
		return nil, err
	}
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	if len(in[0].Shape) < 2 {
		return nil, fmt.Errorf("shape %s has no last two axes", in[0].Shape)
	}
	return []tensor.Type{{DType: in[0].DType, Shape: in[0].Shape.Clone()}}, nil
}

// lowerTriangle picks by comparing row and column numbers. Trilu exists from
// opset 14 on but lacks kernels for many dtypes, so it serves the common ones.
func lowerTriangle(upper bool) lowerFunc {
	return func(e Emitter, in []Operand, a Attrs) ([]string, error) {
		l := lower(e)
		x, d, k := in[0].Name, in[0].Type.DType, a.Int("k", 0)
		if l.Opset() >= 14 && computeIn("Trilu", d) == d {
			flag := int64(0)
			if upper {
				flag = 1
			}
			return one(l.Node("Trilu", []string{x, l.integer(k)}, onnx.IntAttr("upper", flag)))
		}
		rank := len(in[0].Type.Shape)
		row := l.unsqueeze(l.iota(in[0], rank-2), 1)
		diagonal := l.binary("Sub", tensor.Int64, l.iota(in[0], rank-1), row)
		keep := ""
		if upper {
			keep = l.Node("Greater", []string{diagonal, l.integer(k - 1)})
		} else {
			keep = l.Node("Less", []string{diagonal, l.integer(k + 1)})
		}
		return one(l.where(d, keep, x, l.number(d, 0)))
	}
}
