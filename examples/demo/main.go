// Command demo shows three interventions on a small language model: a GPT that
// reads and writes single characters and learned Newton's Opticks. They are
// compiled Go: see probes/probes.go for what a user writes.
//
//	go run .                 # all three
//	go run . lens patch      # some of them
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/nngen-go/nngen/examples/demo/opticks"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/tokenize"
)

// demo is what every part needs: the opened model and its characters.
type demo struct {
	ctx   context.Context
	sess  *opticks.Session
	chars *tokenize.Tokenizer
}

func main() {
	model := flag.String("model", "opticks/opticks.onnx", "the model's file; tokenizer.json lies beside it")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: demo [-model FILE] [lens] [steer] [patch]\n\nWithout a name all three run. Examples:\n  go run .\n  go run . patch")
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := run(*model, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(model string, names []string) error {
	parts := map[string]func(*demo) error{"lens": lens, "steer": steer, "patch": patch}
	if len(names) == 0 {
		names = []string{"lens", "steer", "patch"}
	}
	for _, n := range names {
		if parts[n] == nil {
			return fmt.Errorf("there is no part %q: lens, steer, patch", n)
		}
	}
	sess, err := opticks.Open(model, nn.Threads(2))
	if err != nil {
		return err
	}
	defer sess.Close()
	chars, err := tokenize.Open(filepath.Join(filepath.Dir(model), "tokenizer.json"))
	if err != nil {
		return err
	}
	d := &demo{ctx: context.Background(), sess: sess, chars: chars}
	for _, n := range names {
		began := time.Now()
		if err := parts[n](d); err != nil {
			return fmt.Errorf("%s: %w", n, err)
		}
		fmt.Printf("(%s took %.1f s, compiling included)\n\n", n, time.Since(began).Seconds())
	}
	return nil
}

// inputs makes a batch of copies of one prompt.
func (d *demo) inputs(text string, copies int) (opticks.Inputs, error) {
	ids, err := d.chars.Encode(text, false)
	if err != nil {
		return opticks.Inputs{}, err
	}
	var all []int64
	for range copies {
		all = append(all, ids...)
	}
	return opticks.Inputs{InputIDs: nn.From(all, copies, len(ids))}, nil
}

// id is the token of one character.
func (d *demo) id(char string) (int64, error) {
	ids, err := d.chars.Encode(char, false)
	if err != nil || len(ids) != 1 {
		return 0, fmt.Errorf("%q is not one character of the model: %v", char, err)
	}
	return ids[0], nil
}

// bar draws a probability as ten cells.
func bar(p float32) string {
	const full = 10
	n := int(p*full + 0.5)
	return "██████████"[:3*n] + "··········"[:2*(full-n)]
}
