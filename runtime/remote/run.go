package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/nngen-go/nngen/internal/wire"
	nn "github.com/nngen-go/nngen/runtime"
)

// Run runs a loaded plan.
func (c *Client) Run(ctx context.Context, id string, ins []nn.InvokeInputs, r nn.RemoteRun, result func(int, nn.Tensor) error) error {
	body, err := request(wire.Head{Visits: r.Visits, Result: r.Result}, ins, r.Args)
	if err != nil {
		return err
	}
	return c.stream(ctx, id, "/run", body, nil, func(h wire.Head, data []byte) error {
		t, err := wire.Tensor(h, data)
		if err != nil {
			return fmt.Errorf("%s: a run: %w", c.url, err)
		}
		return result(h.Index, t)
	})
}

// stream runs a plan, which it sends again if the server has forgotten it, and
// hands over each frame of the reply. more is what follows the body as the run
// goes on, made anew for each time that the body is sent; nil for nothing.
func (c *Client) stream(ctx context.Context, id, what string, body []byte, more func() io.ReadCloser, each func(wire.Head, []byte) error) error {
	send := func() (io.ReadCloser, error) {
		var r io.Reader = bytes.NewReader(body)
		if more != nil {
			rest := more()
			r = goingOn{io.MultiReader(r, rest), rest}
		}
		return c.send(ctx, http.MethodPost, "/plans/"+id+what, r)
	}
	reply, err := send()
	if errors.Is(err, errForgotten) {
		c.mu.Lock()
		plan := c.plans[id]
		c.mu.Unlock()
		if _, err := c.Load(ctx, plan); err != nil {
			return err
		}
		reply, err = send()
	}
	if err != nil {
		return err
	}
	defer reply.Close()
	r := wire.NewReader(reply, maxReply)
	for {
		h, data, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return fmt.Errorf("%s: the connection ended before the run did", c.url)
		case err != nil:
			return err
		case h.Kind == wire.Failed && h.Error != nil:
			return c.theirs(h.Error)
		case h.Kind == wire.Done:
			return nil
		}
		if err := each(h, data); err != nil {
			return err
		}
	}
}

// goingOn is a body that ends with its request: who writes to it is told.
type goingOn struct {
	io.Reader
	io.Closer
}

// request is the frames of inputs and arguments.
func request(head wire.Head, ins []nn.InvokeInputs, args []nn.Tensor) ([]byte, error) {
	head.Kind, head.Args = wire.Request, len(args)
	var tensors []nn.Tensor
	for _, in := range ins {
		iv := wire.Invoke{Inputs: []string{}}
		for name, t := range in {
			if !t.IsZero() {
				iv.Inputs = append(iv.Inputs, name)
			}
		}
		slices.Sort(iv.Inputs)
		for _, name := range iv.Inputs {
			tensors = append(tensors, in[name])
		}
		head.Invokes = append(head.Invokes, iv)
	}
	var body bytes.Buffer
	if err := wire.Write(&body, head, nil); err != nil {
		return nil, err
	}
	for i, t := range append(tensors, args...) {
		if t.IsZero() {
			return nil, fmt.Errorf("argument %d is not set", i-len(tensors))
		}
		if err := wire.WriteTensor(&body, 0, t); err != nil {
			return nil, err
		}
	}
	return body.Bytes(), nil
}
