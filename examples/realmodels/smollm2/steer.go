package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/nngen-go/nngen/examples/realmodels/smollm2/probes"
	nn "github.com/nngen-go/nngen/runtime"
)

// Two contrast sets: the same openings, with praise and with scorn. What differs
// between their mean residuals is a direction from scorn to praise.
var (
	praise = []string{
		"I loved this film. It was wonderful and the actors were brilliant.",
		"The food was delicious and the waiter was very kind to us.",
		"What a beautiful hotel, we had a perfect week and want to come back.",
		"This book is a masterpiece. I enjoyed every single page of it.",
		"The concert was amazing, everybody was happy and sang along.",
		"I am so pleased with this product, it works great every day.",
	}
	scorn = []string{
		"I hated this film. It was terrible and the actors were dreadful.",
		"The food was disgusting and the waiter was very rude to us.",
		"What an ugly hotel, we had a horrible week and want our money back.",
		"This book is a failure. I disliked every single page of it.",
		"The concert was awful, everybody was bored and went home.",
		"I am so annoyed with this product, it breaks down every day.",
	}
)

// What the effect is measured by: how likely words of either kind come next.
var (
	openings  = []string{"The movie was", "I think that this restaurant is", "My stay at the hotel was", "In my opinion the service is"}
	goodWords = []string{" great", " good", " wonderful", " beautiful", " amazing", " perfect", " excellent", " fantastic", " delicious", " lovely"}
	badWords  = []string{" bad", " terrible", " awful", " horrible", " poor", " disappointing", " boring", " worst", " dreadful", " ugly"}
)

// steer prints continuations with and without a direction added to the residual stream.
func steer(s *session) error {
	fmt.Printf("Steering: alpha times the direction from scorn to praise, added to the residual stream after layer %d,\nat every position and every step of decoding\n", probes.SteerAt)
	v, err := s.direction()
	if err != nil {
		return err
	}
	compiled, err := probes.CompileSteer(s.model)
	if err != nil {
		return err
	}
	defer compiled.Close()
	alpha := float32(s.opts.alpha)
	prompts := openings
	if s.opts.prompts != "" {
		prompts = []string{s.opts.prompts}
	}
	for _, prompt := range prompts {
		if err := s.continuations(compiled, prompt, v, alpha); err != nil {
			return err
		}
	}
	return s.doses(compiled, v, alpha)
}

// direction is the difference of the mean residuals of the two sets.
func (s *session) direction() (nn.Tensor, error) {
	compiled, err := probes.CompileResidual(s.model)
	if err != nil {
		return nn.Tensor{}, err
	}
	defer compiled.Close()
	bar := progress("residuals of the contrast sets", len(praise)+len(scorn))
	defer bar.Close()
	var sum []float32
	add := func(texts []string, sign float32) error {
		for _, text := range texts {
			in, err := s.inputs(text, 1)
			if err != nil {
				return err
			}
			mean, err := compiled.Run(s.ctx, in)
			if err != nil {
				return err
			}
			r := mean.Float32s()
			if sum == nil {
				sum = make([]float32, len(r))
			}
			for i := range r {
				sum[i] += sign * r[i] / float32(len(texts))
			}
			mean.Release()
			_ = bar.Add(1) // a bar that cannot be drawn is no reason to stop
		}
		return nil
	}
	if err := add(praise, 1); err != nil {
		return nn.Tensor{}, err
	}
	if err := add(scorn, -1); err != nil {
		return nn.Tensor{}, err
	}
	fmt.Printf("  the direction's length is %.1f\n", norm(sum))
	return nn.From(sum), nil
}

func norm(v []float32) float64 {
	var s float64
	for _, x := range v {
		s += float64(x) * float64(x)
	}
	return math.Sqrt(s)
}

// continuations prints what the model says against, without and along the direction.
func (s *session) continuations(c *probes.CompiledSteer, prompt string, v nn.Tensor, alpha float32) error {
	in, err := s.inputs(prompt, 1)
	if err != nil {
		return err
	}
	fmt.Printf("\n  %q\n", prompt)
	for _, a := range []float32{-alpha, 0, alpha} {
		rows, err := c.Generate(s.ctx, in, v, a, nn.Greedy(), nn.MaxNewTokens(s.opts.tokens))
		if err != nil {
			return err
		}
		text := s.text.Decode(rows[0][in.InputIDs.Len():])
		fmt.Printf("    alpha %+5.2f: %s\n", a, strings.Join(strings.Fields(text), " "))
	}
	return nil
}

// doses prints how the chance of good against bad words grows with alpha.
func (s *session) doses(c *probes.CompiledSteer, v nn.Tensor, alpha float32) error {
	good, err := s.tokens(goodWords)
	if err != nil {
		return err
	}
	bad, err := s.tokens(badWords)
	if err != nil {
		return err
	}
	fmt.Printf("\n  effect: log of P(a good word next) / P(a bad word next), mean over %d openings\n", len(openings))
	parts := []float32{-1, -0.5, 0, 0.5, 1}
	means := make([]float64, len(parts))
	for i, part := range parts {
		for _, prompt := range openings {
			odds, err := s.odds(c, prompt, v, part*alpha, good, bad)
			if err != nil {
				return err
			}
			means[i] += odds / float64(len(openings))
		}
	}
	for i, part := range parts {
		more := means[i] - means[len(parts)/2]
		fmt.Printf("    alpha %+5.2f: %+5.2f  (%+.2f, odds × %.3g)\n", part*alpha, means[i], more, math.Exp(more))
	}
	return nil
}

// odds is the log of the chance of good words next against that of bad ones.
func (s *session) odds(c *probes.CompiledSteer, prompt string, v nn.Tensor, alpha float32, good, bad []int64) (float64, error) {
	in, err := s.inputs(prompt, 1)
	if err != nil {
		return 0, err
	}
	out, err := c.Run(s.ctx, in, v, alpha)
	if err != nil {
		return 0, err
	}
	defer out.Release()
	all := out.Float32s()
	last := all[len(all)/in.InputIDs.Len()*(in.InputIDs.Len()-1):]
	return logSum(last, good) - logSum(last, bad), nil
}

// logSum is the log of the sum of the exponentials of some logits.
func logSum(logits []float32, ids []int64) float64 {
	top := math.Inf(-1)
	for _, id := range ids {
		top = max(top, float64(logits[id]))
	}
	var sum float64
	for _, id := range ids {
		sum += math.Exp(float64(logits[id]) - top)
	}
	return top + math.Log(sum)
}

// tokens are those of words that are one token each; others are left out.
func (s *session) tokens(words []string) ([]int64, error) {
	var out []int64
	for _, w := range words {
		ids, err := s.ids(w)
		if err != nil {
			return nil, err
		}
		if len(ids) == 1 {
			out = append(out, ids[0])
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("none of %q is one token", words)
	}
	return out, nil
}
