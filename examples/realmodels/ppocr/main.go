// Command ppocr renders a line of text, has PP-OCRv4 read it, and takes modules
// and channels of the model away one by one: which of them does reading need?
//
//	make models                         # once, from the repository's root
//	go run ./examples/realmodels/ppocr
//	go run ./examples/realmodels/ppocr -text "Colours of thin plates" -picture line.png
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"os"
	"os/signal"
	"time"

	"github.com/nngen-go/nngen/examples/realmodels/models"
	"github.com/nngen-go/nngen/examples/realmodels/models/ppocr"
	"github.com/nngen-go/nngen/examples/realmodels/ppocr/probes"
	nn "github.com/nngen-go/nngen/runtime"
)

type options struct {
	model, text, picture string
	threads              int
}

const usage = `usage: ppocr [flags]

Renders a line of text, reads it with PP-OCRv4, and reads it again with each
module, and each channel of the first convolution, replaced by its own mean.

examples:
  ppocr
  ppocr -text "Colours of thin plates" -picture line.png

flags:
`

func main() {
	var o options
	f := flag.NewFlagSet("ppocr", flag.ContinueOnError)
	f.StringVar(&o.model, "model", "", "`file` ppocr.onnx, keys.txt beside it (default: .cache/models/ppocr, here or above)")
	f.StringVar(&o.text, "text", "Light is refrangible, 1704", "the `line` to render and read")
	f.StringVar(&o.picture, "picture", "", "write the rendered line into this PNG `file` too")
	f.IntVar(&o.threads, "threads", 2, "threads of the model")
	f.Usage = func() { fmt.Fprint(f.Output(), usage); f.PrintDefaults() }
	err := f.Parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		err = run(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "ppocr:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	began := time.Now()
	r, err := open(ctx, o.model, nn.Threads(o.threads))
	if err != nil {
		return err
	}
	defer r.model.Close()
	img, err := render(o.text)
	if err != nil {
		return err
	}
	if o.picture != "" {
		if err := save(o.picture, img); err != nil {
			return err
		}
		fmt.Printf("rendered into %s\n", o.picture)
	}
	path, err := r.read(img)
	if err != nil {
		return err
	}
	fmt.Printf("rendered   %q, %d x %d pixels\n", o.text, img.Bounds().Dx(), height)
	fmt.Printf("recognised %q: %d edits\n\n", r.chars.text(path), edits(o.text, r.chars.text(path)))
	if err := r.ablate(img, path); err != nil {
		return err
	}
	fmt.Printf("(took %.1f s, compiling included)\n", time.Since(began).Seconds())
	return nil
}

// reader is the opened model and its alphabet.
type reader struct {
	ctx   context.Context
	model *ppocr.Session
	chars alphabet
}

func open(ctx context.Context, given string, opts ...nn.Option) (*reader, error) {
	path, err := models.Find("ppocr", given)
	if err != nil {
		return nil, err
	}
	chars, err := readAlphabet(models.Beside(path, "keys.txt"))
	if err != nil {
		return nil, err
	}
	model, err := ppocr.Open(path, opts...)
	if err != nil {
		return nil, err
	}
	return &reader{ctx: ctx, model: model, chars: chars}, nil
}

// read gives the likeliest class of each step along the line.
func (r *reader) read(img *image.RGBA) ([]int64, error) {
	compiled, err := probes.CompileRead(r.model)
	if err != nil {
		return nil, err
	}
	defer compiled.Close()
	chances, err := compiled.Run(r.ctx, ppocr.Inputs{X: tensor(img, 1)})
	if err != nil {
		return nil, err
	}
	defer chances.Release()
	steps, classes := chances.Shape()[1], chances.Shape()[2]
	if classes != len(r.chars) {
		return nil, fmt.Errorf("the model has %d classes, keys.txt gives %d: it belongs to another model", classes, len(r.chars))
	}
	path := make([]int64, steps)
	all := chances.Float32s()
	for i := range path {
		step := all[i*classes : (i+1)*classes]
		for c := range step {
			if step[c] > step[path[i]] {
				path[i] = int64(c)
			}
		}
	}
	return path, nil
}
