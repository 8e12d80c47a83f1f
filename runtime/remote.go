package nn

import (
	"context"
	"fmt"
	"strings"
	"sync"
)

// Remote is a model that another process holds. Package runtime/remote is one
// over HTTP; tests and other transports may bring their own.
type Remote interface {
	// Fingerprint is that of the model.
	Fingerprint(ctx context.Context) (string, error)
	// Load sends a trace and gives the name to run it by.
	Load(ctx context.Context, p RemotePlan) (id string, err error)
	// Run runs a loaded trace. result is called for each tap as it arrives, with
	// its index; its error ends the run.
	Run(ctx context.Context, id string, ins []InvokeInputs, r RemoteRun, result func(i int, t Tensor) error) error
	// Generate runs it at each step of a decode loop. Where ctx ends it, the
	// tokens until then come with the context's error.
	Generate(ctx context.Context, id string, ins []InvokeInputs, g RemoteGeneration) ([][]int64, error)
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
	if set.later != nil {
		return nil, misuse("NN3190", "a model of later steps needs the model in this process, and %s is another's: open the model's file", url)
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
	for _, e := range set.edits {
		if err == nil {
			err = e.check(&info)
		}
	}
	if err != nil {
		_ = r.Close()
		return nil, err
	}
	info.padding = set.padding
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
