// Package probes holds interventions on PP-OCRv4, which reads a line of text
// from a picture. Its file names no scopes: modules are named after their weights.
package probes

import (
	"github.com/nngen-go/nngen/examples/realmodels/models/ppocr"
	nn "github.com/nngen-go/nngen/runtime"
)

//go:generate go run github.com/nngen-go/nngen/cmd/nngen generate ../...

// Modules is how many modules Ablate can take away.
const Modules = first + attention + last

const (
	first     = 31 // convolutions of the picture
	attention = 8  // projections of the two attention blocks
	last      = 3  // convolutions after them
)

// Channels is how many channels the first convolution has.
const Channels = 16

// Read gives the probabilities of each character at each step along the line, [batch, steps, 6625].
//
//nngen:trace nohooks
func Read(m *ppocr.Model) (chances nn.Tensor) {
	return m.Output()
}

// Ablate reads copies of one picture, each with some modules taken away: where a
// copy's cut is set, the module says the same everywhere along the line, its own
// mean. It gives the likeliest character of each step, [rows, steps], and the mean
// log probability of a path, [rows].
//
//nngen:trace nohooks
//nngen:param cut bool [42, rows, 1, 1, 1]
//nngen:param path int64 [rows, steps, 1]
func Ablate(m *ppocr.Model, cut, path nn.Tensor) (best, likelihood nn.Tensor) {
	for i, conv := range firstConvs(m) {
		h := conv.Output()
		conv.SetOutput(nn.Where(cut.At(i), h.MeanKeep(2, 3), h))
	}
	for i, linear := range attentionLinears(m) {
		h := linear.Output() // [rows, steps, width]: one axis less than a picture
		linear.SetOutput(nn.Where(cut.At(first+i, nn.All, 0), h.MeanKeep(1), h))
	}
	for i, conv := range lastConvs(m) {
		h := conv.Output()
		conv.SetOutput(nn.Where(cut.At(first+attention+i), h.MeanKeep(2, 3), h))
	}
	return outcome(m, path)
}

// AblateChannels is Ablate for the single channels of the first convolution.
//
//nngen:trace nohooks
//nngen:param cut bool [rows, 16, 1, 1]
//nngen:param path int64 [rows, steps, 1]
func AblateChannels(m *ppocr.Model, cut, path nn.Tensor) (best, likelihood nn.Tensor) {
	h := m.Conv2d10.Output()
	m.Conv2d10.SetOutput(nn.Where(cut, h.MeanKeep(2, 3), h))
	return outcome(m, path)
}

// outcome is what the model reads, and how likely it finds a path.
func outcome(m *ppocr.Model, path nn.Tensor) (best, likelihood nn.Tensor) {
	chances := m.Output()
	return chances.ArgMax(-1), chances.Gather(path, 2).Log().Mean(1, 2)
}

// firstConvs are the convolutions before attention, in the order of the run;
// those that weigh whole channels see one number a channel and are left out.
func firstConvs(m *ppocr.Model) [first]*ppocr.Conv2d {
	return [first]*ppocr.Conv2d{
		m.Conv2d10, m.Conv2d157, m.Conv2d158, m.Conv2d159, m.Conv2d160, m.Conv2d161, m.Conv2d162, m.Conv2d163,
		m.Conv2d164, m.Conv2d165, m.Conv2d166, m.Conv2d167, m.Conv2d168, m.Conv2d169, m.Conv2d170, m.Conv2d171,
		m.Conv2d172, m.Conv2d173, m.Conv2d174, m.Conv2d175, m.Conv2d176, m.Conv2d177, m.Conv2d178, m.Conv2d179,
		m.Conv2d180, m.Conv2d181, m.Conv2d182, m.Conv2d183, m.Conv2d184, m.Conv2d142, m.Conv2d143,
	}
}

func attentionLinears(m *ppocr.Model) [attention]*ppocr.Linear {
	return [attention]*ppocr.Linear{m.Linear77, m.Linear78, m.Linear79, m.Linear80, m.Linear81, m.Linear82, m.Linear83, m.Linear84}
}

func lastConvs(m *ppocr.Model) [last]*ppocr.Conv2d {
	return [last]*ppocr.Conv2d{m.Conv2d144, m.Conv2d145, m.Conv2d146}
}
