package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nngen-go/nngen/internal/project"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/serve"
)

func serveCommand() *command {
	return &command{
		name: "serve", args: "[-addr HOST:PORT] [-token-file FILE] SPEC.nnspec.yaml=MODEL.onnx…",
		short: "run compiled traces that others post over models held here",
		long: `Serve opens each model once and answers over HTTP under the name of its spec.
Programs reach a model by its address in place of a file:

	import _ "github.com/nngen-go/nngen/runtime/remote"
	sess, err := gpt2.Open("http://host:8080/v1/models/gpt2", nn.Token(token))

What is posted is plans, with edits and the arrays of attachments, which are data:
they read no files and run no code. What they may use up is bounded by flags. Beyond this machine's own callers a token is
needed; put TLS in front of it.`,
		examples: `nngen serve gpt2.nnspec.yaml=gpt2.onnx
nngen serve -addr :8080 -token-file token.txt models/gpt2.nnspec.yaml=models/gpt2.onnx
nngen serve -timeout 30s -concurrent 2 -max-values 512 -max-tokens 256 gpt2.nnspec.yaml=gpt2.onnx`,
		setup: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			job := &serveJob{}
			fs.StringVar(&job.addr, "addr", "127.0.0.1:8080", "listen on this `address`; port 0 takes a free one")
			fs.StringVar(&job.tokenFile, "token-file", "", "callers show the token in this `file`")
			fs.DurationVar(&job.o.Timeout, "timeout", 5*time.Minute, "of a run, waiting for its turn included")
			fs.IntVar(&job.o.Concurrent, "concurrent", 4, "runs at a time")
			fs.Int64Var(&job.requestMB, "max-request", 256, "inputs and arguments of a run, in `MB`")
			fs.Int64Var(&job.planMB, "max-plan", 1024, "a plan with its edits and the arrays of its attachments, in `MB`")
			fs.Int64Var(&job.keptMB, "max-kept", 4096, "all plans that are kept, in `MB`")
			fs.IntVar(&job.o.MaxNodes, "max-nodes", 20_000, "operations of a plan and its edits")
			fs.IntVar(&job.o.MaxTokens, "max-tokens", 4096, "new tokens of a generation")
			fs.IntVar(&job.o.Plans, "plans", 64, "plans that are kept; the one unused longest goes first")
			fs.Int64Var(&job.resultMB, "max-result", 1024, "results of a run, in `MB`")
			fs.Int64Var(&job.valuesMB, "max-values", 4096, "all values that a plan computes in a run, in `MB`")
			fs.IntVar(&job.threads, "threads", 0, "threads of one operator; 0 leaves it to onnxruntime")
			return func(ctx context.Context, e *env, operands []string) error {
				if len(operands) == 0 {
					return usagef("name a spec and its model: gpt2.nnspec.yaml=gpt2.onnx")
				}
				return e.serve(ctx, job, operands)
			}
		},
	}
}

// serveJob is what one call of nngen serve is to do.
type serveJob struct {
	addr, tokenFile               string
	requestMB, resultMB, valuesMB int64
	planMB, keptMB                int64
	threads                       int
	o                             serve.Options
}

func (e *env) serve(ctx context.Context, job *serveJob, operands []string) error {
	if err := e.serveOptions(job); err != nil {
		return err
	}
	models := map[string]*nn.Session{}
	defer func() {
		for _, s := range models {
			_ = s.Close()
		}
	}()
	for _, operand := range operands {
		name, s, err := e.openServed(job, operand)
		if err != nil {
			return err
		}
		if models[name] != nil {
			_ = s.Close()
			return usagef("two specs are called %s: the name is the model's address", name)
		}
		models[name] = s
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", job.addr)
	if err != nil {
		return userError{err}
	}
	server := serve.New(models, job.o)
	defer server.Close()
	for name := range models {
		fmt.Fprintf(e.stdout, "%s at http://%s/v1/models/%s\n", name, listener.Addr(), name)
	}
	return answer(ctx, listener, server)
}

// answer serves until ctx ends, and lets the runs under way finish.
func answer(ctx context.Context, listener net.Listener, handler http.Handler) error {
	web := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if err := web.Shutdown(last); err != nil {
		return err
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// serveOptions reads the token and refuses to let strangers in without one.
func (e *env) serveOptions(job *serveJob) error {
	job.o.MaxPlan, job.o.MaxKept = job.planMB<<20, job.keptMB<<20
	job.o.MaxRequest, job.o.MaxResult, job.o.MaxValues = job.requestMB<<20, job.resultMB<<20, job.valuesMB<<20
	job.o.Log = func(format string, args ...any) { fmt.Fprintf(e.stdout, format+"\n", args...) }
	if job.tokenFile != "" {
		data, err := os.ReadFile(e.path(job.tokenFile))
		if err != nil {
			return userError{err}
		}
		if job.o.Token = strings.TrimSpace(string(data)); job.o.Token == "" {
			return usagef("%s is empty: it holds the token that callers show", job.tokenFile)
		}
		return nil
	}
	host, _, err := net.SplitHostPort(job.addr)
	if err != nil {
		return usagef("-addr %s: %v", job.addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usagef("-addr %s is open to other machines: give a token that callers must show with -token-file", job.addr)
	}
	return nil
}

// openServed opens the model of one operand.
func (e *env) openServed(job *serveJob, operand string) (string, *nn.Session, error) {
	spec, model, ok := strings.Cut(operand, "=")
	if !ok || !strings.HasSuffix(spec, project.SpecSuffix) {
		return "", nil, usagef("%s: name a spec and its model, gpt2%s=gpt2.onnx", operand, project.SpecSuffix)
	}
	s, diags := project.ReadSpec(e.path(spec))
	if len(diags) > 0 {
		return "", nil, e.report("text", diags)
	}
	session, err := nn.Open(nn.InfoOf(s), e.path(model), nn.Threads(job.threads))
	if err != nil {
		return "", nil, userError{err}
	}
	return strings.TrimSuffix(filepath.Base(spec), project.SpecSuffix), session, nil
}
