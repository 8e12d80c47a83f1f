package main

import (
	"math"
	"math/rand/v2"
)

// How a probe is trained: gradient descent on the logistic loss, with weight decay.
const (
	steps = 400
	rate  = 0.5
	decay = 0.01
)

// probe is a direction in the residual stream and a threshold.
type probe struct {
	weights []float32
	bias    float32
}

// train fits a logistic probe. Features are centred and scaled for training;
// the probe that it gives reads them as they are.
func train(features [][]float32, class []bool) probe {
	width := len(features[0])
	mean, scale := spread(features)
	w, b := make([]float64, width), 0.0
	for range steps {
		grad, gradB := make([]float64, width), 0.0
		for i, x := range features {
			z := b
			for j, v := range x {
				z += w[j] * (float64(v) - mean[j]) / scale
			}
			miss := 1 / (1 + math.Exp(-z))
			if class[i] {
				miss--
			}
			gradB += miss / float64(len(features))
			for j, v := range x {
				grad[j] += miss * (float64(v) - mean[j]) / scale / float64(len(features))
			}
		}
		b -= rate * gradB
		for j := range w {
			w[j] -= rate * (grad[j] + decay*w[j])
		}
	}
	p := probe{weights: make([]float32, width)}
	for j := range w {
		p.weights[j] = float32(w[j] / scale)
		b -= w[j] * mean[j] / scale
	}
	p.bias = float32(b)
	return p
}

// spread is the mean of the features and their root mean square distance from it.
func spread(features [][]float32) (mean []float64, scale float64) {
	mean = make([]float64, len(features[0]))
	for _, x := range features {
		for j, v := range x {
			mean[j] += float64(v) / float64(len(features))
		}
	}
	for _, x := range features {
		for j, v := range x {
			d := float64(v) - mean[j]
			scale += d * d / float64(len(features))
		}
	}
	return mean, max(math.Sqrt(scale), 1e-12)
}

// score is the probability that the probe gives.
func (p probe) score(x []float32) float64 {
	z := float64(p.bias)
	for j, v := range x {
		z += float64(p.weights[j]) * float64(v)
	}
	return 1 / (1 + math.Exp(-z))
}

// accuracy is the share of scores on the right side of a half.
func accuracy(scores []float64, class []bool) float64 {
	right := 0
	for i, s := range scores {
		if s > 0.5 == class[i] {
			right++
		}
	}
	return float64(right) / float64(len(scores))
}

// shuffled is the accuracy on the test sentences of probes that learned from
// labels in random order: what comes out if there is nothing to learn.
func shuffled(learn [][]float32, class []bool, test [][]float32, truth []bool, times int) float64 {
	random := rand.New(rand.NewPCG(1, 2))
	var mean float64
	for range times {
		labels := append([]bool(nil), class...)
		random.Shuffle(len(labels), func(i, j int) { labels[i], labels[j] = labels[j], labels[i] })
		p := train(learn, labels)
		scores := make([]float64, len(test))
		for i, x := range test {
			scores[i] = p.score(x)
		}
		mean += accuracy(scores, truth) / float64(times)
	}
	return mean
}
