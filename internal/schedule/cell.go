package schedule

import "sort"

// cell is the version of one tensor at one moment: the whole, made only when
// somebody asks, with the rows of invokes over it.
type cell[V any] struct {
	at      Moment
	algebra Algebra[V]
	base    func() (V, error)
	whole   V
	known   bool // whole is set
	changed bool
	parts   map[int]overlay[V]
}

// overlay is an invoke's rows: cut out (clean) or written (dirty).
type overlay[V any] struct {
	value V
	dirty bool
}

func newCell[V any](at Moment, a Algebra[V], base func() (V, error)) *cell[V] {
	return &cell[V]{at: at, algebra: a, base: base, parts: map[int]overlay[V]{}}
}

// all gives the whole tensor, written rows joined in.
func (c *cell[V]) all() (V, error) {
	if !c.known {
		v, err := c.base()
		if err != nil {
			return v, err
		}
		c.whole, c.known = v, true
	}
	var dirty []Part[V]
	for i, p := range c.parts {
		if p.dirty {
			dirty = append(dirty, Part[V]{i, p.value})
		}
	}
	if len(dirty) == 0 {
		return c.whole, nil
	}
	sort.Slice(dirty, func(i, j int) bool { return dirty[i].Invoke < dirty[j].Invoke })
	v, err := c.algebra.Join(c.whole, dirty, c.at)
	if err != nil {
		return v, err
	}
	c.whole = v
	c.parts = map[int]overlay[V]{}
	return v, nil
}

// read gives what a mediator with these rows sees. Reading twice gives the same value.
func (c *cell[V]) read(rows int) (V, error) {
	if rows == AllRows {
		return c.all()
	}
	if p, ok := c.parts[rows]; ok {
		return p.value, nil
	}
	// Written rows of others stay apart: they are not in these rows.
	if !c.known {
		v, err := c.base()
		if err != nil {
			return v, err
		}
		c.whole, c.known = v, true
	}
	v, err := c.algebra.Narrow(c.whole, rows, c.at)
	if err == nil {
		c.parts[rows] = overlay[V]{value: v}
	}
	return v, err
}

// write puts v in the place of the rows.
func (c *cell[V]) write(rows int, v V) error {
	if err := c.algebra.Accept(v, rows, c.at); err != nil {
		return err
	}
	c.changed = true
	if rows == AllRows {
		c.whole, c.known = v, true
		c.parts = map[int]overlay[V]{}
		return nil
	}
	c.parts[rows] = overlay[V]{value: v, dirty: true}
	return nil
}
