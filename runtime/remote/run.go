package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/nngen-go/nngen/internal/wire"
	nn "github.com/nngen-go/nngen/runtime"
)

// Run runs a loaded plan.
func (c *Client) Run(ctx context.Context, id string, ins []nn.InvokeInputs, args []nn.Tensor, result func(int, nn.Tensor) error) error {
	body, err := request(ins, args, nil)
	if err != nil {
		return err
	}
	return c.stream(ctx, id, "/run", body, func(h wire.Head, data []byte) error {
		if h.Kind != wire.Value {
			return fmt.Errorf("%s: a run sent %q", c.url, h.Kind)
		}
		t, err := wire.Tensor(h, data)
		if err != nil {
			return err
		}
		return result(h.Index, t)
	})
}

// errEnough ends a generation whose caller wants no more.
var errEnough = errors.New("enough")

// Generate runs a loaded plan at each step of a decode loop. An end that onToken
// asks for closes the connection, which ends the loop there.
func (c *Client) Generate(ctx context.Context, id string, in nn.InvokeInputs, args []nn.Tensor, g nn.GenerateSettings, onToken func(int, []int64) bool) ([][]int64, error) {
	settings, err := json.Marshal(g)
	if err != nil {
		return nil, err
	}
	body, err := request([]nn.InvokeInputs{in}, args, settings)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var rows [][]int64
	err = c.stream(ctx, id, "/generate", body, func(h wire.Head, _ []byte) error {
		switch {
		case h.Kind == wire.Prompt && rows == nil:
			rows = h.Rows
			return nil
		case h.Kind != wire.Token || len(h.IDs) != len(rows):
			return fmt.Errorf("%s: a generation of %d rows sent a %q of %d", c.url, len(rows), h.Kind, len(h.IDs))
		}
		for r, id := range h.IDs {
			if id != nn.Ended {
				rows[r] = append(rows[r], id)
			}
		}
		if onToken != nil && !onToken(h.Step, h.IDs) {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	return rows, nil
}

// stream runs a plan, which it sends again if the server has forgotten it, and
// hands over each frame of the reply.
func (c *Client) stream(ctx context.Context, id, what string, body []byte, each func(wire.Head, []byte) error) error {
	reply, err := c.send(ctx, http.MethodPost, "/plans/"+id+what, body)
	if errors.Is(err, errForgotten) {
		c.mu.Lock()
		plan := c.plans[id]
		c.mu.Unlock()
		if _, err := c.Load(ctx, plan); err != nil {
			return err
		}
		reply, err = c.send(ctx, http.MethodPost, "/plans/"+id+what, body)
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

// request is the frames of inputs and arguments.
func request(ins []nn.InvokeInputs, args []nn.Tensor, settings []byte) ([]byte, error) {
	head := wire.Head{Kind: wire.Request, Args: len(args), Settings: settings}
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
