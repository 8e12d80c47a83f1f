package serve_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/ends"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama/probes"
	"github.com/nngen-go/nngen/internal/wire"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/serve"
)

// written gives a plan as a file.
func written(t *testing.T, p *nn.Plan) []byte {
	var b bytes.Buffer
	require.NoError(t, nn.WritePlan(&b, p))
	return b.Bytes()
}

// frame is one frame by its parts.
func frame(t *testing.T, h wire.Head, data []byte) []byte {
	var b bytes.Buffer
	require.NoError(t, wire.Write(&b, h, data))
	return b.Bytes()
}

// floats is a frame of a tensor of ones.
func floats(t *testing.T, shape ...int) []byte {
	var b bytes.Buffer
	require.NoError(t, wire.WriteTensor(&b, 0, nn.Full(nn.Float32, 1, shape...)))
	return b.Bytes()
}

// postPlan posts the frames of a trace.
func postPlan(t *testing.T, url string, frames ...[]byte) (int, string) {
	return post(t, url+"/plans", wire.PlanType, bytes.Join(frames, nil))
}

func post(t *testing.T, url, kind string, body []byte) (int, string) {
	t.Helper()
	resp, err := http.Post(url, kind, bytes.NewReader(body))
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(text)
}

// planOf is the plan of Steer, to be changed.
func planOf(t *testing.T, h *held) *nn.Plan {
	c, err := probes.CompileSteer(h.local)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c.Plan()
}

// withWeight makes the vector of Steer an array that comes with the plan.
func withWeight(p *nn.Plan) *nn.Plan {
	q := *p
	q.Params, q.Weights = p.Params[1:], []nn.Param{{Name: "v", Type: nn.Type{DType: nn.Float32, Shape: nn.Shape{"48"}}}}
	return &q
}

// Arrays that do not fit their plan, or lie about their size, are refused.
func TestHostileAttachments(t *testing.T) {
	h := hold(t, serve.Options{MaxPlan: 1 << 20})
	p := withWeight(planOf(t, h))
	file := written(t, p)
	plan := func(names ...string) []byte { return frame(t, wire.Head{Kind: wire.Plan, Names: names}, file) }
	status, text := postPlan(t, h.url, plan("v"), floats(t, 48))
	require.Equal(t, http.StatusOK, status, text)

	lies := []byte(`{"kind":"tensor","dtype":"float32","shape":[1099511627776],"bytes":4398046511104}`)
	for name, c := range map[string]struct {
		want   string
		frames [][]byte
	}{
		"none":      {"did not come with it", [][]byte{plan()}},
		"other":     {"did not come with it", [][]byte{plan("w"), floats(t, 48)}},
		"path":      {"did not come with it", [][]byte{plan("../../etc/passwd"), floats(t, 48)}},
		"more":      {"2 arrays came", [][]byte{plan("v", "w"), floats(t, 48), floats(t, 48)}},
		"twice":     {"is there twice", [][]byte{plan("v", "v"), floats(t, 48), floats(t, 48)}},
		"shape":     {"NN3180", [][]byte{plan("v"), floats(t, 47)}},
		"rank":      {"NN3180", [][]byte{plan("v"), floats(t, 1, 48)}},
		"cut":       {"EOF", [][]byte{plan("v"), floats(t, 48)[:100]}},
		"behind":    {"more follows", [][]byte{plan("v"), floats(t, 48), floats(t, 48)}},
		"large":     {"limit", [][]byte{plan("v"), floats(t, 1<<20)}},
		"lies":      {"limit", [][]byte{plan("v"), {byte(len(lies)), 0, 0, 0}, lies}},
		"no tensor": {"was to come", [][]byte{plan("v"), frame(t, wire.Head{Kind: wire.Value, Same: true}, nil)}},
		"names":     {"at most", [][]byte{plan(strings.Split(strings.Repeat("x ", 5000), " ")...)}},
		"padding":   {"left or the right", [][]byte{frame(t, wire.Head{Kind: wire.Plan, Padding: "up", Names: []string{"v"}}, file), floats(t, 48)}},
		"no plan":   {"begins with its plan", [][]byte{floats(t, 48)}},
	} {
		status, text := postPlan(t, h.url, c.frames...)
		require.GreaterOrEqual(t, status, 400, name)
		require.Less(t, status, 500, name)
		require.Contains(t, text, c.want, name)
	}
}

