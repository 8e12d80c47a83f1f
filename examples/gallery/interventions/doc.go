// Package interventions holds what the field publishes as trace functions, a
// file per family. Each does what its case among the goldens does under
// nnsight 0.8.1 (scripts/export/gallery_*.py). Four small models stand for
// the large ones:
//
//   - opticks: a trained GPT-2 of 6 blocks, 96 wide, 4 heads of 24, that reads
//     and writes single characters
//   - llama: 2 layers, 48 wide, 4 heads of 12 that share 2 keys and values, rotary positions
//   - bert: 2 layers, 48 wide, 4 heads of 12
//   - cnn: two convolutions with batch norms, a pool and a linear head over 5 classes
//
// Shapes in comments: rows are prompts, seq their tokens, width the residual stream's.
package interventions

//go:generate go run github.com/nngen-go/nngen/cmd/nngen generate ../...
