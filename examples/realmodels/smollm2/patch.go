package main

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/examples/realmodels/heatmap"
	"github.com/nngen-go/nngen/examples/realmodels/smollm2/probes"
	nn "github.com/nngen-go/nngen/runtime"
)

// table is what patching found: a number for each layer and position.
type table struct {
	columns []string    // the corrupt prompt's tokens
	cells   [][]float64 // normalised: 0 as the corrupt prompt, 1 as the clean one
	flipped [][]bool    // the answer is the clean prompt's
}

// patch puts each residual of the clean prompt into the run of the corrupt one.
func patch(s *session) error {
	fmt.Println("Activation patching: the residual stream of one prompt, put into the run of another at one layer and position")
	clean, err := s.ids(s.opts.clean)
	if err != nil {
		return err
	}
	corrupt, err := s.ids(s.opts.other)
	if err != nil {
		return err
	}
	if len(clean) != len(corrupt) {
		return fmt.Errorf("%q has %d tokens, %q has %d: positions correspond only if they have as many", s.opts.clean, len(clean), s.opts.other, len(corrupt))
	}
	t, err := s.fill(clean, corrupt)
	if err != nil {
		return err
	}
	t.print()
	s.flips(t)
	if s.opts.plot == "" {
		return nil
	}
	err = heatmap.Save(s.opts.plot, heatmap.Table{
		Title: fmt.Sprintf("%q patched into %q", s.opts.clean, s.opts.other), X: "position", Y: "layer",
		Columns: t.columns, Values: t.cells, Low: 0, High: 1,
	})
	if err == nil {
		fmt.Printf("  drawn into %s: blue answers%s, red answers%s\n", s.opts.plot, s.opts.rival, s.opts.answer)
	}
	return err
}

// fill runs every cell of the table, several in one run: a cell is a row of the batch.
func (s *session) fill(clean, corrupt []int64) (*table, error) {
	tokens, err := s.answers()
	if err != nil {
		return nil, err
	}
	compiled, err := probes.CompilePatch(s.model)
	if err != nil {
		return nil, err
	}
	defer compiled.Close()
	t := s.emptyTable(corrupt)
	_, base, err := s.differences(compiled, corrupt, corrupt, nil, tokens) // the corrupt prompt as it is
	if err != nil {
		return nil, err
	}
	total := probes.Layers * len(corrupt)
	bar := progress("cells of the table", total)
	defer bar.Close()
	for first := 0; first < total; first += s.opts.cells {
		cells := sequence(first, min(s.opts.cells, total-first))
		before, after, err := s.differences(compiled, clean, corrupt, cells, tokens)
		if err != nil {
			return nil, err
		}
		if before == base[0] {
			return nil, fmt.Errorf("the prompts do not differ in how they prefer %q to %q: choose other prompts or answers", s.opts.answer, s.opts.rival)
		}
		if first == 0 {
			fmt.Printf("  logit(%q) - logit(%q): %+.2f after the clean prompt, %+.2f after the corrupt one\n", s.opts.answer, s.opts.rival, before, base[0])
		}
		for i, cell := range cells {
			layer, position := cell/len(corrupt), cell%len(corrupt)
			t.cells[layer][position] = (after[i] - base[0]) / (before - base[0])
			t.flipped[layer][position] = after[i] > 0
		}
		_ = bar.Add(len(cells)) // a bar that cannot be drawn is no reason to stop
	}
	return t, nil
}

// differences runs some cells. It gives how much the answer's logit exceeds the
// rival's, after the clean prompt and after each copy of the corrupt one.
func (s *session) differences(c *probes.CompiledPatch, clean, corrupt []int64, cells []int, tokens nn.Tensor) (float64, []float64, error) {
	copies := max(1, len(cells))
	mask := make([]bool, probes.Layers*copies*len(corrupt))
	for i, cell := range cells {
		layer, position := cell/len(corrupt), cell%len(corrupt)
		mask[(layer*copies+i)*len(corrupt)+position] = true
	}
	where := nn.From(mask, probes.Layers, copies, len(corrupt), 1)
	before, after, err := c.Run(s.ctx, repeated(clean, 1), repeated(corrupt, copies), where, tokens)
	if err != nil {
		return 0, nil, err
	}
	defer before.Release()
	defer after.Release()
	b, a := before.Float32s(), after.Float32s()
	out := make([]float64, copies)
	for i := range out {
		out[i] = float64(a[2*i] - a[2*i+1])
	}
	return float64(b[0] - b[1]), out, nil
}

func sequence(first, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = first + i
	}
	return out
}

func (s *session) emptyTable(ids []int64) *table {
	t := &table{}
	for _, id := range ids {
		t.columns = append(t.columns, strings.TrimSpace(s.text.Decode([]int64{id})))
	}
	for range probes.Layers {
		t.cells = append(t.cells, make([]float64, len(ids)))
		t.flipped = append(t.flipped, make([]bool, len(ids)))
	}
	return t
}

// print shows the table, with a star where the answer is the clean prompt's.
func (t *table) print() {
	fmt.Println("  0: as after the corrupt prompt, 1: as after the clean one, *: the answer flips")
	fmt.Print("  layer")
	for _, c := range t.columns {
		fmt.Printf(" %9.9s", c)
	}
	fmt.Println()
	for layer, row := range t.cells {
		fmt.Printf("  %5d", layer)
		for i, v := range row {
			mark := " "
			if t.flipped[layer][i] {
				mark = "*"
			}
			fmt.Printf(" %8.2f%s", v, mark)
		}
		fmt.Println()
	}
}

// flips says at which positions and between which layers the answer flips.
func (s *session) flips(t *table) {
	any := false
	for p, name := range t.columns {
		var layers []int
		for layer := range t.flipped {
			if t.flipped[layer][p] {
				layers = append(layers, layer)
			}
		}
		if len(layers) > 0 {
			any = true
			fmt.Printf("  effect: at position %d (%q) the patched answer is%s instead of%s in layers %s\n", p, name, s.opts.answer, s.opts.rival, ranges(layers))
		}
	}
	if !any {
		fmt.Println("  effect: no single residual flips the answer")
	}
}

// ranges prints ascending numbers shortly: 0-3, 7.
func ranges(n []int) string {
	var out []string
	for i := 0; i < len(n); {
		j := i
		for j+1 < len(n) && n[j+1] == n[j]+1 {
			j++
		}
		if i == j {
			out = append(out, fmt.Sprint(n[i]))
		} else {
			out = append(out, fmt.Sprintf("%d-%d", n[i], n[j]))
		}
		i = j + 1
	}
	return strings.Join(out, ", ")
}
