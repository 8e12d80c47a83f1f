// Command portable runs the interventions of package interventions on four
// families of models: GPT-2, Llama, GPT-NeoX and BERT. Run it from this folder.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/nngen-go/nngen/examples/portable/bert"
	"github.com/nngen-go/nngen/examples/portable/gpt2"
	"github.com/nngen-go/nngen/examples/portable/interventions"
	"github.com/nngen-go/nngen/examples/portable/llama"
	"github.com/nngen-go/nngen/examples/portable/neox"
	nn "github.com/nngen-go/nngen/runtime"
)

func main() {
	if err := show(os.Stdout, filepath.Join("..", ".."), prompt(), direction(), nil); err != nil {
		fmt.Fprintln(os.Stderr, "portable:", err)
		os.Exit(1)
	}
}

// prompt is two rows of tokens.
func prompt() nn.Tensor { return nn.From([]int64{5, 9, 2, 7, 1, 3, 8, 8, 4, 11, 30, 2}, 2, 6) }

// direction is what steering adds.
func direction() nn.Tensor {
	v := make([]float32, 48)
	for i := range v {
		v[i] = float32(i%5) - 2
	}
	return nn.From(v)
}

// results are what the interventions gave for one model; those that a family
// cannot have are none.
type results struct{ steered, ablated, lens nn.Tensor }

// show runs everything on the models below root, and prints what moved. Each
// model's results are handed to see as well, if there is one.
func show(w io.Writer, root string, ids, v nn.Tensor, see func(family string, r results)) error {
	ctx := context.Background()
	for _, family := range []struct {
		name, file string
		run        func(ctx context.Context, file string, ids, v nn.Tensor) (results, error)
	}{
		{"gpt2", "testdata/models/gpt2/torchscript.onnx", runGPT2},
		{"llama", "testdata/models/llama/torchscript.onnx", runLlama},
		{"neox", "examples/portable/neox/neox.onnx", runNeoX},
		{"bert", "testdata/models/bert/torchscript.onnx", runBERT},
	} {
		r, err := family.run(ctx, filepath.Join(root, filepath.FromSlash(family.file)), ids, v)
		if err != nil {
			return fmt.Errorf("%s: %w", family.name, err)
		}
		fmt.Fprintf(w, "%-6s steered and ablated outputs of layers.1 differ by %.3f\n", family.name, r.steered.Sub(r.ablated).Abs().Max().Item())
		if see != nil {
			see(family.name, r)
		}
	}
	return nil
}

func runGPT2(ctx context.Context, file string, ids, v nn.Tensor) (r results, err error) {
	sess, err := gpt2.Open(file)
	if err != nil {
		return r, err
	}
	defer sess.Close()
	in := gpt2.Inputs{InputIDs: ids}
	steer, err := interventions.CompileSteerGPT2(sess)
	if err != nil {
		return r, err
	}
	ablate, err := interventions.CompileAblateGPT2(sess)
	if err != nil {
		return r, err
	}
	lens, err := interventions.CompileLensGPT2(sess)
	if err != nil {
		return r, err
	}
	return gather(
		func() (nn.Tensor, error) { return steer.Run(ctx, in, v, 2) },
		func() (nn.Tensor, error) { return ablate.Run(ctx, in) },
		func() (nn.Tensor, error) { return lens.Run(ctx, in) },
	)
}

func runLlama(ctx context.Context, file string, ids, v nn.Tensor) (r results, err error) {
	sess, err := llama.Open(file)
	if err != nil {
		return r, err
	}
	defer sess.Close()
	in := llama.Inputs{InputIDs: ids}
	steer, err := interventions.CompileSteerLlama(sess)
	if err != nil {
		return r, err
	}
	ablate, err := interventions.CompileAblateLlama(sess)
	if err != nil {
		return r, err
	}
	lens, err := interventions.CompileLensLlama(sess)
	if err != nil {
		return r, err
	}
	return gather(
		func() (nn.Tensor, error) { return steer.Run(ctx, in, v, 2) },
		func() (nn.Tensor, error) { return ablate.Run(ctx, in) },
		func() (nn.Tensor, error) { return lens.Run(ctx, in) },
	)
}

func runNeoX(ctx context.Context, file string, ids, v nn.Tensor) (r results, err error) {
	sess, err := neox.Open(file)
	if err != nil {
		return r, err
	}
	defer sess.Close()
	in := neox.Inputs{InputIDs: ids}
	steer, err := interventions.CompileSteerNeoX(sess)
	if err != nil {
		return r, err
	}
	ablate, err := interventions.CompileAblateNeoX(sess)
	if err != nil {
		return r, err
	}
	lens, err := interventions.CompileLensNeoX(sess)
	if err != nil {
		return r, err
	}
	return gather(
		func() (nn.Tensor, error) { return steer.Run(ctx, in, v, 2) },
		func() (nn.Tensor, error) { return ablate.Run(ctx, in) },
		func() (nn.Tensor, error) { return lens.Run(ctx, in) },
	)
}

// runBERT has no lens: the encoder has no head.
func runBERT(ctx context.Context, file string, ids, v nn.Tensor) (r results, err error) {
	sess, err := bert.Open(file)
	if err != nil {
		return r, err
	}
	defer sess.Close()
	in := bert.Inputs{InputIDs: ids}
	steer, err := interventions.CompileSteerBERT(sess)
	if err != nil {
		return r, err
	}
	ablate, err := interventions.CompileAblateBERT(sess)
	if err != nil {
		return r, err
	}
	return gather(
		func() (nn.Tensor, error) { return steer.Run(ctx, in, v, 2) },
		func() (nn.Tensor, error) { return ablate.Run(ctx, in) },
		func() (nn.Tensor, error) { return nn.Tensor{}, nil },
	)
}

// gather runs what gives each result.
func gather(steer, ablate, lens func() (nn.Tensor, error)) (r results, err error) {
	if r.steered, err = steer(); err != nil {
		return r, err
	}
	if r.ablated, err = ablate(); err != nil {
		return r, err
	}
	r.lens, err = lens()
	return r, err
}
