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
	s      *Server
	plan   *nn.Compiled
	head   wire.Head
	ins    []nn.InvokeInputs
	args   []nn.Tensor
	frames *wire.Reader // what the caller sends beyond
	w      http.ResponseWriter
	sent   int64 // bytes of results so far
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
			_ = bothWays(w)
			refuse(w, http.StatusGone, &wire.Error{Message: "the plan is not here, or not any more: send it again"})
			return
		}
		defer s.plans.giveBack(p)
		ctx, cancel := context.WithTimeout(r.Context(), s.o.Timeout)
		defer cancel()
		deadline(w, ctx)
		j := &job{s: s, w: w, plan: p.c, frames: wire.NewReader(r.Body, s.o.MaxRequest)}
		defer j.release()
		if err := j.read(); err != nil {
			refuse(w, statusOf(err), told(err))
			return
		}
		if j.head.Each {
			if err := bothWays(w); err != nil {
				refuse(w, http.StatusHTTPVersionNotSupported, &wire.Error{Message: "arguments that come step by step need a connection that goes both ways"})
				return
			}
		}
		if !s.turn(ctx, s.turns) {
			refuse(w, http.StatusServiceUnavailable, &wire.Error{Message: "too many runs at a time: try again"})
			return
		}
		defer func() { <-s.turns }()
		w.Header().Set("Content-Type", "application/octet-stream")
		if err := f(ctx, j); err != nil {
			_ = wire.Write(w, wire.Head{Kind: wire.Failed, Error: told(err)}, nil)
			return
		}
		_ = wire.Write(w, wire.Head{Kind: wire.Done}, nil)
	}
}

// bothWays lets a reply begin before its request is over. The connection is not
// used again: it may end in the middle of the request.
func bothWays(w http.ResponseWriter) error {
	w.Header().Set("Connection", "close")
	return http.NewResponseController(w).EnableFullDuplex()
}

// maxInvokes bounds what one head can ask for.
const maxInvokes = 1 << 12

// read reads inputs and arguments.
func (j *job) read() (err error) {
	if j.head, _, err = j.frames.Next(); err != nil {
		return err
	}
	if j.head.Kind != wire.Request || len(j.head.Invokes) > maxInvokes {
		return fmt.Errorf("a run begins with its request, of at most %d invokes", maxInvokes)
	}
	for _, iv := range j.head.Invokes {
		var in nn.InvokeInputs
		for _, name := range iv.Inputs {
			t, err := j.frames.Tensor()
			if err != nil {
				return err
			}
			if in == nil {
				in = nn.InvokeInputs{}
			}
			in[name].Release() // a name that is there twice
			in[name] = t
		}
		j.ins = append(j.ins, in)
	}
	return j.readArgs(j.head.Args)
}

// readArgs reads arguments, those of the step before where they are the same.
func (j *job) readArgs(n int) error {
	if n < 0 || n > maxInvokes {
		return fmt.Errorf("a run has at most %d arguments", maxInvokes)
	}
	before := j.args
	j.args = nil
	defer func() {
		for _, t := range before {
			t.Release()
		}
	}()
	for i := range n {
		h, data, err := j.frames.Next()
		if err != nil {
			return err
		}
		if h.Kind == wire.Value && h.Same && i < len(before) && !before[i].IsZero() {
			j.args = append(j.args, before[i])
			before[i] = nn.Tensor{}
			continue
		}
		t, err := wire.Tensor(h, data)
		if err != nil {
			return err
		}
		j.args = append(j.args, t)
	}
	return nil
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
	if j.head.Visits {
		list, err := j.plan.RunAs(ctx, j.ins, nn.RemoteRun{Args: j.args, Visits: true, Result: j.head.Result})
		if err != nil {
			return err
		}
		return j.send(list)
	}
	taps, err := j.plan.Run(ctx, j.ins, j.args)
	if err != nil {
		return err
	}
	defer taps.Release()
	list := make([]nn.Tensor, taps.Len())
	for i := range list {
		list[i] = taps.Tensor(i)
	}
	return j.send(list)
}

// send sends results, one frame each, and frees them. Nothing is sent of what
// would pass the limit.
func (j *job) send(list []nn.Tensor) error {
	defer func() {
		for _, t := range list {
			t.Release()
		}
	}()
	for _, t := range list {
		if t.IsZero() {
			return errors.New("a result is not there")
		}
		if j.sent += int64(t.Len()) * int64(t.DType().Size()); j.sent > j.s.o.MaxResult {
			return fmt.Errorf("the results are larger than %d MB, which is this server's limit", j.s.o.MaxResult>>20)
		}
	}
	for i, t := range list {
		if err := wire.WriteTensor(j.w, i, t); err != nil {
			return err
		}
		j.flush()
		t.Release()
	}
	return nil
}

func (j *job) flush() { _ = http.NewResponseController(j.w).Flush() }

// tell sends a frame without data at once.
func (j *job) tell(h wire.Head) error {
	if err := wire.Write(j.w, h, nil); err != nil {
		return err
	}
	j.flush()
	return nil
}

// generate runs a plan at each step of a decode loop and sends each token, and
// what leaves each step where the caller wants it.
func (s *Server) generate(ctx context.Context, j *job) error {
	var g nn.RemoteGeneration
	if err := json.Unmarshal(j.head.Settings, &g.Settings); err != nil {
		return fmt.Errorf("settings of a generation: %w", err)
	}
	if n := g.Settings.MaxNewTokens; n < 0 || n > s.o.MaxTokens {
		return fmt.Errorf("%d new tokens: this server makes at most %d", n, s.o.MaxTokens)
	}
	prompt, err := j.plan.Prompt(j.ins)
	if err != nil {
		return err
	}
	if err := j.tell(wire.Head{Kind: wire.Prompt, Rows: prompt}); err != nil {
		return err
	}
	g.Args, g.Visits, g.Caches = j.args, j.head.Visits, j.head.Caches
	if j.head.Each {
		g.Begin = j.ask
	}
	if j.head.Each || j.head.Visits || j.head.Caches {
		g.Taken = j.taken
	}
	broken := error(nil)
	g.OnToken = func(step int, ids []int64) bool {
		broken = j.tell(wire.Head{Kind: wire.Token, Step: step, IDs: ids})
		return broken == nil
	}
	_, err = j.plan.GenerateAs(ctx, j.ins, g)
	return errors.Join(err, broken)
}

// ask gets the arguments of a step from the caller.
func (j *job) ask(step int) ([]nn.Tensor, error) {
	if err := j.tell(wire.Head{Kind: wire.Step, Step: step}); err != nil {
		return nil, err
	}
	h, _, err := j.frames.Next()
	if err != nil {
		return nil, err
	}
	if h.Kind != wire.Args {
		return nil, fmt.Errorf("%q where the arguments of step %d were to come", h.Kind, step)
	}
	err = j.readArgs(h.Args)
	return j.args, err
}

// taken sends what left a step.
func (j *job) taken(step int, taps []nn.Tensor) error {
	if err := j.send(taps); err != nil {
		return err
	}
	return j.tell(wire.Head{Kind: wire.Taken, Step: step})
}
