package main

import (
	"fmt"

	"github.com/nngen-go/nngen/examples/realmodels/minilm/probes"
	nn "github.com/nngen-go/nngen/runtime"
)

// shuffles is how often the control with shuffled labels is repeated.
const shuffles = 40

// layers trains a probe for each layer and prints how well it does.
func (e *encoder) layers() ([]probe, error) {
	learn, class := sentences(learnFrom)
	test, truth := sentences(testOn)
	features, err := e.features(append(learn, test...))
	if err != nil {
		return nil, err
	}
	trained := make([]probe, probes.Layers)
	for i := range trained {
		trained[i] = train(features[i][:len(learn)], class)
	}
	scores, err := e.scores(trained, append(learn, test...))
	if err != nil {
		return nil, err
	}
	fmt.Printf("A probe for praise against blame: learned from %d sentences, tested on %d about other things\n", len(learn), len(test))
	fmt.Printf("  layer  learned  tested  mean score of praise - of blame  with shuffled labels\n")
	for i := range trained {
		fitted, tested := scores[i][:len(learn)], scores[i][len(learn):]
		control := shuffled(features[i][:len(learn)], class, features[i][len(learn):], truth, shuffles)
		fmt.Printf("  %5d   %4.0f %%  %4.0f %%  %31.2f  %18.0f %%\n", i, 100*accuracy(fitted, class), 100*accuracy(tested, truth), gap(tested, truth), 100*control)
	}
	return trained, nil
}

// gap is how much higher praise scores than blame.
func gap(scores []float64, class []bool) float64 {
	var sum [2]float64
	var n [2]float64
	for i, s := range scores {
		k := 0
		if class[i] {
			k = 1
		}
		sum[k] += s
		n[k]++
	}
	return sum[1]/n[1] - sum[0]/n[0]
}

// features gives what each layer says of each sentence, by layer and sentence.
func (e *encoder) features(texts []string) ([][][]float32, error) {
	in, mask, err := e.inputs(texts)
	if err != nil {
		return nil, err
	}
	compiled, err := probes.CompileFeatures(e.model)
	if err != nil {
		return nil, err
	}
	defer compiled.Close()
	out, err := compiled.Run(e.ctx, in, mask)
	if err != nil {
		return nil, err
	}
	defer out.Release()
	all := out.Float32s()
	layers := make([][][]float32, probes.Layers)
	for i := range layers {
		for range texts {
			layers[i] = append(layers[i], append([]float32(nil), all[:probes.Width]...))
			all = all[probes.Width:]
		}
	}
	return layers, nil
}

// scores runs the trained probes inside the model, by layer and sentence.
func (e *encoder) scores(trained []probe, texts []string) ([][]float64, error) {
	in, mask, err := e.inputs(texts)
	if err != nil {
		return nil, err
	}
	compiled, err := probes.CompileScore(e.model)
	if err != nil {
		return nil, err
	}
	defer compiled.Close()
	var weights, bias []float32
	for _, p := range trained {
		weights, bias = append(weights, p.weights...), append(bias, p.bias)
	}
	out, err := compiled.Run(e.ctx, in, mask, nn.From(weights, probes.Layers, probes.Width), nn.From(bias))
	if err != nil {
		return nil, err
	}
	defer out.Release()
	all := make([][]float64, probes.Layers)
	for i, s := range out.Float32s() {
		all[i/len(texts)] = append(all[i/len(texts)], float64(s))
	}
	return all, nil
}

// say prints what the probes think of sentences that they never saw.
func (e *encoder) say(trained []probe, texts []string) error {
	if len(texts) == 0 {
		texts = []string{
			"I could not be happier.", "Never again.", "The food was not bad at all.",
			"I expected a wonderful evening and got a terrible one.", "The meeting is at four.",
		}
	}
	scores, err := e.scores(trained, texts)
	if err != nil {
		return err
	}
	fmt.Print("\n  P(praise) after layer")
	for i := range trained {
		fmt.Printf("%6d", i)
	}
	fmt.Println()
	for i, text := range texts {
		fmt.Print("                       ")
		for _, layer := range scores {
			fmt.Printf("  %.2f", layer[i])
		}
		fmt.Printf("  %s\n", text)
	}
	return nil
}
