package ops

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

// inferFunc is the type of Op.Infer, lowerFunc that of Op.Lower.
type (
	inferFunc = func(in []tensor.Type, a Attrs) ([]tensor.Type, error)
	lowerFunc = func(e Emitter, in []Operand, a Attrs) ([]string, error)
)

// RankError says that an operator needs the rank of an operand that has none
// declared. The compiler replaces the operand's name by the user's.
type RankError struct {
	Op      string
	Operand int    // index in Infer's in
	Name    string // "x" for the receiver, else the parameter's name
}

// Error says what to declare.
func (e *RankError) Error() string {
	return fmt.Sprintf("%s: the rank of %s is not known: declare it, for a parameter with //nngen:param %s float32 [768]", e.Op, e.Name, e.Name)
}

// rankOf fails with a RankError that guard completes.
func rankOf(in []tensor.Type, operands ...int) error {
	for _, i := range operands {
		if !in[i].Shape.RankKnown() {
			return &RankError{Operand: i}
		}
	}
	return nil
}

// guard puts the checks that all operators share before a row's own functions:
// number of operands, presence of attributes, dtypes that the opset has. It
// prefixes errors with the operator's name.
func guard(t []Op) []Op {
	for i := range t {
		o := &t[i]
		infer, lower := o.Infer, o.Lower
		o.Infer = func(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
			if err := o.arguments(len(in), a); err != nil {
				return nil, err
			}
			out, err := infer(in, a)
			return out, o.named(err)
		}
		o.Lower = func(e Emitter, in []Operand, a Attrs) ([]string, error) {
			types := make([]tensor.Type, len(in))
			for j, x := range in {
				types[j] = x.Type
			}
			results, err := o.Infer(types, a)
			if err != nil {
				return nil, err
			}
			for _, x := range append(types, results...) {
				if x.DType == tensor.BFloat16 && e.Opset() < 13 {
					return nil, fmt.Errorf("%s: bfloat16 needs opset 13, the model has %d: export it with a newer one", o.Name, e.Opset())
				}
			}
			out, err := lower(e, in, a)
			return out, o.named(err)
		}
	}
	return t
}

func (o *Op) named(err error) error {
	if err == nil {
		return nil
	}
	if r, ok := err.(*RankError); ok {
		r.Op, r.Name = o.Name, o.operandName(r.Operand)
		return r
	}
	return fmt.Errorf("%s: %w", o.Name, err)
}

// arguments checks how many operands and which attributes there are.
func (o *Op) arguments(n int, a Attrs) error {
	least, open := 0, false
	if !o.Func {
		least = 1
	}
	for _, p := range o.Params {
		switch p.Kind {
		case TensorParam, ScalarParam:
			least++
		case TensorsParam:
			open = true
		case IndexParam:
			least += strings.Count(a.String(p.Name), "$")
		case StaticParam:
			if _, ok := a[p.Name]; !ok {
				return fmt.Errorf("%s: the argument %s is missing", o.Name, p.Name)
			}
		}
	}
	if n < least || n > least && !open {
		return fmt.Errorf("%s: %d operands given, %d expected", o.Name, n, least)
	}
	return nil
}

// operandName is how errors call operand i.
func (o *Op) operandName(i int) string {
	if !o.Func {
		if i == 0 {
			return "x"
		}
		i--
	}
	for _, p := range o.Params {
		switch p.Kind {
		case TensorParam, ScalarParam:
			if i == 0 {
				return p.Name
			}
			i--
		case TensorsParam, IndexParam:
			return fmt.Sprintf("%s[%d]", p.Name, i)
		}
	}
	return fmt.Sprintf("operand %d", i)
}