// What servers keep is bounded in bytes: the oldest plans go.
func TestKeptBytes(t *testing.T) {
	h := hold(t, serve.Options{MaxKept: 8 << 10})
	p := withWeight(planOf(t, h))
	load := func(name string) string {
		one := *p
		one.Name = name
		file := written(t, &one)
		status, text := postPlan(t, h.url, frame(t, wire.Head{Kind: wire.Plan, Names: []string{"v"}}, file), floats(t, 48))
		require.Equal(t, http.StatusOK, status, text)
		return strings.Split(text, `"`)[3]
	}
	first := load("n0")
	for i := range 5 {
		load(fmt.Sprint("n", i+1))
	}
	status, _ := post(t, h.url+"/plans/"+first+"/run", "", nil)
	require.Equal(t, http.StatusGone, status)
}

// Edits are held to what plans are, and what they compute to the same limits.
func TestHostileEdits(t *testing.T) {
	h := hold(t, serve.Options{MaxValues: 1 << 20, MaxNodes: 50})
	file := written(t, planOf(t, h))
	edits := func(e ...nn.Edit) string {
		var b bytes.Buffer
		require.NoError(t, nn.WriteEdits(&b, e...))
		return b.String()
	}
	send := func(text string) (int, string) {
		return postPlan(t, h.url, frame(t, wire.Head{Kind: wire.Plan, Edits: true}, file), frame(t, wire.Head{Kind: wire.Edits}, []byte(text)))
	}
	good := edits(ends.EditLouder(2))
	status, text := send(good)
	require.Equal(t, http.StatusOK, status, text)
	many := make([]nn.Edit, 60)
	for i := range many {
		many[i] = ends.EditLouder(1)
	}
	plan := ends.EditLouder(2).Plan()
	require.Contains(t, good, plan.Writes[0].At)
	for name, c := range map[string]struct{ text, want string }{
		"none":     {"", "message"},
		"garbage":  {"{}", "NN3171"},
		"version":  {strings.Replace(good, `"version": 1`, `"version": 99`, 1), "NN3171"},
		"model":    {strings.Replace(good, "sha256:", "sha256:0", 1), "NN3192"},
		"no model": {strings.Replace(good, plan.Model, "", 1), "NN3192"},
		"hook":     {strings.Replace(good, `"op": "Scale"`, `"op": "Hook"`, 1), "NN3171"},
		"operator": {strings.Replace(good, `"op": "Scale"`, `"op": "LoadFile"`, 1), "LoadFile"},
		"point":    {strings.ReplaceAll(good, plan.Writes[0].At, "model.layers.7.output"), "NN3183"},
		"value":    {strings.Replace(good, `"data": "AAAAQA=="`, `"data": "AAAAQAAA"`, 1), "NN3171"},
		"shape":    {strings.Replace(good, `"shape": []`, `"shape": [-1]`, 1), "NN3171"},
		"many":     {edits(many...), "NN3191"},
	} {
		require.NotEqual(t, good, c.text, name)
		status, text := send(c.text)
		require.GreaterOrEqual(t, status, 400, name)
		require.Less(t, status, 500, name)
		require.Contains(t, text, c.want, name)
	}
	far, err := llama.Open(h.url, nn.WithEdits(ends.EditLouder(2)))
	require.NoError(t, err)
	defer far.Close()
	raw, err := probes.CompileRaw(far)
	require.NoError(t, err)
	_, err = raw.Run(ctx, llama.Inputs{InputIDs: nn.From(make([]int64, 6000), 1000, 6)})
	require.ErrorContains(t, err, "NN3191", "values of edits are counted")
	_, err = raw.Run(ctx, prompt())
	require.NoError(t, err)
}

