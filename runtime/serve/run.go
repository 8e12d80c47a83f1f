package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/nngen-go/nngen/internal/wire"
	nn "github.com/nngen-go/nngen/runtime"
)

// job is one run that was asked for.
type job struct {
	plan     *nn.Compiled
	ins      []nn.InvokeInputs
	args     []nn.Tensor
	settings json.RawMessage
	w        http.ResponseWriter
}

// runs reads the request of a run, waits for its turn and hands it to f; what f
// says went wrong ends the reply.
func (s *Server) runs(f func(context.Context, *job) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, ok := s.model(w, r); !ok {
			return
		}
		p, ok := s.plans.take(r.PathValue("model") + "/" + r.PathValue("id"))
		if !ok {
			refuse(w, http.StatusGone, &wire.Error{Message: "the plan is not here, or not any more: send it again"})
			return
		}
		defer s.plans.giveBack(p)
		ctx, cancel := context.WithTimeout(r.Context(), s.o.Timeout)
		defer cancel()
		j, err := s.read(r)
		if err != nil {
			status := http.StatusBadRequest
			if errors.Is(err, wire.ErrTooLarge) {
				status = http.StatusRequestEntityTooLarge
			}
			refuse(w, status, told(err))
			return
		}
		defer j.release()
		select {
		case s.turns <- struct{}{}:
			defer func() { <-s.turns }()
		case <-ctx.Done():
			refuse(w, http.StatusServiceUnavailable, &wire.Error{Message: "too many runs at a time: try again"})
			return
		}
		j.plan, j.w = p.c, w
		w.Header().Set("Content-Type", "application/octet-stream")
		if err := f(ctx, j); err != nil {
			_ = wire.Write(w, wire.Head{Kind: wire.Failed, Error: told(err)}, nil)
			return
		}
		_ = wire.Write(w, wire.Head{Kind: wire.Done}, nil)
	}
}

// maxInvokes bounds what one head can ask for.
const maxInvokes = 1 << 12

// read reads inputs and arguments.
func (s *Server) read(r *http.Request) (*job, error) {
	frames := wire.NewReader(r.Body, s.o.MaxRequest)
	head, _, err := frames.Next()
	if err != nil {
		return nil, err
	}
	if head.Kind != wire.Request || len(head.Invokes) > maxInvokes || head.Args < 0 || head.Args > maxInvokes {
		return nil, fmt.Errorf("a run begins with its request, of at most %d invokes and arguments", maxInvokes)
	}
	j := &job{settings: head.Settings}
	next := func() (nn.Tensor, error) {
		h, data, err := frames.Next()
		if err != nil {
			return nn.Tensor{}, err
		}
		if h.Kind != wire.Value {
			return nn.Tensor{}, fmt.Errorf("%q where a tensor was to come", h.Kind)
		}
		return wire.Tensor(h, data)
	}
	for _, iv := range head.Invokes {
		var in nn.InvokeInputs
		for _, name := range iv.Inputs {
			t, err := next()
			if err != nil {
				return nil, err
			}
			if in == nil {
				in = nn.InvokeInputs{}
			}
			in[name] = t
		}
		j.ins = append(j.ins, in)
	}
	for range head.Args {
		t, err := next()
		if err != nil {
			return nil, err
		}
		j.args = append(j.args, t)
	}
	return j, nil
}

func (j *job) release() {
	for _, in := range j.ins {
		for _, t := range in {
			t.Release()
		}
	}
	for _, t := range j.args {
		t.Release()
	}
}

// run runs a plan and sends its results one after another.
func (s *Server) run(ctx context.Context, j *job) error {
	taps, err := j.plan.Run(ctx, j.ins, j.args)
	if err != nil {
		return err
	}
	defer taps.Release()
	total := int64(0)
	for i := range taps.Len() {
		t := taps.Tensor(i)
		if total += int64(t.Len()) * int64(t.DType().Size()); total > s.o.MaxResult {
			return fmt.Errorf("the results are larger than %d MB, which is this server's limit", s.o.MaxResult>>20)
		}
	}
	for i := range taps.Len() {
		if err := wire.WriteTensor(j.w, i, taps.Tensor(i)); err != nil {
			return err
		}
		j.flush()
		taps.Tensor(i).Release()
	}
	return nil
}

func (j *job) flush() { _ = http.NewResponseController(j.w).Flush() }

// generate runs a plan at each step of a decode loop and sends each token.
func (s *Server) generate(ctx context.Context, j *job) error {
	var g nn.GenerateSettings
	if err := json.Unmarshal(j.settings, &g); err != nil {
		return fmt.Errorf("settings of a generation: %w", err)
	}
	if g.MaxNewTokens < 0 || g.MaxNewTokens > s.o.MaxTokens {
		return fmt.Errorf("%d new tokens: this server makes at most %d", g.MaxNewTokens, s.o.MaxTokens)
	}
	if len(j.ins) != 1 {
		return fmt.Errorf("a generation has one invoke, this has %d", len(j.ins))
	}
	broken := error(nil)
	send := func(h wire.Head) bool {
		if broken = wire.Write(j.w, h, nil); broken == nil {
			j.flush()
		}
		return broken == nil
	}
	prompt, err := j.plan.Prompt(j.ins[0])
	if err != nil {
		return err
	}
	if !send(wire.Head{Kind: wire.Prompt, Rows: prompt}) {
		return broken
	}
	_, err = j.plan.Generate(ctx, j.ins[0], j.args, nn.WithSettings(g), nn.OnToken(func(step int, ids []int64) bool {
		return send(wire.Head{Kind: wire.Token, Step: step, IDs: ids})
	}))
	return errors.Join(err, broken)
}
