package main

import (
	"fmt"

	nn "github.com/nngen-go/nngen/runtime"

	"github.com/nngen-go/nngen/examples/demo/probes"
)

// lens prints what each layer would say if it were the last.
func lens(d *demo) error {
	fmt.Println("1. Logit lens: the next character, read off the residual stream after each block")
	compiled, err := probes.CompileLens(d.sess)
	if err != nil {
		return err
	}
	defer compiled.Close()
	for _, p := range []struct{ prompt, next string }{
		{"of the Sun's Li", "g"},
		{"Colours of the Spectru", "m"},
	} {
		in, err := d.inputs(p.prompt, 1)
		if err != nil {
			return err
		}
		layers, err := compiled.Run(d.ctx, in)
		if err != nil {
			return err
		}
		if err := d.printLens(p.prompt, p.next, layers[:]); err != nil {
			return err
		}
	}
	return nil
}

// printLens prints a row per layer: the best guess and the right one's chance.
func (d *demo) printLens(prompt, next string, layers []nn.Tensor) error {
	right, err := d.id(next)
	if err != nil {
		return err
	}
	fmt.Printf("\n   %q → %q\n", prompt, next)
	first, last := float32(0), float32(0)
	for layer, t := range layers {
		p := t.Float32s()
		best := 0
		for i := range p {
			if p[i] > p[best] {
				best = i
			}
		}
		last = p[right]
		if layer == 0 {
			first = last
		}
		fmt.Printf("   after block %d: best guess %q %3.0f %%   P(%q) %s %3.0f %%\n",
			layer, d.chars.Decode([]int64{int64(best)}), 100*p[best], next, bar(last), 100*last)
		t.Release()
	}
	fmt.Printf("   effect: P(%q) rises from %.2f to %.2f: early blocks guess from the last letters, later ones know the word\n", next, first, last)
	return nil
}
