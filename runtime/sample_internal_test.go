package nn

import (
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
)

// samplingGolden is what scripts/export/golden_sampling.py writes.
type samplingGolden struct {
	Logits [][]string
	Cases  []struct {
		Temperature float64
		TopK        int     `json:"top_k"`
		TopP        float64 `json:"top_p"`
		Probs       [][]float64
	}
}

func readSampling(t *testing.T) (samplingGolden, [][]float32) {
	t.Helper()
	data, err := os.ReadFile("../testdata/goldens/sampling.json")
	require.NoError(t, err)
	var g samplingGolden
	require.NoError(t, json.Unmarshal(data, &g))
	rows := make([][]float32, len(g.Logits))
	for r, row := range g.Logits {
		for _, s := range row {
			v, err := strconv.ParseFloat(s, 32)
			require.NoError(t, err)
			rows[r] = append(rows[r], float32(v))
		}
	}
	return g, rows
}

// The tokens that may be drawn, and how likely each is, are those of transformers.
func TestSamplingIsThatOfTransformers(t *testing.T) {
	g, rows := readSampling(t)
	require.NotEmpty(t, g.Cases)
	for _, k := range g.Cases {
		for r, row := range rows {
			s := newSampler(GenerateSettings{Sample: true, Temperature: k.Temperature, TopK: k.TopK, TopP: k.TopP}, 1)
			got := make([]float64, len(row))
			for _, c := range s.warp(tensor.Float32, toBytes(row)) {
				got[c.id] = c.p
			}
			for i, p := range got {
				require.InDelta(t, k.Probs[r][i], p, 1e-6, "%+v row %d token %d", k, r, i)
			}
		}
	}
}

// How often a token is drawn is its probability, and a seed gives its stream again.
func TestSamplingDraws(t *testing.T) {
	g, rows := readSampling(t)
	k := g.Cases[4]
	draw := func(seed uint64) (ids []int64) {
		s := newSampler(GenerateSettings{Sample: true, Temperature: k.Temperature, TopK: k.TopK, TopP: k.TopP, Seed: seed}, 2)
		for range 20000 {
			ids = append(ids, s.next(1, tensor.Float32, toBytes(rows[0])))
		}
		return ids
	}
	ids := draw(3)
	count := map[int64]int{}
	for _, id := range ids {
		count[id]++
	}
	for i, p := range k.Probs[0] {
		sd := math.Sqrt(p * (1 - p) / 20000)
		require.InDelta(t, p, float64(count[int64(i)])/20000, 5*sd, "token %d", i)
	}
	require.Equal(t, ids, draw(3))
	require.NotEqual(t, ids, draw(4))
}

// Logits that are no numbers end neither the draw nor the program.
func TestSamplingOfOddLogits(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	s := newSampler(GenerateSettings{Sample: true, Temperature: 1, TopP: 1}, 1)
	require.Equal(t, int64(1), s.next(0, tensor.Float32, toBytes([]float32{0, inf, 1})))
	require.Equal(t, int64(2), s.next(0, tensor.Float32, toBytes([]float32{nan, -inf, 1})))
	require.Equal(t, int64(0), s.next(0, tensor.Float32, toBytes([]float32{nan, nan})))
}
