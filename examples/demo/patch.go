package main

import (
	"fmt"
	"strings"

	nn "github.com/nngen-go/nngen/runtime"

	"github.com/nngen-go/nngen/examples/demo/probes"
)

// Two prompts of one length that want different letters next.
const (
	cleanPrompt   = "the Light is more tha"
	corruptPrompt = "the Light is from tha"
	answer        = "n" // of the clean one; the corrupt one wants "t"
)

// patch fills a table: each cell is a run of the corrupt prompt in which the
// clean residual stream stands at one layer and position.
func patch(d *demo) error {
	fmt.Printf("3. Activation patching: %q into %q, one layer and position at a time\n", cleanPrompt, corruptPrompt)
	seq := len(cleanPrompt)
	cells := probes.Layers * seq
	clean, err := d.inputs(cleanPrompt, 1)
	if err != nil {
		return err
	}
	// The last copy is not patched: what the patches are measured against.
	corrupt, err := d.inputs(corruptPrompt, cells+1)
	if err != nil {
		return err
	}
	compiled, err := probes.CompilePatch(d.sess)
	if err != nil {
		return err
	}
	defer compiled.Close()
	next, err := compiled.Run(d.ctx, clean, corrupt, cellMask(cells+1, seq))
	if err != nil {
		return err
	}
	defer next.Release()
	right, err := d.id(answer)
	if err != nil {
		return err
	}
	p := make([]float32, cells+1)
	width := next.Len() / len(p)
	for i, all := 0, next.Float32s(); i < len(p); i++ {
		p[i] = all[i*width+int(right)]
	}
	printTable(p, seq)
	return nil
}

// cellMask has, for each copy, one layer and position set: copy l·seq+i patches
// layer l at position i. Shape [layers, copies, seq, 1].
func cellMask(copies, seq int) nn.Tensor {
	mask := make([]bool, probes.Layers*copies*seq)
	for layer := range probes.Layers {
		for pos := range seq {
			c := layer*seq + pos
			mask[(layer*copies+c)*seq+pos] = true
		}
	}
	return nn.From(mask, probes.Layers, copies, seq, 1)
}

// printTable prints the chance of the clean answer for the positions from the
// first difference on; all others are measured too and named when they matter.
func printTable(p []float32, seq int) {
	base := p[len(p)-1]
	from := 0
	for cleanPrompt[from] == corruptPrompt[from] {
		from++
	}
	fmt.Printf("\n   P(%q) in percent; %.0f without a patch\n\n   patched at   ", answer, 100*base)
	for _, c := range corruptPrompt[from:] {
		fmt.Printf("%5q", c)
	}
	fmt.Println()
	best, at, flipped := base, "", ""
	for layer := range probes.Layers {
		fmt.Printf("   after block %d", layer)
		for pos := from; pos < seq; pos++ {
			v := p[layer*seq+pos]
			fmt.Printf("%5.0f", 100*v)
			if v > best {
				best, at = v, fmt.Sprintf("block %d, position %d (%q)", layer, pos, corruptPrompt[pos])
			}
			if v > 0.5 && pos == seq-1 && flipped == "" {
				flipped = fmt.Sprint(layer)
			}
		}
		fmt.Println()
	}
	fmt.Printf("\n   effect: P(%q) %.2f → %.2f at %s; from block %s on the last position alone flips the answer:\n", answer, base, best, at, flipped)
	fmt.Println("   before that the difference sits on the letters of more/from, and attention moves it to the end.")
	if low := maxOf(p[:from], base); low-base > 0.1 {
		fmt.Printf("   (an earlier position also moves it, to %.2f)\n", low)
	} else {
		fmt.Printf("   Positions before %q do nothing, as they must: both prompts are the same there.\n", strings.TrimSpace(corruptPrompt[from:from+4]))
	}
}

func maxOf(p []float32, at float32) float32 {
	for _, v := range p {
		at = max(at, v)
	}
	return at
}
