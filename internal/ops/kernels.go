package ops

import "github.com/nngen-go/nngen/internal/tensor"

// kernelClass groups ONNX operators by the dtypes that every provider computes.
type kernelClass int

const (
	arithmeticKernel kernelClass = iota // float16 to float64, int32, int64
	floatKernel                         // float16 to float64
	narrowKernel                        // float32 and float64 only
	singleKernel                        // float32 only, and float16 through it
	moveKernel                          // copies elements: any dtype
	expandKernel                        // copies elements: any dtype but bfloat16
	whereKernel                         // as arithmetic, and uint8
	equalKernel                         // as arithmetic, and bool
)

// kernels holds the class of each ONNX operator that is not arithmetic. It was
// measured by opening one-operator models with onnxruntime 1.30 on the CPU, and
// takes the smaller set where older versions or opsets have fewer kernels.
var kernels = map[string]kernelClass{
	"Sqrt": floatKernel, "Exp": floatKernel, "Log": floatKernel, "Reciprocal": floatKernel,
	"Floor": floatKernel, "Ceil": floatKernel, "Round": floatKernel, "Sin": floatKernel, "Cos": floatKernel,
	"Tanh": floatKernel, "Sigmoid": floatKernel, "Relu": floatKernel, "IsNaN": floatKernel, "Pow": floatKernel,
	"Softmax": floatKernel, "LogSoftmax": floatKernel, "LayerNormalization": floatKernel,
	"Asinh": singleKernel, "Acosh": singleKernel, "Atanh": singleKernel,
	"Tan": singleKernel, "Sinh": singleKernel, "Cosh": singleKernel, "Asin": singleKernel, "Acos": singleKernel, "Atan": singleKernel,
	"Erf": singleKernel, "Expand": expandKernel, "Tile": expandKernel, "Where": whereKernel, "Equal": equalKernel,
	"ReduceSum": narrowKernel, "ReduceMean": narrowKernel, "ReduceProd": narrowKernel, "ReduceL2": narrowKernel, "ReduceLogSumExp": narrowKernel,
	"CumSum": narrowKernel, "ScatterElements": narrowKernel,
}

// computeIn gives the dtype in which an ONNX operator is computed for elements
// of dtype d: d itself where there is a kernel, else a wider one to cast through.
func computeIn(op string, d tensor.DType) tensor.DType {
	class := kernels[op]
	switch d {
	case tensor.Float32, tensor.Invalid:
		return d
	case tensor.Float64:
		if class == singleKernel {
			return tensor.Float32
		}
		return d
	case tensor.Float16:
		if class == narrowKernel || class == singleKernel {
			return tensor.Float32
		}
		return d
	case tensor.BFloat16:
		if class == moveKernel {
			return d
		}
		return tensor.Float32
	}
	return computeIntegerIn(class, d)
}

func computeIntegerIn(class kernelClass, d tensor.DType) tensor.DType {
	if class == moveKernel || class == expandKernel {
		return d
	}
	switch d {
	case tensor.Bool:
		if class == equalKernel {
			return d
		}
		if class == whereKernel {
			return tensor.Uint8
		}
		return tensor.Int32
	case tensor.Uint8:
		if class == whereKernel {
			return d
		}
		return tensor.Int32
	case tensor.Int8, tensor.Int16, tensor.Uint16:
		return tensor.Int32
	case tensor.Uint32, tensor.Uint64:
		return tensor.Int64
	}
	return d
}
