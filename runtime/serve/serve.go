// Package serve runs plans that others post over models that this process holds.
//
// What is posted is data: a plan names operators of nngen's table and tensors of
// the model, so that it can read no file and run no code. What it can do is use
// up the machine; Options bound that, in size, time, memory and number.
//
//	GET  /v1/models                              names of the models
//	GET  /v1/models/{model}                      {"name", "fingerprint", "inputs"}
//	POST /v1/models/{model}/plans                a plan file, or frames → {"id"}
//	POST /v1/models/{model}/plans/{id}/run       frames → frames
//	POST /v1/models/{model}/plans/{id}/generate  frames → frames
//
// Package runtime/remote is the other end.
package serve

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"sort"
	"strings"
	"time"

	"github.com/nngen-go/nngen/internal/wire"
	nn "github.com/nngen-go/nngen/runtime"
)

// Options bound what callers can use up. A zero field means its default.
type Options struct {
	Token      string        // what callers must show; "" lets everybody in
	MaxRequest int64         // bytes of inputs and arguments of a run; 256 MB
	MaxResult  int64         // bytes of results of a run; 1 GB
	MaxValues  int64         // bytes of all values that a plan itself computes in a run; 4 GB
	MaxPlan    int64         // bytes of a posted plan with its edits and the arrays of its attachments; 1 GB
	MaxKept    int64         // bytes of all posted plans that are kept; 4 GB
	MaxNodes   int           // operations of a plan and its edits; 20,000
	MaxTokens  int           // new tokens of a generation; 4096
	Timeout    time.Duration // of a run, waiting included; 5 minutes
	Concurrent int           // runs at a time; 4
	Plans      int           // compiled plans that are kept; the one unused longest goes first; 64
	Log        func(format string, args ...any)
}

func (o *Options) setDefaults() {
	set := func(v *int64, d int64) {
		if *v == 0 {
			*v = d
		}
	}
	set(&o.MaxRequest, 256<<20)
	set(&o.MaxResult, 1<<30)
	set(&o.MaxValues, 4<<30)
	set(&o.MaxPlan, 1<<30)
	set(&o.MaxKept, 4<<30)
	if o.MaxNodes == 0 {
		o.MaxNodes = 20_000
	}
	if o.MaxTokens == 0 {
		o.MaxTokens = 4096
	}
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Minute
	}
	if o.Concurrent == 0 {
		o.Concurrent = 4
	}
	if o.Plans == 0 {
		o.Plans = 64
	}
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
}

// Server serves models; it is an http.Handler. Close it after the HTTP server.
type Server struct {
	o      Options
	models map[string]*nn.Session
	plans  *shelf
	turns  chan struct{} // of runs
	loads  chan struct{} // of plans that are read and compiled
	mux    *http.ServeMux
}

// New serves models by name. The sessions stay the caller's to close, after the
// Server.
func New(models map[string]*nn.Session, o Options) *Server {
	o.setDefaults()
	s := &Server{o: o, models: models, plans: newShelf(o.Plans, o.MaxKept), mux: http.NewServeMux()}
	s.turns, s.loads = make(chan struct{}, o.Concurrent), make(chan struct{}, o.Concurrent)
	s.mux.HandleFunc("GET /v1/models", s.list)
	s.mux.HandleFunc("GET /v1/models/{model}", s.describe)
	s.mux.HandleFunc("POST /v1/models/{model}/plans", s.load)
	s.mux.HandleFunc("POST /v1/models/{model}/plans/{id}/run", s.runs(s.run))
	s.mux.HandleFunc("POST /v1/models/{model}/plans/{id}/generate", s.runs(s.generate))
	return s
}

// Close frees every compiled plan, at the end of the runs under way.
func (s *Server) Close() error { return s.plans.close() }

// ServeHTTP lets callers in who show the token.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.o.Token != "" {
		shown, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		a, b := sha256.Sum256([]byte(shown)), sha256.Sum256([]byte(s.o.Token)) // of one length, so that comparing takes one time
		if subtle.ConstantTimeCompare(a[:], b[:]) != 1 {
			refuse(w, http.StatusUnauthorized, &wire.Error{Message: "the token is missing or wrong", Hint: "open the model with nn.Token"})
			return
		}
	}
	s.mux.ServeHTTP(w, r)
}

// refuse sends an error in place of a reply.
func refuse(w http.ResponseWriter, status int, e *wire.Error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(e)
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// named reports whether a file is one that a plan names, not one of this program.
func named(file string) bool {
	return strings.HasPrefix(file, ".") || file != "" && !strings.ContainsAny(file, `/\:`)
}

// told is an error as the caller is told it: without this machine's paths.
func told(err error) *wire.Error {
	var e *nn.Error
	if errors.As(err, &e) {
		out := &wire.Error{Code: e.Code, Message: e.Message, Hint: e.Hint}
		if named(e.Pos.Filename) {
			out.File, out.Line = e.Pos.Filename, e.Pos.Line
		}
		return out
	}
	return &wire.Error{Message: err.Error()}
}

func (s *Server) list(w http.ResponseWriter, _ *http.Request) {
	names := make([]string, 0, len(s.models))
	for name := range s.models {
		names = append(names, name)
	}
	sort.Strings(names)
	reply(w, map[string][]string{"models": names})
}

// model finds the one that a request names.
func (s *Server) model(w http.ResponseWriter, r *http.Request) (*nn.Session, bool) {
	m, ok := s.models[r.PathValue("model")]
	if !ok {
		refuse(w, http.StatusNotFound, &wire.Error{Message: "no such model here"})
	}
	return m, ok
}

func (s *Server) describe(w http.ResponseWriter, r *http.Request) {
	m, ok := s.model(w, r)
	if !ok {
		return
	}
	info := m.Info()
	inputs := make([]string, len(info.Inputs))
	for i, in := range info.Inputs {
		inputs[i] = in.Name
	}
	reply(w, map[string]any{"name": r.PathValue("model"), "fingerprint": info.Fingerprint, "inputs": inputs})
}
