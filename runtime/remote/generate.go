package remote

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/nngen-go/nngen/internal/wire"
	nn "github.com/nngen-go/nngen/runtime"
)

// errEnough ends a generation whose caller wants no more.
var errEnough = errors.New("enough")

// Generate runs a loaded plan at each step of a decode loop. An end that OnToken
// asks for closes the connection, which ends the loop there. Where arguments are
// made for each step, they go up while results come down, over one connection.
func (c *Client) Generate(ctx context.Context, id string, ins []nn.InvokeInputs, g nn.RemoteGeneration) ([][]int64, error) {
	settings, err := json.Marshal(g.Settings)
	if err != nil {
		return nil, err
	}
	head := wire.Head{Settings: settings, Visits: g.Visits, Caches: g.Caches, Each: g.Begin != nil}
	body, err := request(head, ins, g.Args)
	if err != nil {
		return nil, err
	}
	outer := ctx
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := &loop{g: g}
	var more func() io.ReadCloser
	if head.Each {
		more = func() io.ReadCloser {
			l.close()
			r, w := io.Pipe()
			l.up = w
			return r
		}
	}
	defer l.close()
	err = c.stream(ctx, id, "/generate", body, more, l.frame)
	switch {
	case l.own != nil:
		return nil, l.own
	case err == nil, errors.Is(err, errEnough):
		return l.rows, nil
	case outer.Err() != nil:
		return l.rows, outer.Err()
	}
	return nil, err
}

// loop is the caller's end of a generation.
type loop struct {
	g    nn.RemoteGeneration
	up   *io.PipeWriter
	rows [][]int64
	taps []nn.Tensor // of the step under way
	last []sentArg   // arguments as they were sent
	own  error       // of the caller's code
}

// close ends what is sent.
func (l *loop) close() {
	if l.up != nil {
		_ = l.up.Close()
	}
}

// sentArg tells whether an argument is the one of the step before.
type sentArg struct {
	dtype string
	shape []int
	sum   [sha256.Size]byte
}

// frame takes one frame of the reply.
func (l *loop) frame(h wire.Head, data []byte) error {
	switch {
	case h.Kind == wire.Prompt && l.rows == nil:
		l.rows = h.Rows
		return nil
	case h.Kind == wire.Value && h.Index == len(l.taps) && (l.g.Visits || l.g.Caches):
		t, err := wire.Tensor(h, data)
		if err == nil {
			l.taps = append(l.taps, t)
		}
		return err
	case h.Kind == wire.Step && l.up != nil:
		args, err := l.g.Begin(h.Step)
		if err != nil {
			l.own = err
			return err
		}
		return l.send(args)
	case h.Kind == wire.Taken && l.g.Taken != nil:
		taps := l.taps
		l.taps = nil
		l.own = l.g.Taken(h.Step, taps)
		return l.own
	case h.Kind == wire.Taken:
		return nil
	case h.Kind == wire.Token && len(h.IDs) == len(l.rows):
		return l.token(h)
	}
	return fmt.Errorf("a generation of %d rows sent %q, which was not its turn", len(l.rows), h.Kind)
}

// token adds a token to each row that goes on.
func (l *loop) token(h wire.Head) error {
	for r, id := range h.IDs {
		if id != nn.Ended {
			l.rows[r] = append(l.rows[r], id)
		}
	}
	if l.g.OnToken != nil && !l.g.OnToken(h.Step, h.IDs) {
		return errEnough
	}
	return nil
}

// send sends the arguments of a step; those that are what they were cost nothing.
func (l *loop) send(args []nn.Tensor) error {
	if err := wire.Write(l.up, wire.Head{Kind: wire.Args, Args: len(args)}, nil); err != nil {
		return err
	}
	now := make([]sentArg, len(args))
	for i, t := range args {
		if t.IsZero() {
			l.own = fmt.Errorf("argument %d is not set", i)
			return l.own
		}
		now[i] = sentArg{t.DType().String(), t.Shape(), sha256.Sum256(t.Bytes())}
		same := i < len(l.last) && l.last[i].sum == now[i].sum && l.last[i].dtype == now[i].dtype && slices.Equal(l.last[i].shape, now[i].shape)
		var err error
		if same {
			err = wire.Write(l.up, wire.Head{Kind: wire.Value, Same: true}, nil)
		} else {
			err = wire.WriteTensor(l.up, 0, t)
		}
		if err != nil {
			return err
		}
	}
	l.last = now
	return nil
}
