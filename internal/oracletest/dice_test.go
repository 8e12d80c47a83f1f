package oracletest

import (
	"math/bits"

	"pgregory.net/rapid"
)

// dice draws evenly from rapid's stream. Rapid's own integers prefer small ones
// and the ends of their range, which is right for finding edges of numbers and
// wrong for choosing among constructs.
type dice struct{ t *rapid.T }

var bit = rapid.Bool()

// IntN gives a number from 0 to n-1.
func (d dice) IntN(n int) int {
	for {
		v := 0
		for range bits.Len(uint(n - 1)) {
			v <<= 1
			if bit.Draw(d.t, "bit") {
				v++
			}
		}
		if v < n {
			return v
		}
	}
}

// Perm gives the numbers from 0 to n-1 in a random order.
func (d dice) Perm(n int) []int {
	out := make([]int, n)
	for i := range out {
		k := d.IntN(i + 1)
		out[i], out[k] = out[k], i
	}
	return out
}

// programs generates trace functions over the nets. What fails is made smaller
// by leaving steps of the program out (shrink_test.go), not by rapid drawing
// less: a batch of candidates costs little more than one of them.
func programs(nets map[string]*net) *rapid.Generator[*program] {
	return rapid.Custom(func(t *rapid.T) *program { return writeProgram(nets, dice{t}) })
}
