package main

import (
	"context"
	"fmt"
	"os"

	"github.com/schollz/progressbar/v3"

	"github.com/nngen-go/nngen/examples/realmodels/models/smollm2"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/tokenize"
)

// session is what every part needs: the opened model and its tokenizer.
type session struct {
	ctx   context.Context
	opts  options
	model *smollm2.Session
	text  *tokenize.Tokenizer
}

// ids gives the tokens of a text. This model puts none before or after it.
func (s *session) ids(text string) ([]int64, error) {
	ids, err := s.text.Encode(text, false)
	if err == nil && len(ids) == 0 {
		err = fmt.Errorf("%q has no tokens", text)
	}
	return ids, err
}

// inputs is a batch of copies of one prompt. Mask, positions and the empty cache are filled in by the run.
func (s *session) inputs(text string, copies int) (smollm2.Inputs, error) {
	ids, err := s.ids(text)
	if err != nil {
		return smollm2.Inputs{}, err
	}
	return repeated(ids, copies), nil
}

func repeated(ids []int64, copies int) smollm2.Inputs {
	all := make([]int64, 0, copies*len(ids))
	for range copies {
		all = append(all, ids...)
	}
	return smollm2.Inputs{InputIDs: nn.From(all, copies, len(ids))}
}

// token is the one token of a text.
func (s *session) token(text string) (int64, error) {
	ids, err := s.ids(text)
	if err != nil {
		return 0, err
	}
	if len(ids) != 1 {
		return 0, fmt.Errorf("%q is %d tokens for this model, it has to be one: mind the space before a word", text, len(ids))
	}
	return ids[0], nil
}

// answers are the tokens that the two prompts lead to.
func (s *session) answers() (nn.Tensor, error) {
	answer, err := s.token(s.opts.answer)
	if err != nil {
		return nn.Tensor{}, err
	}
	rival, err := s.token(s.opts.rival)
	if err != nil {
		return nn.Tensor{}, err
	}
	return nn.From([]int64{answer, rival}), nil
}

// progress shows on standard error how far a part has come.
func progress(what string, steps int) *progressbar.ProgressBar {
	info, err := os.Stderr.Stat()
	visible := err == nil && info.Mode()&os.ModeCharDevice != 0 // in a log a bar is litter
	return progressbar.NewOptions(steps, progressbar.OptionSetVisibility(visible), progressbar.OptionSetDescription(what), progressbar.OptionSetWriter(os.Stderr),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30), progressbar.OptionShowCount())
}
