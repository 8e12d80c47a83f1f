// Command minilm trains probes on the residual stream of all-MiniLM-L6-v2, a
// sentence encoder: from which layer on can praise be told from blame? Features
// come from one compiled trace; the trained probes run inside another, so that
// only a score per sentence leaves the model.
//
//	make models                          # once, from the repository's root
//	go run ./examples/realmodels/minilm
//	go run ./examples/realmodels/minilm "I could not be happier." "Never again."
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/nngen-go/nngen/examples/realmodels/minilm/probes"
	"github.com/nngen-go/nngen/examples/realmodels/models"
	"github.com/nngen-go/nngen/examples/realmodels/models/minilm"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/tokenize"
)

const usage = `usage: minilm [flags] [SENTENCE…]

Trains a probe for each layer on the residuals of a few sentences, prints how
well each does on others, and what they say of your sentences.

examples:
  minilm
  minilm "I could not be happier." "Never again."

flags:
`

func main() {
	f := flag.NewFlagSet("minilm", flag.ContinueOnError)
	model := f.String("model", "", "`file` minilm.onnx, tokenizer.json beside it (default: .cache/models/minilm, here or above)")
	threads := f.Int("threads", 2, "threads of the model")
	f.Usage = func() { fmt.Fprint(f.Output(), usage); f.PrintDefaults() }
	err := f.Parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		err = run(ctx, *model, *threads, f.Args())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "minilm:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, model string, threads int, extra []string) error {
	began := time.Now()
	e, err := open(ctx, model, nn.Threads(threads))
	if err != nil {
		return err
	}
	defer e.model.Close()
	trained, err := e.layers()
	if err != nil {
		return err
	}
	if err := e.say(trained, extra); err != nil {
		return err
	}
	fmt.Printf("(took %.1f s, compiling included)\n", time.Since(began).Seconds())
	return nil
}

// encoder is the opened model and its tokenizer.
type encoder struct {
	ctx   context.Context
	model *minilm.Session
	text  *tokenize.Tokenizer
}

func open(ctx context.Context, given string, opts ...nn.Option) (*encoder, error) {
	path, err := models.Find("minilm", given)
	if err != nil {
		return nil, err
	}
	text, err := tokenize.Open(models.Beside(path, "tokenizer.json"))
	if err != nil {
		return nil, err
	}
	model, err := minilm.Open(path, opts...)
	if err != nil {
		return nil, err
	}
	return &encoder{ctx: ctx, model: model, text: text}, nil
}

// inputs makes one batch of sentences, padded to the longest, and the mask of their tokens.
func (e *encoder) inputs(texts []string) (minilm.Inputs, nn.Tensor, error) {
	rows := make([][]int64, len(texts))
	longest := 0
	for i, t := range texts {
		ids, err := e.text.Encode(t, true)
		if err != nil {
			return minilm.Inputs{}, nn.Tensor{}, err
		}
		rows[i], longest = ids, max(longest, len(ids))
	}
	ids, seen := make([]int64, len(texts)*longest), make([]int64, len(texts)*longest)
	mask := make([]float32, len(ids))
	for i, row := range rows {
		for j, id := range row {
			ids[i*longest+j], seen[i*longest+j], mask[i*longest+j] = id, 1, 1
		}
	}
	n := len(texts)
	return minilm.Inputs{
		InputIDs: nn.From(ids, n, longest), AttentionMask: nn.From(seen, n, longest),
		TokenTypeIDs: nn.Zeros(nn.Int64, n, longest),
	}, nn.From(mask, n, longest), nil
}

// embed gives the sentence embeddings.
func (e *encoder) embed(texts []string) (nn.Tensor, error) {
	in, mask, err := e.inputs(texts)
	if err != nil {
		return nn.Tensor{}, err
	}
	compiled, err := probes.CompileEmbed(e.model)
	if err != nil {
		return nn.Tensor{}, err
	}
	defer compiled.Close()
	return compiled.Run(e.ctx, in, mask)
}
