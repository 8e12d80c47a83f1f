package main

import (
	"fmt"
	"math"
	"regexp"

	nn "github.com/nngen-go/nngen/runtime"

	"github.com/nngen-go/nngen/examples/demo/probes"
)

// The two sets of text whose difference is the steering vector.
var (
	colours = []string{
		"the red, the yellow, the green, the blue, and the violet",
		"of a deep red, orange, yellow, green, blue and purple",
		"the violet and indigo, and then blue, green, yellow and red",
		"a very good blue and violet, a sky-colour'd green",
		"white, yellow, orange, red, and then violet and blue",
	}
	measures = []string{
		"the Angle of Incidence, the Sine of Refraction and the Axis",
		"the distance of the Glass was six Feet and two Inches",
		"the thickness of the Plate was the tenth part of an Inch",
		"the Diameter of the Ring in the sixth Line was three Inches",
		"the Proposition and the Theorem, as in the first Book",
	}
	prompts = []string{"I observed that the ", "Then I looked through ", "And when the ", "The Rays which "}
)

var colourName = regexp.MustCompile(`(?i)red|yellow|green|blue|violet|purple|orange|indigo|white|black|colour`)

const (
	strength  = 1.25 // of the steering vector; from 3 on the text breaks
	newTokens = 100
)

// steer writes a plain and a steered continuation side by side.
func steer(d *demo) error {
	fmt.Printf("2. Steering: %.2f × (colour texts − measure texts) added after block %d, at every step\n", strength, probes.SteerAt)
	v, err := d.direction()
	if err != nil {
		return err
	}
	compiled, err := probes.CompileSteer(d.sess)
	if err != nil {
		return err
	}
	defer compiled.Close()
	counts := map[bool]int{}
	for _, prompt := range prompts {
		in, err := d.inputs(prompt, 1)
		if err != nil {
			return err
		}
		plain, err := d.sess.Generate(d.ctx, in, nn.MaxNewTokens(newTokens), nn.Greedy())
		if err != nil {
			return err
		}
		steered, err := compiled.Generate(d.ctx, in, v, strength, nn.MaxNewTokens(newTokens), nn.Greedy())
		if err != nil {
			return err
		}
		a, b := d.chars.Decode(plain[0])[len(prompt):], d.chars.Decode(steered[0])[len(prompt):]
		counts[false] += len(colourName.FindAllString(a, -1))
		counts[true] += len(colourName.FindAllString(b, -1))
		fmt.Printf("\n   %q\n   plain:   %q\n   steered: %q\n", prompt, a, b)
	}
	fmt.Printf("\n   effect: %d colour words in the plain continuations, %d in the steered ones\n", counts[false], counts[true])
	return nil
}

// direction is the mean residual of the colour texts minus that of the others.
func (d *demo) direction() (nn.Tensor, error) {
	compiled, err := probes.CompileTopic(d.sess)
	if err != nil {
		return nn.Tensor{}, err
	}
	defer compiled.Close()
	plus, err := d.meanTopic(compiled, colours)
	if err != nil {
		return nn.Tensor{}, err
	}
	minus, err := d.meanTopic(compiled, measures)
	if err != nil {
		return nn.Tensor{}, err
	}
	norm := 0.0
	for i := range plus {
		plus[i] -= minus[i]
		norm += float64(plus[i] * plus[i])
	}
	fmt.Printf("   the vector's length is %.1f\n", math.Sqrt(norm))
	return nn.From(plus), nil
}

// meanTopic averages Topic over texts.
func (d *demo) meanTopic(compiled *probes.CompiledTopic, texts []string) ([]float32, error) {
	var sum []float32
	for _, text := range texts {
		in, err := d.inputs(text, 1)
		if err != nil {
			return nil, err
		}
		t, err := compiled.Run(d.ctx, in)
		if err != nil {
			return nil, err
		}
		if sum == nil {
			sum = make([]float32, t.Len())
		}
		for i, x := range t.Float32s() {
			sum[i] += x / float32(len(texts))
		}
		t.Release()
	}
	return sum, nil
}
