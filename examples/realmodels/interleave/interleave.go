// Package interleave times several ways of doing one thing in turn, so that
// whatever else the machine does falls on all of them alike.
package interleave

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// Way is one way of doing the thing.
type Way struct {
	Name string
	Run  func() error
}

// Timing is what a way took.
type Timing struct {
	Name              string
	Median, Low, High time.Duration // Low and High hold the middle half of the runs
	Ratio             float64       // to the first way: the median over the rounds
}

// Measure runs each way once to warm up and then rounds times, one after the other.
func Measure(rounds int, ways []Way) ([]Timing, error) {
	took := make([][]time.Duration, len(ways))
	for round := range rounds + 1 {
		for i, w := range ways {
			began := time.Now()
			if err := w.Run(); err != nil {
				return nil, fmt.Errorf("%s: %w", w.Name, err)
			}
			if round > 0 {
				took[i] = append(took[i], time.Since(began))
			}
		}
	}
	out := make([]Timing, len(ways))
	for i, w := range ways {
		ratios := make([]float64, rounds)
		for r := range ratios {
			ratios[r] = float64(took[i][r]) / float64(took[0][r])
		}
		out[i] = Timing{Name: w.Name, Ratio: quantile(ratios, 0.5)}
		out[i].Low, out[i].Median, out[i].High = quantile(took[i], 0.25), quantile(took[i], 0.5), quantile(took[i], 0.75)
	}
	return out, nil
}

// quantile is the value below which the share q of all lies.
func quantile[T float64 | time.Duration](all []T, q float64) T {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}

// Print writes a row for each way.
func Print(w io.Writer, timings []Timing) {
	fmt.Fprintf(w, "  %-26s %10s   %-21s %s\n", "", "median", "middle half", "ratio to the first")
	for _, t := range timings {
		ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
		fmt.Fprintf(w, "  %-26s %7.2f ms   %7.2f to %7.2f ms  %.3f\n", t.Name, ms(t.Median), ms(t.Low), ms(t.High), t.Ratio)
	}
}
