package nn

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
)

// Session is one model, open: its mapped file, its weights, and the back-end
// sessions that run it whole, spliced or instrumented. It is made once in a
// process and safe for concurrent use.
type Session struct {
	info   ModelInfo
	path   string
	file   *onnx.File
	set    settings
	back   backend.Backend
	remote Remote // the model is another process's; file and back are none then

	shared func() (backend.Shared, error)
	raw    func() (backend.Session, error)
	later  func() (*Session, error)        // the model of steps after the first, nil if there is none
	edited func() (backend.Session, error) // raw with the session's edits
	inst   func() (*instrumented, error)
	inner  func() (*instrumented, error) // with hooks at operations too
	spec   func() (*specInfo, error)
	types  func() map[string]tensor.Type
	index  func() *onnx.Index // of the untouched model, not to be changed
	calls  cache[*called]
	wholes cache[*Compiled] // the plain model, where it is another process's, by outputs
	sized  sync.Map         // tensor → func() bool: whether it follows from sizes alone

	root *Session // whose file it is, where the session is a copy

	mu     sync.Mutex
	runs   int
	closed bool
	opened []closer // what was built, in order
}

// closer is something to close with a session, and what it is known by.
type closer struct {
	what  any
	close func() error
}

var errSessionClosed = errors.New("the session is closed")

// Open maps a model and checks that it is the one that info describes. Sessions
// of the back end are built when first needed. An address in place of a path
// ("https://host/v1/models/gpt2") reaches a model that nngen serve holds.
func Open(info ModelInfo, path string, opts ...Option) (*Session, error) {
	if scheme, ok := remoteScheme(path); ok {
		return openRemote(info, scheme, path, opts)
	}
	s, err := openFile(path, opts)
	if err != nil {
		return nil, err
	}
	if got := onnx.Fingerprint(s.file.Model); info.Fingerprint != "" && got != info.Fingerprint {
		_ = s.file.Close()
		return nil, misuse("NN3125", "%s is not the model that package %s was generated for: its fingerprint is %s, not %s: "+
			"open that model, or write its spec with nngen spec and generate again", path, info.Name, got, info.Fingerprint)
	}
	s.info = info
	s.info.padding = s.set.padding
	for _, e := range s.set.edits {
		if err := e.check(&s.info); err != nil {
			_ = s.file.Close()
			return nil, err
		}
	}
	return s, nil
}

// OpenRaw opens a model that has no spec: it can be run as it is and probed.
func OpenRaw(path string, opts ...Option) (*Session, error) {
	s, err := openFile(path, opts)
	if err != nil {
		return nil, err
	}
	s.info = infoFromGraph(s.file.Model)
	s.info.padding = s.set.padding
	return s, nil
}

func openFile(path string, opts []Option) (*Session, error) {
	var set settings
	for _, o := range opts {
		o.applyOpen(&set)
	}
	file, err := onnx.Open(path)
	if err != nil {
		return nil, err
	}
	if v := file.Model.Opset(""); v < minOpset {
		_ = file.Close()
		return nil, fmt.Errorf("%s uses opset %d of ONNX, and at least %d is needed: export it again with a newer opset", path, v, minOpset)
	}
	back, err := openBackend(set.backend)
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	s := &Session{path: path, file: file, set: set, back: back}
	s.prepare()
	s.shared = sync.OnceValues(s.newShared)
	s.spec = sync.OnceValues(s.readSpec)
	s.types = sync.OnceValue(s.borderTypes)
	s.index = sync.OnceValue(func() *onnx.Index { return onnx.NewIndex(s.file.Model.Clone().Graph) })
	return s, nil
}

// prepare says how the session's own back-end sessions are built, when they are
// first needed.
func (s *Session) prepare() {
	s.raw = sync.OnceValues(func() (backend.Session, error) { return s.build(s.file.Model, s.set) })
	s.later = sync.OnceValues(s.openLater)
	s.edited = sync.OnceValues(s.buildEdited)
	s.inst = sync.OnceValues(func() (*instrumented, error) { return s.instrument(false) })
	s.inner = sync.OnceValues(func() (*instrumented, error) { return s.instrument(true) })
}

