// Command readme is the example of the README: how much one MLP matters.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/nngen-go/nngen/examples/demo/opticks" // generated from opticks.nnspec.yaml
	nn "github.com/nngen-go/nngen/runtime"
)

//go:generate go run github.com/nngen-go/nngen/cmd/nngen generate .

// Damp scales what an MLP adds to the residual stream, and gives the chances of the next character.
//
//nngen:trace
func Damp(m *opticks.Model, by float32) (next nn.Tensor) {
	mlp := m.Transformer.H[2].MLP
	mlp.SetOutput(mlp.Output().Scale(by))
	return m.LMHead.Output().At(0, -1).Softmax(-1)
}

func main() {
	sess, err := opticks.Open("examples/demo/opticks/opticks.onnx")
	fatal(err)
	damp, err := CompileDamp(sess) // generated
	fatal(err)
	prompt := opticks.Inputs{InputIDs: characters("of the Sun's Li")}
	for _, by := range []float32{1, 0.5, 0} {
		next, err := damp.Run(context.Background(), prompt, by)
		fatal(err)
		fmt.Printf("MLP of block 2 at %3.0f %%: P('g') = %.2f\n", 100*by, next.At(int('g'-31)).Item())
	}
}

// characters are the model's tokens: newline is 0, then ASCII from the space on.
func characters(s string) nn.Tensor {
	var ids []int64
	for _, c := range s {
		ids = append(ids, max(0, int64(c)-31))
	}
	return nn.From(ids, 1, len(ids))
}

func fatal(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
