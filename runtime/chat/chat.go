// Package chat turns a conversation into the text that a chat model was trained
// on, by the Jinja template that comes with its tokenizer.
//
// A template is a small program out of a model's files. It runs on values alone:
// it can include no file and call nothing, its loops over range and its output
// are bounded, and a panic inside it is an error.
package chat

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/nikolalohinski/gonja/v2/config"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/loaders"
)

// Message is one turn of a conversation.
type Message struct {
	Role    string // "system", "user", "assistant", "tool"
	Content string
	// More are further fields that the model's template knows, such as
	// "tool_calls": strings, numbers, bools, lists and maps of these.
	More map[string]any
}

// Template renders conversations; safe for concurrent use.
type Template struct {
	text   string
	tokens map[string]string // "bos_token" and the like
}

// Bounds of a template, and of what one renders, in bytes.
const (
	maxTemplate = 1 << 20
	maxOutput   = 16 << 20
)

// New makes a template from its text and the special tokens that it may name:
// "bos_token", "eos_token", "pad_token", "unk_token".
func New(text string, tokens map[string]string) (*Template, error) {
	if len(text) > maxTemplate {
		return nil, fmt.Errorf("a chat template of %d bytes: at most %d are read", len(text), maxTemplate)
	}
	t := &Template{text: text, tokens: tokens}
	_, err := t.parse(&budget{})
	return t, err
}

// Option is a setting of Render.
type Option func(*render)

type render struct {
	reply bool
	now   time.Time
	vars  map[string]any
}

// WithReply ends the text with the beginning of the assistant's turn, so that
// the model goes on with its reply (transformers' add_generation_prompt).
func WithReply() Option { return func(r *render) { r.reply = true } }

// At is the time that templates which print the date are told; without it now.
func At(now time.Time) Option { return func(r *render) { r.now = now } }

// Var gives a further variable that the template knows, such as "tools".
func Var(name string, v any) Option { return func(r *render) { r.vars[name] = v } }

// Render gives the text of a conversation. What the template itself refuses, by
// raise_exception, is the error.
func (t *Template) Render(messages []Message, opts ...Option) (text string, err error) {
	r := &render{now: time.Now(), vars: map[string]any{}}
	for _, o := range opts {
		o(r)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("chat template: %v", p)
		}
	}()
	b := &budget{now: r.now}
	tpl, err := t.parse(b)
	if err != nil {
		return "", err
	}
	values := map[string]any{"messages": turns(messages), "add_generation_prompt": r.reply}
	for name, token := range t.tokens {
		values[name] = token
	}
	for name, v := range r.vars {
		values[name] = v
	}
	out := &limited{}
	err = tpl.Execute(out, exec.NewContext(values))
	switch {
	case b.raised != nil:
		return "", b.raised
	case err != nil:
		return "", fmt.Errorf("chat template: %w", err)
	}
	return string(out.data), nil
}

// turns are messages as templates see them.
func turns(messages []Message) list {
	out := make(list, len(messages))
	for i, m := range messages {
		turn := map[string]any{"role": m.Role, "content": m.Content}
		for name, v := range m.More {
			turn[name] = v
		}
		out[i] = turn
	}
	return out
}

// limited collects output up to a bound.
type limited struct{ data []byte }

func (l *limited) Write(b []byte) (int, error) {
	if len(l.data)+len(b) > maxOutput {
		return 0, fmt.Errorf("the template writes more than %d MB", maxOutput>>20)
	}
	l.data = append(l.data, b...)
	return len(b), nil
}

// parse reads the template for one rendering, whose budget its functions use.
func (t *Template) parse(b *budget) (*exec.Template, error) {
	c := config.New()
	c.TrimBlocks, c.LeftStripBlocks = true, true // as transformers sets them
	tpl, err := exec.NewTemplate("chat template", c, only(t.text), b.environment())
	if err != nil {
		return nil, fmt.Errorf("chat template: %w", err)
	}
	return tpl, nil
}

// only is a loader that has this text and nothing else, so that a template
// cannot include files.
type only string

func (o only) Read(string) (io.Reader, error) { return strings.NewReader(string(o)), nil }

// Resolve and Inherit are what including a file would need.
func (o only) Resolve(path string) (string, error) {
	return "", fmt.Errorf("a chat template cannot include %q", path)
}

func (o only) Inherit(path string) (loaders.Loader, error) {
	if path == "" {
		return o, nil
	}
	return nil, fmt.Errorf("a chat template cannot include %q", path)
}
