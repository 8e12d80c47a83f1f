package nn

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/nngen-go/nngen/internal/plan"
)

// Remote is a model that another process holds. Package runtime/remote is one
// over HTTP; tests and other transports may bring their own.
type Remote interface {
	// Fingerprint is that of the model.
	Fingerprint(ctx context.Context) (string, error)
	// Load sends a plan, as WritePlan writes it, and gives the name to run it by.
	Load(ctx context.Context, plan []byte) (id string, err error)
	// Run runs a loaded plan. result is called for each tap as it arrives, with
	// its index; its error ends the run.
	Run(ctx context.Context, id string, ins []InvokeInputs, args []Tensor, result func(i int, t Tensor) error) error
	// Generate runs it at each step of a decode loop.
	Generate(ctx context.Context, id string, in InvokeInputs, args []Tensor, g GenerateSettings, onToken func(step int, ids []int64) bool) ([][]int64, error)
	Close() error
}

// dialers open models by the scheme of their address.
var (
	dialers   = map[string]func(url, token string) (Remote, error){}
	dialersMu sync.Mutex
)

// RegisterRemote makes Open reach addresses of a scheme ("https") by dial. It is
// for packages that carry runs, such as runtime/remote.
func RegisterRemote(scheme string, dial func(url, token string) (Remote, error)) {
	dialersMu.Lock()
	defer dialersMu.Unlock()
	dialers[scheme] = dial
}

// Token is what a server of models asks its callers for, where Open is given an
// address in place of a file.
func Token(token string) Option { return openOption(func(s *settings) { s.token = token }) }

// openRemote opens a model by its address.
func openRemote(info ModelInfo, scheme, url string, opts []Option) (*Session, error) {
	var set settings
	for _, o := range opts {
		o.applyOpen(&set)
	}
	if len(set.edits) > 0 {
		return nil, misuse("NN3190", "edits are spliced into the model, and %s is another process's: open the model's file", url)
	}
	dialersMu.Lock()
	dial := dialers[scheme]
	dialersMu.Unlock()
	if dial == nil {
		return nil, misuse("NN3190", "%s: models are opened by address only where package runtime/remote is imported: import _ %q", url, ownPackage+"remote")
	}
	r, err := dial(url, set.token)
	if err != nil {
		return nil, err
	}
	got, err := r.Fingerprint(context.Background())
	if err == nil && info.Fingerprint != "" && got != info.Fingerprint {
		err = fmt.Errorf("%s holds another model than package %s was generated for: its fingerprint is %s, not %s", url, info.Name, got, info.Fingerprint)
	}
	if err != nil {
		_ = r.Close()
		return nil, err
	}
	s := &Session{info: info, path: url, set: set, remote: r}
	s.spec = sync.OnceValues(s.readSpec)
	return s, nil
}

// remoteScheme gives the scheme of an address; files have none.
func remoteScheme(path string) (string, bool) {
	scheme, _, ok := strings.Cut(path, "://")
	return scheme, ok && len(scheme) > 1
}

// local refuses what needs the model in this process.
func (s *Session) local(what string) error {
	if s.remote == nil {
		return nil
	}
	return misuse("NN3190", "%s needs the model in this process, and %s is another's: open the model's file", what, s.path)
}

// compileRemote sends a plan to whoever holds the model.
func (s *Session) compileRemote(p *Plan) (*Compiled, error) {
	if len(p.Weights) > 0 {
		return nil, misuse("NN3190", "%s has attachments, which are this process's, and %s is another's: open the model's file", p.Name, s.path)
	}
	var data bytes.Buffer
	if err := plan.Encode(&data, p); err != nil {
		return nil, planError(p.Name, err)
	}
	id, err := s.remote.Load(context.Background(), data.Bytes())
	if err != nil {
		return nil, err
	}
	return &Compiled{s: s, plan: p, remoteID: id}, nil
}

// runRemote runs the plan where the model is.
func (c *Compiled) runRemote(ctx context.Context, ins []InvokeInputs, args []Tensor, into []*Tensor) error {
	// Copies, so that the callers' lists need no memory where nothing is remote.
	list := make([]*Tensor, len(into))
	copy(list, into)
	inputs := make([]InvokeInputs, len(ins))
	for i, in := range ins {
		inputs[i] = copied(in)
	}
	given := make([]Tensor, len(args))
	copy(given, args)
	return c.s.remote.Run(ctx, c.remoteID, inputs, given, func(i int, t Tensor) error {
		switch {
		case i < 0 || i >= len(c.plan.Taps):
			return fmt.Errorf("%s: the server sent result %d of %d", c.plan.Name, i, len(c.plan.Taps))
		case i < len(list) && list[i] != nil:
			*list[i] = t
		}
		return nil
	})
}

// generateRemote generates where the model is.
func (c *Compiled) generateRemote(ctx context.Context, in InvokeInputs, args []Tensor, opts []GenerateOption) ([][]int64, error) {
	g, err := newGeneration(opts)
	if err != nil {
		return nil, err
	}
	return c.s.remote.Generate(ctx, c.remoteID, in, args, g.GenerateSettings, g.onToken)
}
