package serve

import (
	"container/list"
	"errors"
	"sync"

	nn "github.com/nngen-go/nngen/runtime"
)

// shelf keeps compiled plans, the one unused longest going first. A plan that is
// in use when it goes is closed at the end of its last use.
type shelf struct {
	mu    sync.Mutex
	most  int
	room  int64 // bytes that what is kept may hold beside the model's own weights
	held  int64
	items map[string]*list.Element
	order *list.List // of *shelved, the last used in front
	err   error      // of closing
}

// shelved is a compiled plan.
type shelved struct {
	key  string
	size int64
	once sync.Once
	c    *nn.Compiled
	err  error
	uses int
	gone bool // from the shelf
}

func newShelf(most int, room int64) *shelf {
	return &shelf{most: most, room: room, items: map[string]*list.Element{}, order: list.New()}
}

// put compiles a plan, which holds size bytes, unless it is there; callers with
// the same plan wait for one compilation.
func (s *shelf) put(key string, size int64, compile func() (*nn.Compiled, error)) error {
	s.mu.Lock()
	e := s.items[key]
	if e == nil {
		e = s.order.PushFront(&shelved{key: key, size: size})
		s.items[key] = e
		s.held += size
	}
	p := e.Value.(*shelved)
	p.uses++
	s.mu.Unlock()
	p.once.Do(func() { p.c, p.err = compile() })
	s.mu.Lock()
	if p.err != nil && !p.gone {
		s.remove(s.items[key])
	}
	for s.order.Len() > s.most || s.held > s.room && s.order.Len() > 0 {
		s.remove(s.order.Back())
	}
	s.mu.Unlock()
	s.giveBack(p)
	return p.err
}

// take finds a compiled plan and keeps it until giveBack.
func (s *shelf) take(key string) (*shelved, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.items[key]
	if e == nil {
		return nil, false
	}
	p := e.Value.(*shelved)
	if p.c == nil {
		return nil, false // being compiled still
	}
	p.uses++
	s.order.MoveToFront(e)
	return p, true
}

func (s *shelf) giveBack(p *shelved) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.uses--
	s.closeUnused(p)
}

// remove takes a plan off the shelf; the shelf is locked.
func (s *shelf) remove(e *list.Element) {
	p := s.order.Remove(e).(*shelved)
	delete(s.items, p.key)
	s.held -= p.size
	p.gone = true
	s.closeUnused(p)
}

func (s *shelf) closeUnused(p *shelved) {
	if p.gone && p.uses == 0 && p.c != nil {
		s.err = errors.Join(s.err, p.c.Close())
		p.c = nil
	}
}

// close empties the shelf.
func (s *shelf) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.order.Len() > 0 {
		s.remove(s.order.Back())
	}
	return s.err
}
