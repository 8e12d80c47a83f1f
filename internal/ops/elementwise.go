package ops

import (
	"github.com/nngen-go/nngen/internal/tensor"
)

// inferBinary is the rule of x op o with broadcasting; out gives the result's
// dtype, nil: that of the operands.
func inferBinary(c class, out func(tensor.DType) tensor.DType) inferFunc {
	return func(in []tensor.Type, _ Attrs) ([]tensor.Type, error) {
		for _, t := range in {
			if err := c.check(t); err != nil {
				return nil, err
			}
		}
		d, err := promote(in[0], in[1])
		if err != nil {
			return nil, err
		}
		s, err := tensor.Broadcast(in[0].Shape, in[1].Shape)
		if err != nil {
			return nil, err
		}
		if out != nil {
			d = out(d)
		}
		return []tensor.Type{{DType: d, Shape: s}}, nil
	}
}

// inferUnary is the rule of an elementwise function.
func inferUnary(c class, out func(tensor.DType) tensor.DType) inferFunc {
	return func(in []tensor.Type, _ Attrs) ([]tensor.Type, error) {
		if err := c.check(in[0]); err != nil {
			return nil, err
		}
		t := tensor.Type{DType: in[0].DType, Shape: in[0].Shape.Clone()}
		if out != nil {
			t.DType = out(t.DType)
		}
		return []tensor.Type{t}, nil
	}
}

func toBool(tensor.DType) tensor.DType { return tensor.Bool }

// both casts two operands to their common dtype.
func (l *lowering) both(a, b Operand) (tensor.DType, string, string) {
	d, err := promote(a.Type, b.Type)
	if err != nil { // Infer has refused it before
		d = a.Type.DType
	}
	return d, l.cast(a.Name, a.Type.DType, d), l.cast(b.Name, b.Type.DType, d)
}

func lowerBinary(op string) lowerFunc {
	return func(e Emitter, in []Operand, _ Attrs) ([]string, error) {
		l := lower(e)
		d, a, b := l.both(in[0], in[1])
		return one(l.binary(op, d, a, b))
	}
}

// lowerExtreme is Minimum or Maximum: before opset 12 Min and Max know floats only.
func lowerExtreme(op, less string) lowerFunc {
	return func(e Emitter, in []Operand, _ Attrs) ([]string, error) {
		l := lower(e)
		d, a, b := l.both(in[0], in[1])
		if d.IsInt() && l.Opset() < 12 {
			return one(l.where(d, l.test(less, d, a, b), a, b))
		}
		return one(l.binary(op, d, a, b))
	}
}

func lowerUnary(op string) lowerFunc {
	return func(e Emitter, in []Operand, _ Attrs) ([]string, error) {
		l := lower(e)
		return one(l.unary(op, in[0].Type.DType, in[0].Name))
	}
}

// lowerFormula is a function written out in a wide dtype.
func lowerFormula(f func(l *lowering, d tensor.DType, x string) string) lowerFunc {
	return func(e Emitter, in []Operand, _ Attrs) ([]string, error) {
		l := lower(e)
		d := in[0].Type.DType
		w := wide(d)
		return one(l.cast(f(l, w, l.cast(in[0].Name, d, w)), w, d))
	}
}