// minOpset is the oldest operator set that splices can be written in.
const minOpset = 11

// newShared makes room for prepacked weights, where the back end can share them.
func (s *Session) newShared() (backend.Shared, error) {
	maker, ok := s.back.(backend.SharedMaker)
	if !ok {
		return nil, nil
	}
	shared, err := maker.NewShared()
	if err != nil {
		return nil, err
	}
	s.onClose(shared, shared.Close)
	return shared, nil
}

// onClose notes what to close with s. What is noted later is closed earlier.
func (s *Session) onClose(what any, f func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened = append(s.opened, closer{what, f})
}

// dispose closes a back-end session ahead of s; later calls do nothing.
func (s *Session) dispose(b backend.Session) error {
	s.mu.Lock()
	i := slices.IndexFunc(s.opened, func(c closer) bool { return c.what == b })
	if i < 0 {
		s.mu.Unlock()
		return nil
	}
	c := s.opened[i]
	s.opened = slices.Delete(s.opened, i, i+1)
	s.mu.Unlock()
	return c.close()
}

// build opens a back-end session over a model of this file: the file's own or a
// changed clone. Weights stay where they are in the file.
func (s *Session) build(m *onnx.Model, set settings) (backend.Session, error) {
	shared, err := s.shared()
	if err != nil {
		return nil, err
	}
	if len(set.session.Providers) > 0 {
		if err := inline(m); err != nil {
			return nil, err
		}
	}
	light, folder, weights, err := s.file.Externalize(m)
	if err != nil {
		return nil, err
	}
	data, err := onnx.Marshal(light)
	if err != nil {
		return nil, err
	}
	g := &backend.Graph{Model: data, Folder: folder, Shared: shared}
	for _, w := range weights {
		g.Weights = append(g.Weights, backend.Weight{Name: w.Name, DType: DType(w.DType), Dims: w.Dims, Data: w.Data})
	}
	session, err := s.back.NewSession(context.Background(), g, set.session)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.path, err)
	}
	s.onClose(session, session.Close)
	return session, nil
}

// maxInline is the size in bytes of the most arrays that a model in memory holds.
const maxInline = 1 << 31 * 15 / 16

// inline keeps the arrays of attachments and edits in the model itself: for a
// device onnxruntime reads external data from the file that they are said to be
// in, not what it is given besides.
func inline(m *onnx.Model) error {
	total := 0
	for i, t := range m.Graph.Initializers {
		if !t.Lent {
			continue
		}
		own := *t
		own.Lent = false
		m.Graph.Initializers[i] = &own
		if total += len(own.Data); total > maxInline {
			return misuse("NN3180", "the arrays of the attachments are larger than %d MB, which is what a session on a device can be given", maxInline>>20)
		}
	}
	return nil
}

// enter keeps the mapped weights alive during a run.
func (s *Session) enter() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errSessionClosed
	}
	s.runs++
	return nil
}

func (s *Session) leave() {
	s.mu.Lock()
	s.runs--
	last := s.closed && s.runs == 0
	s.mu.Unlock()
	if last {
		_ = s.free()
	}
}

// Close frees the session and everything that was compiled from it, at the end
// of the last run under way.
func (s *Session) Close() error {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	idle := s.runs == 0
	s.mu.Unlock()
	if first && idle {
		return s.free()
	}
	return nil
}

func (s *Session) free() error {
	s.mu.Lock()
	list := s.opened
	s.opened = nil
	s.mu.Unlock()
	var err error
	for i := len(list) - 1; i >= 0; i-- {
		err = errors.Join(err, list[i].close())
	}
	if s.root != nil {
		s.root.leave()
		return err
	}
	if s.remote != nil {
		return errors.Join(err, s.remote.Close())
	}
	return errors.Join(err, s.file.Close())
}

// Info gives what is known of the model.
func (s *Session) Info() ModelInfo { return s.info }

// Path gives the model's file.
func (s *Session) Path() string { return s.path }