// A caller whose steps do not come, come wrong or never end is put off, and the
// next one is served.
func TestHostileSteps(t *testing.T) {
	h := hold(t, serve.Options{Timeout: time.Second, Concurrent: 1, MaxRequest: 64 << 10})
	status, text := post(t, h.url+"/plans", "", written(t, planOf(t, h)))
	require.Equal(t, http.StatusOK, status, text)
	at := h.url + "/plans/" + strings.Split(text, `"`)[3] + "/generate"
	settings := json.RawMessage(`{"max_new_tokens": 3, "temperature": 1, "top_p": 1}`)
	var ids bytes.Buffer
	require.NoError(t, wire.WriteTensor(&ids, 0, prompt().InputIDs))
	head := wire.Head{Kind: wire.Request, Each: true, Settings: settings, Invokes: []wire.Invoke{{Inputs: []string{"input_ids"}}}}
	begin := append(frame(t, head, nil), ids.Bytes()...)
	two := frame(t, wire.Head{Kind: wire.Args, Args: 2}, nil)
	for name, c := range map[string]struct {
		body []byte
		want string
	}{
		"nothing":  {nil, "EOF"},
		"no args":  {floats(t, 48), "where the arguments of step 0"},
		"few":      {frame(t, wire.Head{Kind: wire.Args, Args: 1}, nil), "EOF"},
		"negative": {frame(t, wire.Head{Kind: wire.Args, Args: -1}, nil), "at most"},
		"many":     {frame(t, wire.Head{Kind: wire.Args, Args: 1 << 30}, nil), "at most"},
		"same":     {append(bytes.Clone(two), frame(t, wire.Head{Kind: wire.Value, Same: true}, nil)...), "was to come"},
		"wrong":    {bytes.Join([][]byte{two, floats(t, 48), floats(t, 48)}, nil), "NN31"},
		"large":    {bytes.Join([][]byte{two, floats(t, 1<<20)}, nil), "limit"},
		"kind":     {frame(t, wire.Head{Kind: "shell"}, nil), "shell"},
	} {
		status, text := post(t, at, "", append(bytes.Clone(begin), c.body...))
		require.Equal(t, http.StatusOK, status, name)
		require.Contains(t, text, c.want, name)
		require.Contains(t, text, `"kind":"error"`, name)
	}
	for name, s := range map[string]string{
		"tokens": `{"max_new_tokens": 1000000000}`, "none": `{"max_new_tokens": -1}`, "cold": `{"max_new_tokens": 3, "temperature": -1, "top_p": 1, "sample": true}`,
		"list": `[]`,
	} {
		bad := head
		bad.Settings = json.RawMessage(s)
		_, text := post(t, at, "", append(frame(t, bad, nil), ids.Bytes()...))
		require.Contains(t, text, `"kind":"error"`, name)
	}
	// One that stops sending holds its turn for the timeout, not longer.
	silent, more := io.Pipe()
	defer more.Close()
	var done sync.WaitGroup
	done.Go(func() {
		resp, err := http.Post(at, "", io.MultiReader(bytes.NewReader(begin), silent))
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	})
	time.Sleep(100 * time.Millisecond)
	start := time.Now()
	require.Eventually(t, func() bool {
		_, err := steered(h)
		return err == nil
	}, 20*time.Second, 50*time.Millisecond)
	require.Less(t, time.Since(start), 15*time.Second)
	_ = silent.Close()
	done.Wait()
}

// steered generates as a caller of good will does.
func steered(h *held) ([][]int64, error) {
	steer, err := probes.CompileSteer(h.remote)
	if err != nil {
		return nil, err
	}
	defer steer.Close()
	return steer.Generate(ctx, prompt(), vector(), 1, nn.MaxNewTokens(3))
}

// Whoever has no token gets nothing, whatever they ask.
func TestTokenEverywhere(t *testing.T) {
	h := hold(t, serve.Options{Token: "secret"})
	base := strings.TrimSuffix(h.url, "/llama")
	for _, url := range []string{base, h.url, h.url + "/plans", h.url + "/plans/0/run", h.url + "/plans/0/generate", base + "/none"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			for _, shown := range []string{"", "Bearer ", "Bearer wrong", "secret2", "Basic secret"} {
				req, err := http.NewRequestWithContext(ctx, method, url, nil)
				require.NoError(t, err)
				req.Header.Set("Authorization", shown)
				resp, err := http.DefaultClient.Do(req)
				require.NoError(t, err)
				_ = resp.Body.Close()
				require.Equal(t, http.StatusUnauthorized, resp.StatusCode, "%s %s %q", method, url, shown)
			}
		}
	}
}

