package nn

import (
	"maps"
	"slices"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// decoder holds what a decode loop carries from step to step. A model with a
// cache sees the whole prompt once and then one token at a time; one without
// sees the growing sequence at every step.
type decoder struct {
	phases    [2]phase // the prompt's step, and those after it
	ids       InputInfo
	given     InvokeInputs // what the user gave, other than what grows
	rows      [][]int64    // result: prompt and new tokens
	fed       [][]int64    // what the model sees, finished rows included
	done      []bool
	mask      growing
	positions growing
	cache     map[string]Tensor // by the input that takes it
	steps     int
	sampler   *sampler
	made      []Tensor // inputs of the step under way
}

// growing is an input with one entry for each token, which the user gave: it is
// continued in their way. Without one defaults are made.
type growing struct {
	name  string
	dtype tensor.DType
	rows  [][]int64
}

func newDecoder(s *Session, in InvokeInputs) (*decoder, error) {
	m := &s.info
	first, later, err := s.phases()
	if err != nil {
		return nil, err
	}
	ids, err := m.madeInput()
	if err != nil {
		return nil, err
	}
	prompt := in[ids.Name]
	if prompt.h == nil || len(prompt.h.shape) != 2 || !prompt.h.dtype.IsInt() || prompt.h.shape[1] == 0 {
		return nil, misuse("NN3141", "%s must be token ids of shape [rows, tokens], at least one token", ids.Name)
	}
	d := &decoder{ids: ids, given: maps.Clone(in), cache: map[string]Tensor{}}
	d.phases = [2]phase{first, later}
	d.rows, d.fed = splitRows(prompt), splitRows(prompt)
	d.done = make([]bool, len(d.rows))
	delete(d.given, ids.Name)
	for _, want := range m.Inputs {
		t := in[want.Name]
		if t.h == nil || len(t.h.shape) != 2 || !t.h.dtype.IsInt() || !m.grows(want) {
			continue
		}
		switch want.Role {
		case modelspec.RoleMask:
			d.mask = growing{want.Name, want.DType, splitRows(t)}
			delete(d.given, want.Name)
		case modelspec.RolePosition:
			d.positions = growing{want.Name, want.DType, splitRows(t)}
			delete(d.given, want.Name)
		}
	}
	return d, nil
}

// splitRows reads a two-dimensional integer tensor.
func splitRows(t Tensor) [][]int64 {
	all, width := t.Ints(), t.h.shape[1]
	out := make([][]int64, t.h.shape[0])
	for r := range out {
		out[r] = append([]int64(nil), all[int64(r)*width:int64(r+1)*width]...)
	}
	return out
}

// joinRows makes a tensor of the last width entries of each row.
func joinRows(d tensor.DType, rows [][]int64, width int) Tensor {
	var all []int64
	for _, r := range rows {
		all = append(all, r[len(r)-width:]...)
	}
	return encodeInts(d, []int64{int64(len(rows)), int64(width)}, all)
}

// phase is that of step i.
func (d *decoder) phase(i int) *phase { return &d.phases[min(i, 1)] }

// cached reports whether the next step continues a cache.
func (d *decoder) cached() bool { return len(d.cache) > 0 }

// inputs gives those of the next step.
func (d *decoder) inputs() InvokeInputs {
	in := maps.Clone(d.given)
	info := d.phase(d.steps).info
	maps.DeleteFunc(in, func(name string, _ Tensor) bool { _, ok := info.input(name); return !ok && d.steps > 0 })
	width := len(d.fed[0])
	if d.cached() {
		width = 1
		maps.Copy(in, d.cache)
	}
	d.set(in, d.ids.Name, joinRows(d.ids.DType, d.fed, width))
	if d.mask.rows != nil {
		d.set(in, d.mask.name, joinRows(d.mask.dtype, d.mask.rows, len(d.mask.rows[0])))
	}
	if d.positions.rows != nil {
		d.set(in, d.positions.name, joinRows(d.positions.dtype, d.positions.rows, width))
	}
	for _, want := range info.Inputs {
		if want.Class == classUseCache && d.cached() {
			d.set(in, want.Name, From([]bool{true}))
		}
	}
	return in
}

func (d *decoder) set(in InvokeInputs, name string, t Tensor) {
	in[name] = t
	d.made = append(d.made, t)
}

// take reads a step's outputs: the next token of each row. It keeps the cache.
func (d *decoder) take(out []Tensor) ([]int64, error) {
	for i, name := range d.phase(d.steps).past {
		old := d.cache[name]
		d.cache[name] = out[1+i]
		old.Release()
	}
	releaseAll(d.made)
	d.made = nil
	d.steps++
	logits := out[0]
	defer logits.Release()
	shape := logits.h.shape
	if len(shape) != 3 || shape[0] != int64(len(d.rows)) || shape[1] == 0 {
		return nil, misuse("NN3141", "the logits have shape %v: [%d, tokens, vocabulary] expected", shape, len(d.rows))
	}
	next := make([]int64, len(d.rows))
	logits.read("logits", func(b []byte) {
		size := int64(logits.h.dtype.Size())
		for r := range next {
			at := ((int64(r)+1)*shape[1] - 1) * shape[2] * size
			next[r] = d.sampler.next(r, logits.h.dtype, b[at:at+shape[2]*size])
		}
	})
	return next, nil
}

// argMax gives the position of the largest element, the first of equals.
func argMax(d tensor.DType, b []byte) int64 {
	best, at := 0.0, int64(-1)
	size := d.Size()
	for i := 0; i*size < len(b); i++ {
		if v := floatAt(d, b[i*size:]); at < 0 || v > best {
			best, at = v, int64(i)
		}
	}
	return at
}

// append adds a token to each row, to the result of those that are not finished.
// It gives the tokens that were added to results, Ended where there was none.
func (d *decoder) append(next []int64, stop []int64) []int64 {
	told := make([]int64, len(next))
	for r, id := range next {
		d.fed[r] = append(d.fed[r], id)
		told[r] = Ended
		if !d.done[r] {
			told[r] = id
			d.rows[r] = append(d.rows[r], id)
			d.done[r] = slices.Contains(stop, id)
		}
		if d.mask.rows != nil {
			d.mask.rows[r] = append(d.mask.rows[r], 1)
		}
		if p := d.positions.rows; p != nil {
			p[r] = append(p[r], p[r][len(p[r])-1]+1)
		}
	}
	return told
}

func (d *decoder) finished() bool {
	for _, done := range d.done {
		if !done {
			return false
		}
	}
	return true
}

func (d *decoder) release() {
	for _, t := range d.cache {
		t.Release()
	}
	releaseAll(d.made)
}

func releaseAll(list []Tensor) {
	for _, t := range list {
		t.Release()
	}
}
