package serve_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama/probes"
	nn "github.com/nngen-go/nngen/runtime"
	_ "github.com/nngen-go/nngen/runtime/remote"
	"github.com/nngen-go/nngen/runtime/serve"
)

const model = "../../testdata/models/llama/torchscript.onnx"

var ctx = context.Background()

// held is a model in this process, and the same one behind a socket.
type held struct {
	local, remote *llama.Session
	server        *serve.Server
	url           string
}

func hold(t *testing.T, o serve.Options) *held {
	t.Helper()
	h := &held{}
	var err error
	h.local, err = llama.Open(model, nn.Optimize(nn.OptimizeBasic), nn.Threads(1))
	require.NoError(t, err)
	h.server = serve.New(map[string]*nn.Session{"llama": h.local.Session}, o)
	web := httptest.NewServer(h.server) // a real socket of this machine
	h.url = web.URL + "/v1/models/llama"
	t.Cleanup(func() {
		if h.remote != nil {
			require.NoError(t, h.remote.Close())
		}
		web.Close()
		require.NoError(t, h.server.Close())
		require.NoError(t, h.local.Close())
	})
	h.remote, err = llama.Open(h.url, nn.Token(o.Token))
	require.NoError(t, err)
	return h
}

func prompt() llama.Inputs { return llama.Inputs{InputIDs: nn.From([]int64{3, 17, 5, 40, 2, 9}, 2, 3)} }

func vector() nn.Tensor {
	v := make([]float32, 48)
	for i := range v {
		v[i] = float32(i%7) - 3
	}
	return nn.From(v)
}

// The same compiled trace gives the same results over a socket: one invoke with
// parameters, several invokes, several results, many callers at once.
func TestRemoteRuns(t *testing.T) {
	h := hold(t, serve.Options{Token: "secret"})
	run := func(s *llama.Session) (all [][]float32) {
		steer, err := probes.CompileSteer(s)
		require.NoError(t, err)
		defer steer.Close()
		plain, err := steer.Run(ctx, prompt(), vector(), 0)
		require.NoError(t, err)
		moved, err := steer.Run(ctx, prompt(), vector(), 2)
		require.NoError(t, err)
		require.NotEqual(t, plain.Float32s(), moved.Float32s())
		get, err := probes.CompileGet(s)
		require.NoError(t, err)
		defer get.Close()
		embed, q, attn, mlp, h0, h1, norm, logits, err := get.Run(ctx, prompt())
		require.NoError(t, err)
		patch, err := probes.CompilePatchBarrier(s)
		require.NoError(t, err)
		defer patch.Close()
		a, b, err := patch.Run(ctx, prompt(), llama.Inputs{InputIDs: nn.From([]int64{1, 2, 3, 4, 5, 6}, 2, 3)})
		require.NoError(t, err)
		for _, x := range []nn.Tensor{plain, moved, embed, q, attn, mlp, h0, h1, norm, logits, a, b} {
			all = append(all, x.Float32s())
		}
		return all
	}
	want := run(h.local)
	require.Equal(t, want, run(h.remote))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { require.Equal(t, want, run(h.remote)) })
	}
	wg.Wait()
}

// So does a decode loop, token by token, and an end that the caller asks for.
func TestRemoteGenerates(t *testing.T) {
	h := hold(t, serve.Options{})
	generate := func(s *llama.Session, opts ...nn.GenerateOption) (ids [][]int64, told [][]int64) {
		steer, err := probes.CompileSteer(s)
		require.NoError(t, err)
		defer steer.Close()
		opts = append(opts, nn.OnToken(func(step int, ids []int64) bool {
			require.Len(t, told, step)
			told = append(told, ids)
			return step < 6
		}))
		ids, err = steer.Generate(ctx, prompt(), vector(), 1, opts...)
		require.NoError(t, err)
		return ids, told
	}
	for _, opts := range [][]nn.GenerateOption{
		{nn.MaxNewTokens(5)},
		{nn.MaxNewTokens(20)}, // ended by the caller
		{nn.MaxNewTokens(6), nn.Temperature(2), nn.TopK(20), nn.TopP(0.9), nn.Seed(4)},
	} {
		want, wantTold := generate(h.local, opts...)
		got, gotTold := generate(h.remote, opts...)
		require.Equal(t, want, got)
		require.Equal(t, wantTold, gotTold)
	}
	want, _ := generate(h.local, nn.MaxNewTokens(7))
	stop := []nn.GenerateOption{nn.MaxNewTokens(7), nn.StopTokens(want[0][4])}
	want, wantTold := generate(h.local, stop...)
	got, gotTold := generate(h.remote, stop...)
	require.Equal(t, want, got)
	require.Equal(t, wantTold, gotTold)
}

// A server that keeps few plans forgets some; callers notice nothing.
func TestForgottenPlans(t *testing.T) {
	h := hold(t, serve.Options{Plans: 1})
	steer, err := probes.CompileSteer(h.remote)
	require.NoError(t, err)
	raw, err := probes.CompileRaw(h.remote)
	require.NoError(t, err)
	for range 2 {
		a, err := steer.Run(ctx, prompt(), vector(), 0)
		require.NoError(t, err)
		b, err := raw.Run(ctx, prompt())
		require.NoError(t, err)
		require.Equal(t, a.Float32s(), b.Float32s())
	}
}