// leaves are the places of a JSON value that hold no others.
func leaves(v any, set func(any), found *[]func(r *rand.Rand)) {
	numbers := []any{-1, 0, 1, 2, 7, int64(1) << 40, int64(1)<<62 + 1, -(int64(1) << 62), 0.5, "x", nil}
	words := []any{
		"", "nngen.token", "nngen.rows", "nngen.arg.v", "nngen.tap.0", "../../etc/passwd", "\x00\n", "logits", "input_ids", strings.Repeat("a", 1<<16),
		"If", "Fit", "Hook", "Call", "Where", "Expand", "TopK", "float16", "bool", "batch", "1099511627776", "-1", "a*b", nil, 3,
	}
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			leaves(v[k], func(n any) { v[k] = n }, found)
		}
	case []any:
		for i, x := range v {
			leaves(x, func(n any) { v[i] = n }, found)
		}
	case float64:
		*found = append(*found, func(r *rand.Rand) { set(numbers[r.IntN(len(numbers))]) })
	default:
		*found = append(*found, func(r *rand.Rand) { set(words[r.IntN(len(words))]) })
	}
}

// Plans with any name or number in any place are run or refused; the server
// lives, and says nothing of a panic.
func TestHostileNamesAndNumbers(t *testing.T) {
	h := hold(t, serve.Options{})
	var panics bytes.Buffer
	server := serve.New(map[string]*nn.Session{"llama": h.local.Session}, serve.Options{MaxValues: 1 << 22, MaxResult: 1 << 22, MaxNodes: 100, Plans: 4})
	web := httptest.NewUnstartedServer(server)
	web.Config.ErrorLog = log.New(&panics, "", 0)
	web.Start()
	defer func() { web.Close(); require.NoError(t, server.Close()) }()
	url := web.URL + "/v1/models/llama"
	get, err := probes.CompileGet(h.local)
	require.NoError(t, err)
	defer get.Close()
	patch, err := probes.CompilePatchBarrier(h.local)
	require.NoError(t, err)
	defer patch.Close()
	r := rand.New(rand.NewPCG(11, uint64(hostileSeed)))
	refused, run := 0, 0
	for _, p := range []*nn.Plan{planOf(t, h), get.Plan(), patch.Plan(), ends.EditSometimes(vector(), true).Plan()} {
		good := written(t, p)
		var request bytes.Buffer
		head := wire.Head{Kind: wire.Request, Args: len(p.Params)}
		for range p.Invokes {
			head.Invokes = append(head.Invokes, wire.Invoke{Inputs: []string{"input_ids"}})
		}
		request.Write(frame(t, head, nil))
		for range p.Invokes {
			require.NoError(t, wire.WriteTensor(&request, 0, prompt().InputIDs))
		}
		for _, prm := range p.Params {
			x := vector()
			if prm.Type.Shape.RankKnown() && len(prm.Type.Shape) == 0 {
				x = nn.Full(prm.Type.DType, 1)
			}
			require.NoError(t, wire.WriteTensor(&request, 0, x))
		}
		for range hostileTries {
			var file any
			require.NoError(t, json.Unmarshal(good, &file))
			var places []func(*rand.Rand)
			leaves(file, nil, &places)
			for range 1 + r.IntN(2) {
				places[r.IntN(len(places))](r)
			}
			text, err := json.Marshal(file)
			require.NoError(t, err)
			status, reply := post(t, url+"/plans", "", text)
			require.Less(t, status, 500, "%s\n%s", text, reply)
			if status != http.StatusOK {
				refused++
				continue
			}
			status, _ = post(t, url+"/plans/"+strings.Split(reply, `"`)[3]+"/run", "", request.Bytes())
			require.Less(t, status, 500, "%s", text)
			run++
		}
	}
	require.Positive(t, refused)
	require.Positive(t, run)
	require.NotContains(t, panics.String(), "panic")
}

// How many plans TestHostileNamesAndNumbers spoils, and which.
const (
	hostileTries = 15
	hostileSeed  = 1
)
