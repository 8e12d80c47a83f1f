package shapes

import "github.com/nngen-go/nngen/internal/tensor"

// rules holds what each operator does to shapes. It is filled by init because
// rules refer to each other's helpers, not to the table.
var rules = map[string]rule{}

func init() {
	group(sameAsFirst, "Identity", "Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "Gelu", "Mish", "Sigmoid", "HardSigmoid",
		"HardSwish", "Softplus", "Softsign", "Tanh", "Erf", "Sqrt", "Exp", "Log", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan",
		"Sinh", "Cosh", "Asinh", "Acosh", "Atanh", "Reciprocal", "Sign", "Round", "Softmax", "LogSoftmax", "Hardmax", "Clip",
		"Trilu", "CumSum", "LpNormalization", "LRN", "InstanceNormalization", "GroupNormalization", "MeanVarianceNormalization",
		"ThresholdedRelu", "Shrink", "ScatterND", "ScatterElements", "Scatter", "BatchNormalization", "LayerNormalization",
		"RMSNormalization", "RotaryEmbedding", "Swish",
		"com.microsoft:Gelu", "com.microsoft:FastGelu", "com.microsoft:BiasGelu", "com.microsoft:QuickGelu", "com.microsoft:RotaryEmbedding",
		"com.microsoft:SimplifiedLayerNormalization", "com.microsoft:BiasSoftmax", "com.microsoft:BiasAdd", "SimplifiedLayerNormalization")
	group(keepValues(sameAsFirst), "Floor", "Ceil", "Abs")
	group(elementwise, "Pow", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "PreluSlope", "Sum", "Mean", "BitShift")
	group(comparison, "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Xor")
	group(reduce, "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare", "ReduceSum", "ReduceProd")
	group(argReduce, "ArgMax", "ArgMin")
	group(pool, "MaxPool", "AveragePool", "LpPool")
	group(globalPool, "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool")
	group(boolLike, "Not", "IsNaN", "IsInf")
	for name, r := range map[string]rule{
		"Neg": neg, "Add": add, "Sub": sub, "Mul": mul, "Div": div, "Mod": elementwise, "Min": minimum, "Max": maximum, "Equal": equal, "Where": where,
		"Cast": cast, "CastLike": castLike, "Constant": constant, "ConstantOfShape": constantOfShape, "Shape": shapeOf, "Size": sizeOf,
		"Range": rangeOf, "Expand": expand, "Reshape": reshape, "Flatten": flatten, "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Transpose": transpose,
		"Concat": concat, "Split": split, "Slice": slice, "Gather": gather, "GatherElements": gatherElements, "GatherND": gatherND,
		"Tile": tile, "Pad": pad, "Resize": resize, "DepthToSpace": unknownRank(4), "SpaceToDepth": unknownRank(4), "TopK": topK, "OneHot": oneHot,
		"NonZero": nonZero, "EyeLike": sameAsFirst, "Einsum": einsum, "MatMul": matMul, "Gemm": gemm, "Conv": conv, "ConvTranspose": convTranspose,
		"Dropout": dropout, "LSTM": recurrent, "GRU": recurrent, "RNN": recurrent, "Attention": attention,
		"DequantizeLinear": dequantize, "QuantizeLinear": quantize, "DynamicQuantizeLinear": dynamicQuantize, "MatMulInteger": matMulInteger,
		"QLinearConv": qlinearConv, "QLinearMatMul": qlinearMatMul, "ConvInteger": convInteger,
		"com.microsoft:FusedMatMul": matMul, "com.microsoft:MatMulNBits": matMulNBits, "com.microsoft:SkipLayerNormalization": skipNorm,
		"com.microsoft:SkipSimplifiedLayerNormalization": skipNorm, "com.microsoft:GroupQueryAttention": groupQuery,
		"com.microsoft:MultiHeadAttention": sameAsFirst, "com.microsoft:Attention": sameAsFirst, "com.microsoft:FusedGemm": gemm, "com.microsoft:FusedConv": conv,
		"com.microsoft:EmbedLayerNormalization": embedNorm, "If": branches,
	} {
		rules[name] = r
	}
}

func group(r rule, names ...string) {
	for _, n := range names {
		rules[n] = r
	}
}

// sameAsFirst is an operator whose result looks like its first input.
func sameAsFirst(c *call) []tensor.Type {
	if v, ok := c.value(0); ok && c.n.Op == "Identity" {
		c.set(v)
	}
	t := c.t(0)
	return one(tensor.Type{DType: t.DType, Shape: t.Shape.Clone()})
}

// keepValues lets elements through: exact for whole numbers of sizes.
func keepValues(r rule) rule {
	return func(c *call) []tensor.Type {
		if v, ok := c.value(0); ok {
			c.set(v)
		}
		return r(c)
	}
}

func unknownRank(n int) rule {
	return func(c *call) []tensor.Type { return of(c.t(0).DType, unknowns(n)) }
}

// broadcastAll joins the shapes of inputs from to the last.
func (c *call) broadcastAll(from int) tensor.Shape {
	var out tensor.Shape
	for i := from; i < len(c.in); i++ {
		s := c.in[i].Shape
		if s == nil {
			return nil
		}
		if i == from {
			out = s.Clone()
			continue
		}
		out = c.p.broadcastShapes(out, s)
	}
	return out
}

func (p *pass) broadcastShapes(a, b tensor.Shape) tensor.Shape {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := a.Clone()
	off := len(a) - len(b)
	for i, d := range b {
		out[off+i] = p.broadcast(a[off+i], d)
	}
	return out
}

func elementwise(c *call) []tensor.Type { return of(c.t(0).DType, c.broadcastAll(0)) }

func comparison(c *call) []tensor.Type { return of(tensor.Bool, c.broadcastAll(0)) }

func boolLike(c *call) []tensor.Type { return of(tensor.Bool, c.t(0).Shape.Clone()) }

func dropout(c *call) []tensor.Type {
	s := c.t(0).Shape
	return []tensor.Type{{DType: c.t(0).DType, Shape: s.Clone()}, {DType: tensor.Bool, Shape: s.Clone()}}
}
