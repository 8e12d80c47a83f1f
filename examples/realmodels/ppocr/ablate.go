package main

import (
	"fmt"
	"image"
	"sort"
	"strings"

	"github.com/nngen-go/nngen/examples/realmodels/models/ppocr"
	"github.com/nngen-go/nngen/examples/realmodels/ppocr/probes"
	nn "github.com/nngen-go/nngen/runtime"
)

// outcome is what the model reads without one of its pieces.
type outcome struct {
	piece string
	text  string
	worse float64 // by how much the mean log probability of the original reading falls
}

// ablate prints what each module and each channel of the first convolution is worth.
func (r *reader) ablate(img *image.RGBA, path []int64) error {
	modules, err := r.modules(img, path)
	if err != nil {
		return err
	}
	fmt.Printf("Each of %d modules replaced by its mean along the line, the worst first\n", len(modules))
	r.print(modules, r.chars.text(path))
	channels, err := r.channels(img, path)
	if err != nil {
		return err
	}
	fmt.Printf("\nEach of %d channels of conv2d_10, the first convolution, replaced by its mean\n", len(channels))
	r.print(channels, r.chars.text(path))
	return nil
}

// modules takes away one module in each row of one batch; the last row keeps all.
func (r *reader) modules(img *image.RGBA, path []int64) ([]outcome, error) {
	compiled, err := probes.CompileAblate(r.model)
	if err != nil {
		return nil, err
	}
	defer compiled.Close()
	const rows = probes.Modules + 1
	cut := make([]bool, probes.Modules*rows)
	names := make([]string, probes.Modules)
	for i, w := range compiled.Plan().Writes { // in the order of Ablate's loops
		cut[i*rows+i] = true
		names[i] = strings.TrimSuffix(w.At, ".output")
	}
	best, likelihood, err := compiled.Run(r.ctx, ppocr.Inputs{X: tensor(img, rows)},
		nn.From(cut, probes.Modules, rows, 1, 1, 1), repeated(path, rows))
	if err != nil {
		return nil, err
	}
	return r.outcomes(names, best, likelihood), nil
}

// channels does the same with the channels of the first convolution.
func (r *reader) channels(img *image.RGBA, path []int64) ([]outcome, error) {
	compiled, err := probes.CompileAblateChannels(r.model)
	if err != nil {
		return nil, err
	}
	defer compiled.Close()
	const rows = probes.Channels + 1
	cut := make([]bool, rows*probes.Channels)
	names := make([]string, probes.Channels)
	for i := range names {
		cut[i*probes.Channels+i] = true
		names[i] = fmt.Sprintf("channel %d", i)
	}
	best, likelihood, err := compiled.Run(r.ctx, ppocr.Inputs{X: tensor(img, rows)},
		nn.From(cut, rows, probes.Channels, 1, 1), repeated(path, rows))
	if err != nil {
		return nil, err
	}
	return r.outcomes(names, best, likelihood), nil
}

// repeated is the path for each row, as Gather wants it.
func repeated(path []int64, rows int) nn.Tensor {
	all := make([]int64, 0, rows*len(path))
	for range rows {
		all = append(all, path...)
	}
	return nn.From(all, rows, len(path), 1)
}

// outcomes compares each row with the last, which is the model as it is.
func (r *reader) outcomes(names []string, best, likelihood nn.Tensor) []outcome {
	defer best.Release()
	defer likelihood.Release()
	ids, logs := best.Ints(), likelihood.Float32s()
	steps, whole := best.Shape()[1], float64(logs[len(names)])
	out := make([]outcome, len(names))
	for i, name := range names {
		out[i] = outcome{piece: name, text: r.chars.text(ids[i*steps : (i+1)*steps]), worse: whole - float64(logs[i])}
	}
	return out
}

// print shows the pieces, the most needed first, and how many can go without a changed reading.
func (r *reader) print(all []outcome, original string) {
	sort.SliceStable(all, func(i, j int) bool { return all[i].worse > all[j].worse })
	fmt.Printf("  %-12s %12s  %5s  %s\n", "without", "log P falls", "edits", "recognised")
	same := 0
	for _, o := range all {
		n := edits(original, o.text)
		if n == 0 {
			same++
		}
		fmt.Printf("  %-12s %12.4f  %5d  %q\n", o.piece, o.worse, n, o.text)
	}
	fmt.Printf("  effect: without any one of %d of %d the line is read as before; without %s the log probability a step falls most, by %.2f\n",
		same, len(all), all[0].piece, all[0].worse)
}
