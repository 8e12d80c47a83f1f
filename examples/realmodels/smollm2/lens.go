package main

import (
	"fmt"

	"github.com/nngen-go/nngen/examples/realmodels/smollm2/probes"
)

// lens prints what each layer would say if it were the last.
func lens(s *session) error {
	fmt.Println("Logit lens: the next token, read off the residual stream of the last position after each layer")
	tokens, err := s.answers()
	if err != nil {
		return err
	}
	compiled, err := probes.CompileLens(s.model)
	if err != nil {
		return err
	}
	defer compiled.Close()
	for _, prompt := range []string{s.opts.clean, s.opts.other} {
		in, err := s.inputs(prompt, 1)
		if err != nil {
			return err
		}
		best, chance, chances, err := compiled.Run(s.ctx, in, tokens)
		if err != nil {
			return err
		}
		s.printLens(prompt, tokens.Ints(), best.Ints(), chance.Float32s(), chances.Float32s())
		best.Release()
		chance.Release()
		chances.Release()
	}
	return nil
}

// printLens prints a row per layer: its best guess, and the chance of the two answers.
func (s *session) printLens(prompt string, tokens, best []int64, chance, chances []float32) {
	answers := []string{s.opts.answer, s.opts.rival}
	fmt.Printf("\n  %q\n  layer  best guess             %18s %18s\n", prompt, fmt.Sprintf("P(%q)", answers[0]), fmt.Sprintf("P(%q)", answers[1]))
	for layer, id := range best {
		guess := fmt.Sprintf("%q", s.text.Decode([]int64{id}))
		fmt.Printf("  %5d  %-16s %3.0f %%  %18s %18s\n", layer, guess, 100*chance[layer], percent(chances[2*layer]), percent(chances[2*layer+1]))
	}
	for i, answer := range answers {
		first := since(best, tokens[i])
		if first == len(best) {
			continue
		}
		fmt.Printf("  effect: from layer %d on the best guess is %q; its probability goes from %s after layer 0 to %s after layer %d\n",
			first, answer, percent(chances[i]), percent(chances[2*(len(best)-1)+i]), len(best)-1)
	}
}

// since is the first layer from which on every best guess is id; as many as there are layers if the last is not.
func since(best []int64, id int64) int {
	first := len(best)
	for first > 0 && best[first-1] == id {
		first--
	}
	return first
}

// percent prints a probability, small ones too.
func percent(p float32) string {
	if p < 0.001 {
		return fmt.Sprintf("%.0e", p)
	}
	return fmt.Sprintf("%.1f %%", 100*p)
}
