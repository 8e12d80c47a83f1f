package nn

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

// How much of a tensor is printed: torch's defaults.
const (
	printThreshold = 1000 // with more elements, dimensions are shortened
	printEdge      = 3    // entries kept at both ends
	printWidth     = 80
)

// String prints the tensor as torch does; a tensor that cannot be read prints why.
func (t Tensor) String() string {
	if t.h == nil {
		return "tensor(none)"
	}
	t.h.mu.Lock()
	defer t.h.mu.Unlock()
	if t.h.released {
		return "tensor(released)"
	}
	data, err := t.h.hostBytes()
	if err != nil {
		return fmt.Sprintf("tensor(%s: %v)", t.h.typ(), err)
	}
	p := newPrinter(t.h.dtype, t.h.shape, data)
	return "tensor(" + p.format(0, 0, len("tensor(")) + suffix(t.h) + ")"
}

// suffix names what the elements do not show.
func suffix(h *handle) string {
	s := ""
	if elements(h.shape) == 0 && len(h.shape) > 1 {
		s = fmt.Sprintf(", size=%s", strings.ReplaceAll(fmt.Sprint(h.shape), " ", ", "))
	}
	switch {
	case h.dtype == tensor.Float32 || h.dtype == tensor.Int64 && elements(h.shape) > 0 || h.dtype == tensor.Bool && elements(h.shape) > 0:
		return s
	}
	return s + ", dtype=" + h.dtype.String()
}

// printer formats the elements of one tensor alike.
type printer struct {
	dtype   tensor.DType
	shape   []int64
	data    []byte
	short   bool
	width   int
	ints    bool // all floats are whole numbers
	science bool
}

func newPrinter(d tensor.DType, shape []int64, data []byte) *printer {
	p := &printer{dtype: d, shape: shape, data: data, short: elements(shape) > printThreshold}
	if d.IsFloat() {
		p.chooseFormat()
	}
	if len(shape) > 0 { // a scalar is not padded
		p.each(0, 0, func(i int64) { p.width = max(p.width, len(p.element(i))) })
	}
	return p
}

// chooseFormat picks whole numbers, fixed point or powers of ten as torch does:
// by the largest and smallest magnitude among the printed elements.
func (p *printer) chooseFormat() {
	p.ints = true
	low, high := math.Inf(1), 0.0
	p.each(0, 0, func(i int64) {
		v := math.Abs(p.float(i))
		if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
			return
		}
		p.ints = p.ints && v == math.Ceil(v)
		low, high = min(low, v), max(high, v)
	})
	if high == 0 {
		return
	}
	ratio := high/low > 1000
	p.science = ratio || high > 1e8 || !p.ints && low < 1e-4
}

// indexes gives the positions along a dimension that are printed; -1 is the gap.
func (p *printer) indexes(dim int) []int64 {
	n := p.shape[dim]
	var out []int64
	for i := int64(0); i < n; i++ {
		if p.short && n > 2*printEdge && i == printEdge {
			out = append(out, -1)
			i = n - printEdge
		}
		out = append(out, i)
	}
	return out
}

// each visits the printed elements.
func (p *printer) each(dim int, at int64, f func(i int64)) {
	if dim == len(p.shape) {
		f(at)
		return
	}
	for _, i := range p.indexes(dim) {
		if i >= 0 {
			p.each(dim+1, at*p.shape[dim]+i, f)
		}
	}
}

// format prints the part below dimension dim; indent is the column of its bracket.
func (p *printer) format(dim int, at int64, indent int) string {
	if dim == len(p.shape) {
		return p.element(at)
	}
	if dim == len(p.shape)-1 {
		return p.row(at, indent)
	}
	var parts []string
	for _, i := range p.indexes(dim) {
		if i < 0 {
			parts = append(parts, "...")
			continue
		}
		parts = append(parts, p.format(dim+1, at*p.shape[dim]+i, indent+1))
	}
	gap := "," + strings.Repeat("\n", len(p.shape)-dim-1) + strings.Repeat(" ", indent+1)
	return "[" + strings.Join(parts, gap) + "]"
}

// row prints the last dimension, broken into lines.
func (p *printer) row(at int64, indent int) string {
	perLine := max(1, (printWidth-indent)/(p.width+2))
	var lines, line []string
	for _, i := range p.indexes(len(p.shape) - 1) {
		text := " ..."
		if i >= 0 {
			text = fmt.Sprintf("%*s", p.width, p.element(at*p.shape[len(p.shape)-1]+i))
		}
		if line = append(line, text); len(line) == perLine {
			lines, line = append(lines, strings.Join(line, ", ")), nil
		}
	}
	if line != nil {
		lines = append(lines, strings.Join(line, ", "))
	}
	return "[" + strings.Join(lines, ",\n"+strings.Repeat(" ", indent+1)) + "]"
}

func (p *printer) float(i int64) float64 {
	return floatAt(p.dtype, p.data[i*int64(p.dtype.Size()):])
}

func (p *printer) element(i int64) string {
	b := p.data[i*int64(p.dtype.Size()):]
	switch {
	case p.dtype == tensor.Bool:
		if b[0] != 0 {
			return "True"
		}
		return "False"
	case p.dtype.IsInt():
		if p.dtype == tensor.Uint64 {
			return strconv.FormatUint(uint64(intAt(p.dtype, b)), 10)
		}
		return strconv.FormatInt(intAt(p.dtype, b), 10)
	}
	return p.number(p.float(i))
}

func (p *printer) number(v float64) string {
	switch {
	case math.IsNaN(v):
		return "nan"
	case math.IsInf(v, 0):
		return strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(v, 'f', -1, 64), "+"))
	case p.science:
		return strconv.FormatFloat(v, 'e', 4, 64)
	case p.ints:
		return strconv.FormatFloat(v, 'f', 0, 64) + "."
	}
	return strconv.FormatFloat(v, 'f', 4, 64)
}
