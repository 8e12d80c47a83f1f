package ops

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// einsum is an equation whose dots have become labels of their own.
type einsum struct {
	in   [][]rune // labels of each operand's axes
	out  []rune
	dims map[rune]tensor.Dim
}

const dots = "..."

// parseEinsum reads an equation and holds the operands to it.
func parseEinsum(text string, in []tensor.Type) (*einsum, error) {
	plain := strings.ReplaceAll(text, " ", "")
	left, right, explicit := strings.Cut(plain, "->")
	sides := strings.Split(left, ",")
	if len(sides) != len(in) {
		return nil, fmt.Errorf("equation %q is about %d tensors, %d given", text, len(sides), len(in))
	}
	eq := &einsum{dims: map[rune]tensor.Dim{}}
	most := 0
	for i, side := range sides {
		n, err := eq.operand(text, side, in[i].Shape)
		if err != nil {
			return nil, err
		}
		most = max(most, n)
	}
	if err := eq.broadcast(in); err != nil {
		return nil, fmt.Errorf("equation %q: %w", text, err)
	}
	if len(eq.dims) > 52 {
		return nil, fmt.Errorf("equation %q has more axes than there are letters", text)
	}
	if !explicit {
		right = eq.implied(left)
	}
	return eq, eq.result(text, right, most)
}

// dotLabel names the axis that stands back places from the end of the dots.
func dotLabel(back int) rune { return rune('\uE000' + back) }

// operand reads the labels of one operand; n is how many axes its dots stand for.
func (eq *einsum) operand(text, side string, s tensor.Shape) (n int, err error) {
	before, after, has := strings.Cut(side, dots)
	named := len(before) + len(after)
	n = len(s) - named
	if n < 0 || n > 0 && !has {
		return 0, fmt.Errorf("equation %q: %q names %d axes, the tensor has shape %s", text, side, named, s)
	}
	labels := []rune(before)
	for k := n; has && k > 0; k-- {
		labels = append(labels, dotLabel(k))
	}
	labels = append(labels, []rune(after)...)
	for i, c := range before + after {
		if !isLetter(c) {
			return 0, fmt.Errorf("equation %q: %q is no letter", text, string(c))
		}
		if strings.ContainsRune((before + after)[:i], c) {
			return 0, fmt.Errorf("equation %q: %s stands twice in %q: take the diagonal first, with x.At(x.Positions(0), x.Positions(1))", text, string(c), side)
		}
	}
	eq.in = append(eq.in, labels)
	return n, nil
}

func isLetter(c rune) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// broadcast finds the size of each label; 1 goes with any other.
func (eq *einsum) broadcast(in []tensor.Type) error {
	for i, labels := range eq.in {
		for axis, label := range labels {
			d := in[i].Shape[axis]
			if have, ok := eq.dims[label]; ok {
				s, err := tensor.Broadcast(tensor.Shape{have}, tensor.Shape{d})
				if err != nil {
					return fmt.Errorf("axis %s is %s in one tensor and %s in another", labelText(label), have, d)
				}
				d = s[0]
			}
			eq.dims[label] = d
		}
	}
	return nil
}

func labelText(label rune) string {
	if isLetter(label) {
		return string(label)
	}
	return "under the dots"
}

// implied is the result's side where there is no arrow: what the dots stand for,
// then the labels that appear once, sorted.
func (eq *einsum) implied(left string) string {
	var once []rune
	for _, c := range left {
		if isLetter(c) && strings.Count(left, string(c)) == 1 {
			once = append(once, c)
		}
	}
	slices.Sort(once)
	if strings.Contains(left, dots) {
		return dots + string(once)
	}
	return string(once)
}

// result reads the side of the result.
func (eq *einsum) result(text, right string, most int) error {
	before, after, has := strings.Cut(right, dots)
	for i, c := range before + after {
		if _, ok := eq.dims[c]; !ok || !isLetter(c) {
			return fmt.Errorf("equation %q: %q of the result is in none of the tensors", text, string(c))
		}
		if strings.ContainsRune((before + after)[:i], c) {
			return fmt.Errorf("equation %q: %s stands twice in the result", text, string(c))
		}
	}
	eq.out = []rune(before)
	for k := most; has && k > 0; k-- {
		eq.out = append(eq.out, dotLabel(k))
	}
	eq.out = append(eq.out, []rune(after)...)
	return nil
}

// labels are all labels in the order in which they first appear.
func (eq *einsum) labels() []rune {
	var out []rune
	for _, side := range eq.in {
		for _, label := range side {
			if !contains(out, label) {
				out = append(out, label)
			}
		}
	}
	return out
}

func contains(list []rune, r rune) bool { return slices.Contains(list, r) }

// attribute spells the equation with letters alone: the dots get letters that it
// does not use.
func (eq *einsum) attribute() *onnx.Attribute {
	letters := map[rune]rune{}
	free := []rune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
	free = slices.DeleteFunc(free, func(c rune) bool { _, used := eq.dims[c]; return used })
	for _, label := range eq.labels() {
		letters[label] = label
		if !isLetter(label) {
			letters[label], free = free[0], free[1:]
		}
	}
	spell := func(side []rune) string {
		out := make([]rune, len(side))
		for i, label := range side {
			out[i] = letters[label]
		}
		return string(out)
	}
	parts := make([]string, len(eq.in))
	for i, side := range eq.in {
		parts[i] = spell(side)
	}
	return onnx.StringAttr("equation", strings.Join(parts, ",")+"->"+spell(eq.out))
}
