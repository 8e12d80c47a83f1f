package serve

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/nngen-go/nngen/internal/wire"
	nn "github.com/nngen-go/nngen/runtime"
)

// patience bounds sending and compiling a plan.
const patience = 5 * time.Minute

// load compiles a plan, or finds it compiled.
func (s *Server) load(w http.ResponseWriter, r *http.Request) {
	m, ok := s.model(w, r)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	if !s.turn(ctx, s.loads) {
		refuse(w, http.StatusServiceUnavailable, &wire.Error{Message: "too many plans at a time: try again"})
		return
	}
	defer func() { <-s.loads }()
	deadline(w, ctx)
	p, id, size, err := s.readPlan(w, r)
	if err != nil {
		refuse(w, statusOf(err), told(err))
		return
	}
	err = s.plans.put(r.PathValue("model")+"/"+id, size, func() (*nn.Compiled, error) {
		c, err := m.CompileRemote(p, nn.ValueLimit(s.o.MaxValues), nn.NodeLimit(s.o.MaxNodes))
		if err == nil {
			s.o.Log("%s: plan %q, %d bytes", r.PathValue("model"), c.Plan().Name, size)
		}
		return c, err
	})
	if err != nil {
		refuse(w, statusOf(err), told(err))
		return
	}
	reply(w, map[string]string{"id": id})
}

// readPlan reads a plan file alone, or the frames of a plan with more. Its name
// is that of its content.
func (s *Server) readPlan(w http.ResponseWriter, r *http.Request) (p nn.RemotePlan, id string, size int64, err error) {
	most := min(s.o.MaxPlan, s.o.MaxKept)
	sum := sha256.New()
	count := &counter{sum, 0}
	body := io.TeeReader(http.MaxBytesReader(w, r.Body, most), count)
	if r.Header.Get("Content-Type") == wire.PlanType {
		sum.Write([]byte(wire.PlanType)) // so that the two forms cannot be of one name
		p, err = wire.ReadPlan(body, most)
	} else {
		p.Plan, err = io.ReadAll(body)
	}
	return p, hex.EncodeToString(sum.Sum(nil)), count.n, err
}

// counter counts what goes through it.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// turn waits until there is room; false: ctx ended before.
func (s *Server) turn(ctx context.Context, turns chan struct{}) bool {
	select {
	case turns <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// deadline ends reading from a caller that is slow on purpose when ctx ends; the
// server itself lifts it from the connection's next request.
func deadline(w http.ResponseWriter, ctx context.Context) {
	if t, ok := ctx.Deadline(); ok {
		_ = http.NewResponseController(w).SetReadDeadline(t)
	}
}

// statusOf is the HTTP status of an error of a request.
func statusOf(err error) int {
	var large *http.MaxBytesError
	var own *nn.Error
	switch {
	case errors.Is(err, wire.ErrTooLarge), errors.As(err, &large):
		return http.StatusRequestEntityTooLarge
	case errors.As(err, &own) && own.Code == "NN3192":
		return http.StatusConflict
	}
	return http.StatusBadRequest
}
