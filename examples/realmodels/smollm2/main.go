// Command smollm2 looks into SmolLM2-135M, a real language model, with three
// interventions: what each layer would say next, a steered continuation beside
// the plain one, and which layer and position carry the fact that decides the
// answer. probes/probes.go holds them as a user writes them.
//
//	make models                                  # once, from the repository's root
//	go run ./examples/realmodels/smollm2         # all three
//	go run ./examples/realmodels/smollm2 -plot patch.png patch
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/nngen-go/nngen/examples/realmodels/models"
	"github.com/nngen-go/nngen/examples/realmodels/models/smollm2"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/tokenize"
)

// options are what the user can choose.
type options struct {
	model         string
	clean, other  string // the prompts of lens and patch
	answer, rival string // what the model says after each of them
	prompts       string
	alpha         float64
	tokens        int
	cells         int
	plot          string
	threads       int
	runs          int
	parts         []string
}

// parts are the things to look at, in their order; cost is measured only when asked for.
var parts = []struct {
	name  string
	asked bool
	run   func(*session) error
}{
	{"lens", false, lens},
	{"steer", false, steer},
	{"patch", false, patch},
	{"cost", true, cost},
}

func main() {
	opts, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		err = run(ctx, opts)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "smollm2:", err)
		os.Exit(1)
	}
}

const usage = `usage: smollm2 [flags] [lens] [steer] [patch] [cost]

  lens    what each layer would say next, if it were the last
  steer   continuations with a direction added to the residual stream, beside plain ones
  patch   which residual of one prompt, put into the run of another, changes the answer
  cost    what lens and steer cost over the plain model, in interleaved runs

Without a name the first three run.

examples:
  smollm2
  smollm2 -alpha 2 -prompt "My trip to the sea was" steer
  smollm2 -clean "The Louvre is in the city of" -corrupt "The Kremlin is in the city of" -answer " Paris" -rival " Moscow" patch
  smollm2 -plot patch.png patch

flags:
`

func parse(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("smollm2", flag.ContinueOnError)
	f.Usage = func() { fmt.Fprint(f.Output(), usage); f.PrintDefaults() }
	f.StringVar(&o.model, "model", "", "`file` smollm2.onnx, tokenizer.json beside it (default: .cache/models/smollm2, here or above)")
	f.StringVar(&o.clean, "clean", "The Eiffel Tower is in the city of", "lens, patch: the `prompt` whose residuals are looked at and copied")
	f.StringVar(&o.other, "corrupt", "The Colosseum is in the city of", "patch: the `prompt` that they are put into; as many tokens")
	f.StringVar(&o.answer, "answer", " Paris", "lens, patch: the `token` that follows the clean prompt")
	f.StringVar(&o.rival, "rival", " Rome", "lens, patch: the `token` that follows the corrupt prompt")
	f.StringVar(&o.prompts, "prompt", "", "steer: continue this `text` (default: some openings of reviews)")
	f.Float64Var(&o.alpha, "alpha", 1.5, "steer: how much of the direction is added; below 0: against it")
	f.IntVar(&o.tokens, "tokens", 24, "steer: how many tokens a continuation has")
	f.IntVar(&o.cells, "cells", 30, "patch: cells of the table in one run: more is faster and takes more memory")
	f.StringVar(&o.plot, "plot", "", "patch: draw the table into this PNG `file` too")
	f.IntVar(&o.threads, "threads", 2, "threads of the model")
	f.IntVar(&o.runs, "runs", 40, "cost: measured runs of each kind")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.parts = f.Args()
	if o.tokens < 1 || o.cells < 1 || o.threads < 1 || o.runs < 1 {
		return o, errors.New("-tokens, -cells, -threads and -runs are 1 or more")
	}
	return o, known(o.parts)
}

// known refuses names of parts that there are not.
func known(names []string) error {
	var all []string
	for _, p := range parts {
		all = append(all, p.name)
	}
	for _, n := range names {
		if !slices.Contains(all, n) {
			return fmt.Errorf("there is no part %q: %s", n, strings.Join(all, ", "))
		}
	}
	return nil
}

func run(ctx context.Context, o options) error {
	path, err := models.Find("smollm2", o.model)
	if err != nil {
		return err
	}
	text, err := tokenize.Open(models.Beside(path, "tokenizer.json"))
	if err != nil {
		return err
	}
	began := time.Now()
	model, err := smollm2.Open(path, nn.Threads(o.threads))
	if err != nil {
		return err
	}
	defer model.Close()
	fmt.Printf("opened SmolLM2-135M in %.2f s\n\n", time.Since(began).Seconds())
	s := &session{ctx: ctx, opts: o, model: model, text: text}
	for _, p := range parts {
		if p.asked && len(o.parts) == 0 || len(o.parts) > 0 && !slices.Contains(o.parts, p.name) {
			continue
		}
		began := time.Now()
		if err := p.run(s); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		fmt.Printf("(%s took %.1f s, compiling included)\n\n", p.name, time.Since(began).Seconds())
	}
	return nil
}
