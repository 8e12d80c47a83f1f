package nn

import "sync"

// cache builds things once for each key; those who come at the same time wait
// for the one who builds, and an error is remembered like a result.
type cache[T any] struct {
	mu   sync.Mutex
	made map[string]func() (T, error)
}

func (c *cache[T]) get(key string, build func() (T, error)) (T, error) {
	c.mu.Lock()
	f, ok := c.made[key]
	if !ok {
		if c.made == nil {
			c.made = map[string]func() (T, error){}
		}
		f = sync.OnceValues(build)
		c.made[key] = f
	}
	c.mu.Unlock()
	return f()
}