// What a server refuses says why, and what a session by address cannot do too.
func TestRefusals(t *testing.T) {
	h := hold(t, serve.Options{Token: "secret", MaxTokens: 3, MaxRequest: 40 << 10})
	_, err := llama.Open(h.url, nn.Token("wrong"))
	require.ErrorContains(t, err, "token")
	_, err = llama.Open(strings.Replace(h.url, "llama", "other", 1), nn.Token("secret"))
	require.ErrorContains(t, err, "no such model")
	_, err = llama.Open("ftp://host/llama")
	require.ErrorContains(t, err, "NN3190")

	steer, err := probes.CompileSteer(h.remote)
	require.NoError(t, err)
	_, err = steer.Run(ctx, prompt(), nn.From(make([]float32, 7)), 0)
	require.ErrorContains(t, err, "NN3114")
	require.ErrorContains(t, err, "probes.go:71:")
	_, err = steer.Run(ctx, llama.Inputs{InputIDs: nn.From(make([]int64, 10000), 100, 100)}, vector(), 0)
	require.ErrorContains(t, err, "more data than the limit")
	_, err = steer.Generate(ctx, prompt(), vector(), 0, nn.MaxNewTokens(4))
	require.ErrorContains(t, err, "at most 3")
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	_, err = steer.Run(stopped, prompt(), vector(), 0)
	require.ErrorIs(t, err, context.Canceled)

	err = h.remote.Interpret(ctx, prompt(), func(*llama.Model) error { return nil })
	require.ErrorContains(t, err, "NN3190")
	_, err = raw(t, h.remote).Export("x.onnx")
	require.ErrorContains(t, err, "NN3190")
	_, err = llama.Open(h.url, nn.Token("secret"), nn.DecodeWith(h.local.Session))
	require.ErrorContains(t, err, "NN3190")
}

// Values that a plan makes are bounded, before the run.
func TestValueLimit(t *testing.T) {
	h := hold(t, serve.Options{MaxValues: 1000})
	steer, err := probes.CompileSteer(h.remote)
	require.NoError(t, err)
	_, err = steer.Run(ctx, prompt(), vector(), 0)
	require.ErrorContains(t, err, "NN3191")
	raw, err := probes.CompileRaw(h.remote)
	require.NoError(t, err)
	_, err = raw.Run(ctx, prompt())
	require.NoError(t, err, "the model's own values are the server's business")
}

func TestTimeout(t *testing.T) {
	h := hold(t, serve.Options{Timeout: time.Nanosecond})
	steer, err := probes.CompileSteer(h.remote)
	require.NoError(t, err)
	_, err = steer.Run(ctx, prompt(), vector(), 0)
	require.Error(t, err)
}

// Whatever is posted, the server answers and lives.
func TestHostileRequests(t *testing.T) {
	h := hold(t, serve.Options{})
	steer, err := probes.CompileSteer(h.local)
	require.NoError(t, err)
	var good bytes.Buffer
	require.NoError(t, nn.WritePlan(&good, steer.Plan()))
	post := func(path, body string) (int, string) {
		resp, err := http.Post(h.url+path, "", strings.NewReader(body))
		require.NoError(t, err)
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(text)
	}
	status, text := post("/plans", good.String())
	require.Equal(t, http.StatusOK, status, text)
	id := strings.Split(text, `"`)[3]
	for name, body := range map[string]string{
		"empty":     "",
		"no plan":   `{"a": 1}`,
		"operator":  strings.Replace(good.String(), `"op": "Add"`, `"op": "LoadFile"`, 1),
		"tensor":    strings.Replace(good.String(), `"kind": "tensor"`, `"kind": "tensor", "path": "/etc/passwd"`, 1),
		"hook":      strings.Replace(good.String(), `"op": "Add"`, `"op": "Hook"`, 1),
		"model":     strings.Replace(good.String(), `"model": "sha256:`, `"model": "sha256:0`, 1),
		"any model": strings.Replace(good.String(), steer.Plan().Model, "", 1),
	} {
		status, text := post("/plans", body)
		require.GreaterOrEqual(t, status, 400, name)
		require.Less(t, status, 500, name)
		require.Contains(t, text, "message", name)
	}
	for _, body := range []string{"", "xxxx", "\x02\x00\x00\x00{}", "\x40\x00\x00\x00" + `{"kind":"request","invokes":[{"inputs":["input_ids"]}],"args":9}   `} {
		for _, what := range []string{"/run", "/generate"} {
			status, _ := post("/plans/"+id+what, body)
			require.GreaterOrEqual(t, status, 400)
		}
	}
	status, _ = post("/plans/0123/run", "")
	require.Equal(t, http.StatusGone, status)
	logits, err := steer.Run(ctx, prompt(), vector(), 0)
	require.NoError(t, err)
	require.NotZero(t, logits.Len())
}

// raw compiles the trace that does nothing to the model.
func raw(t *testing.T, s *llama.Session) *nn.Compiled {
	t.Helper()
	c, err := probes.CompileRaw(s)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	plain, err := s.Compile(c.Plan())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, plain.Close()) })
	return plain
}

// The plain model runs and generates by address too.
func TestRemoteModel(t *testing.T) {
	h := hold(t, serve.Options{})
	for range 2 {
		want, err := h.local.Session.RunRaw(ctx, prompt().NNInputs())
		require.NoError(t, err)
		got, err := h.remote.Session.RunRaw(ctx, prompt().NNInputs())
		require.NoError(t, err)
		require.Len(t, got, len(want))
		for i := range want {
			require.Equal(t, want[i].Float32s(), got[i].Float32s())
		}
		wantIDs, err := h.local.Generate(ctx, prompt(), nn.MaxNewTokens(4))
		require.NoError(t, err)
		gotIDs, err := h.remote.Generate(ctx, prompt(), nn.MaxNewTokens(4))
		require.NoError(t, err)
		require.Equal(t, wantIDs, gotIDs)
	}
	_, err := h.remote.Session.RunRaw(ctx, prompt().NNInputs(), "nothing")
	require.ErrorContains(t, err, `no output "nothing"`)
}
