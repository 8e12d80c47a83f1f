// Package remote runs compiled traces on a model that another process holds with
// "nngen serve". Importing it makes Open take addresses:
//
//	import _ "github.com/nngen-go/nngen/runtime/remote"
//
//	sess, err := gpt2.Open("https://host:8080/v1/models/gpt2", nn.Token(token))
//	steer, err := probes.CompileSteer(sess)
//
// A plan is sent once, with the edits under it and the arrays of its attachments;
// then inputs and results travel. Go before and after the run, and around each
// step of a trace over decoding steps, runs in this process. Traces with Go in
// mid-run (NN3170) and Interpret need the model here.
package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/token"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/nngen-go/nngen/internal/wire"
	nn "github.com/nngen-go/nngen/runtime"
)

func init() {
	nn.RegisterRemote("https", func(url, token string) (nn.Remote, error) { return Dial(url, token), nil })
	nn.RegisterRemote("http", func(url, token string) (nn.Remote, error) { return Dial(url, token), nil })
}

// Dial gives the model at an address, without asking for it yet.
func Dial(url, token string) *Client {
	return &Client{url: strings.TrimRight(url, "/"), token: token, http: &http.Client{}, plans: map[string]nn.RemotePlan{}}
}

// Client is a model of another process; it implements nn.Remote and is safe for
// concurrent use.
type Client struct {
	url, token string
	http       *http.Client

	mu    sync.Mutex
	plans map[string]nn.RemotePlan // what was loaded, for servers that forget
}

// maxReply bounds what the client takes from one run.
const maxReply = 16 << 30

// patience bounds requests that carry no run.
const patience = 5 * time.Minute

// Fingerprint asks for the model's.
func (c *Client) Fingerprint(ctx context.Context) (string, error) {
	var info struct{ Fingerprint string }
	return info.Fingerprint, c.ask(ctx, http.MethodGet, "", nil, &info)
}

// Load sends a plan.
func (c *Client) Load(ctx context.Context, plan nn.RemotePlan) (string, error) {
	var loaded struct{ ID string }
	body, err := wire.PlanStream(plan)
	if err != nil {
		return "", err
	}
	defer body.Close()
	if err := c.ask(ctx, http.MethodPost, "/plans", body, &loaded); err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.plans[loaded.ID] = plan
	return loaded.ID, nil
}

// Close ends idle connections.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// ask sends a request whose reply is JSON.
func (c *Client) ask(ctx context.Context, method, path string, body io.Reader, into any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	reply, err := c.send(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer reply.Close()
	return json.NewDecoder(io.LimitReader(reply, 1<<20)).Decode(into)
}

// errForgotten says that the server has no such plan any more.
var errForgotten = errors.New("the server does not have the plan")

// send gives the body of a reply that went well.
func (c *Client) send(ctx context.Context, method, path string, body io.Reader) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", wire.PlanType)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, nil
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusGone {
		return nil, errForgotten
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	var failed wire.Error
	if json.Unmarshal(text, &failed) == nil && failed.Message != "" {
		return nil, c.theirs(&failed)
	}
	return nil, fmt.Errorf("%s: %s", c.url, resp.Status)
}

// theirs is an error of the server.
func (c *Client) theirs(e *wire.Error) error {
	out := &nn.Error{Code: e.Code, Message: c.url + ": " + e.Message, Hint: e.Hint}
	if e.Line > 0 {
		out.Pos = token.Position{Filename: e.File, Line: e.Line, Column: 1}
	}
	return out
}
