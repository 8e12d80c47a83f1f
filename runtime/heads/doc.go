// Package heads turns the scores that a probe gives each token into one score of
// a text, or into a running one: the heads that probes in production use. They are
// plain tensor code over package nn, compiled into the model's graph like any
// other, and can be read and copied.
//
// scores are [batch, seq]: what Linear gives, or one class of a probe's logits.
// mask is [batch, seq], bool or a number: what is not 0 is a token, what is 0 is
// padding, on either side. Results are float32. A row without any token gives 0
// for sums and means and the lowest float for maxima.
//
//	scores := heads.Linear(m.Transformer.H[8].Output(), probe.Weight, probe.Bias)
//	return heads.Max(heads.MovingAverage(scores, mask, 16), mask)
package heads
