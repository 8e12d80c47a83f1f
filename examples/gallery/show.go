package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/internal/golden"
)

// show prints the results of one run: guesses before and after an edit, tables as heat maps, the rest as numbers.
func show(w io.Writer, file *golden.File, e Entry, results []any) error {
	fmt.Fprintf(w, "%s: %s (%s, on %s)\n", e.Name, e.Title, e.Source, e.Model)
	in := inputsOf(file, e)
	for i, text := range in {
		if i == 0 || text != in[i-1] {
			fmt.Fprintf(w, "  row %d: %s\n", i, text)
		}
	}
	for i, name := range strings.Fields(e.Results) {
		t, err := golden.AsTensor(results[i])
		if err != nil {
			return err
		}
		a := golden.Array{Shape: t.Shape()}
		switch t.DType().String() {
		case "float32":
			a.Floats = t.Float32s()
		case "bool":
			for _, b := range t.Bools() {
				a.Floats = append(a.Floats, map[bool]float32{true: 1}[b])
			}
		default:
			for _, v := range t.Ints() {
				a.Floats = append(a.Floats, float32(v))
			}
		}
		plain, err := file.Array(e.Name + "/plain." + name)
		if err != nil {
			plain = golden.Array{}
		}
		result(w, e, name, a, plain, in)
	}
	fmt.Fprintln(w)
	return nil
}

// result prints one array.
func result(w io.Writer, e Entry, name string, a, plain golden.Array, in []string) {
	last := 0
	if n := len(a.Shape); n > 0 {
		last = a.Shape[n-1]
	}
	switch {
	case e.View.Words == name && name == "tokens":
		for i := 0; i*last < len(a.Floats); i++ {
			var words []string
			for _, id := range a.Floats[i*last : (i+1)*last] {
				words = append(words, word(e, int(id)))
			}
			fmt.Fprintf(w, "  %s %s: %s\n", name, place(a.Shape, i), strings.Join(words, " "))
		}
	case e.View.Words == name:
		for i := 0; i*last < len(a.Floats); i++ {
			after := guesses(e, a.Floats[i*last:(i+1)*last])
			if plain.Floats == nil {
				fmt.Fprintf(w, "  %s %s: %s\n", name, place(a.Shape, i), after)
			} else {
				fmt.Fprintf(w, "  %s %s: %s → %s\n", name, place(a.Shape, i), guesses(e, plain.Floats[i*last:(i+1)*last]), after)
			}
		}
	case e.View.Blocks != 0:
		sweep(w, e, name, a, in)
	case len(a.Shape) >= 2 && e.View.Lines != "":
		lines := a.Shape[len(a.Shape)-2]
		for i := 0; i*lines*last < len(a.Floats); i++ {
			fmt.Fprintf(w, "  %s %s\n", name, place(a.Shape[:len(a.Shape)-1], i))
			heat(w, e, a.Floats[i*lines*last:(i+1)*lines*last], last, in)
		}
	default:
		fmt.Fprintf(w, "  %s %v: %s\n", name, a.Shape, numbers(a.Floats))
		if plain.Floats != nil {
			fmt.Fprintf(w, "  without the edit: %s\n", numbers(plain.Floats))
		}
	}
}

// sweep prints a result with one number per row of the batch as a table.
func sweep(w io.Writer, e Entry, name string, a golden.Array, in []string) {
	n := len(a.Floats) - 1
	blocks := e.View.Blocks
	fmt.Fprintf(w, "  %s, %.3f with no cell set\n", name, a.Floats[n])
	if blocks < 0 { // line by line
		heat(w, e, a.Floats[:n], n/-blocks, in)
		return
	}
	cells := make([]float32, n)
	for i := range n {
		cells[i%blocks*(n/blocks)+i/blocks] = a.Floats[i]
	}
	heat(w, e, cells, n/blocks, in)
}

// heat prints lines of numbers, shaded from the smallest to the largest.
func heat(w io.Writer, e Entry, cells []float32, columns int, in []string) {
	low, high := slices.Min(cells), slices.Max(cells)
	fmt.Fprintf(w, "    %8s ", e.View.Lines)
	for c := range columns {
		label := fmt.Sprint(c)
		if e.View.Tokens && e.View.From+c+1 < len(in[0])-1 {
			label = fmt.Sprintf("%q", in[len(in)-1][e.View.From+c+1]) // after the opening quote
		}
		fmt.Fprintf(w, "%7s", label)
	}
	fmt.Fprintf(w, "   (%s)\n", e.View.Columns)
	for i := range len(cells) / columns {
		fmt.Fprintf(w, "    %8d ", i)
		for _, x := range cells[i*columns : (i+1)*columns] {
			shade := []rune(" ░▒▓█")[min(4, int(5*(x-low)/(high-low+1e-9)))]
			fmt.Fprintf(w, "%6.2f%c", x, shade)
		}
		fmt.Fprintln(w)
	}
}

// guesses are the three best tokens of logits with their chances.
func guesses(e Entry, logits []float32) string {
	ids := make([]int, len(logits))
	sum, top := 0.0, float64(slices.Max(logits))
	for i, x := range logits {
		ids[i] = i
		sum += math.Exp(float64(x) - top)
	}
	slices.SortStableFunc(ids, func(a, b int) int { return cmp.Compare(logits[b], logits[a]) })
	var out []string
	for _, id := range ids[:3] {
		out = append(out, fmt.Sprintf("%s %.2f", word(e, id), math.Exp(float64(logits[id])-top)/sum))
	}
	return strings.Join(out, ", ")
}

// word is how a token is printed: opticks' are characters, the other models have no words.
func word(e Entry, id int) string {
	switch {
	case e.Model != "opticks":
		return fmt.Sprintf("#%d", id)
	case id == 0:
		return `"\n"`
	}
	return fmt.Sprintf("%q", rune(id+31))
}

// bare is a word without the quotes that it is printed in.
func bare(word string) string {
	if word == `'\''` {
		return "'"
	}
	return strings.Trim(word, `'"`)
}

// inputsOf are the rows of the last invoke, as text.
func inputsOf(file *golden.File, e Entry) []string {
	var ids golden.Array
	for _, group := range []string{"in3", "in2", "in1", "in"} {
		if a, err := file.Array(e.Name + "/" + group + ".input_ids"); err == nil {
			ids = a
			break
		}
	}
	var out []string
	if ids.Shape == nil { // a picture
		return nil
	}
	for row := range ids.Shape[0] {
		var text []string
		for _, id := range ids.Ints[row*ids.Shape[1] : (row+1)*ids.Shape[1]] {
			text = append(text, bare(word(e, int(id))))
		}
		if e.Model == "opticks" {
			out = append(out, `"`+strings.Join(text, "")+`"`)
		} else {
			out = append(out, strings.Join(text, " "))
		}
	}
	return out
}

// place names the i-th vector of an array by its indices.
func place(shape []int, i int) string {
	var at []string
	for d := len(shape) - 2; d >= 0; d-- {
		at = append([]string{fmt.Sprint(i % shape[d])}, at...)
		i /= shape[d]
	}
	return "[" + strings.Join(at, ", ") + "]"
}

// numbers prints the first of them.
func numbers(v []float32) string {
	const most = 24
	var out []string
	for _, x := range v[:min(most, len(v))] {
		out = append(out, fmt.Sprintf("%.3g", x))
	}
	if len(v) > most {
		out = append(out, fmt.Sprintf("… (%d in all)", len(v)))
	}
	return strings.Join(out, " ")
}
