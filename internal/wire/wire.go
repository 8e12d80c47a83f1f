// Package wire is what runs of a trace look like between a program and a server
// that holds the model: a stream of frames, each a JSON head and the bytes that
// follow it. Both ends treat what comes in as hostile: sizes are checked before
// memory is taken.
package wire

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"

	"github.com/nngen-go/nngen/internal/tensor"
)

// Kind says what a frame is.
type Kind string

// The kinds of frame.
const (
	// Plan is the first frame of a trace: a plan file follows it, then an Edits
	// frame if there are edits, then a Value for each of Names.
	Plan Kind = "plan"
	// Edits is followed by a file of edits.
	Edits Kind = "edits"
	// Request is the first frame of a run: Invokes, Args and Settings.
	Request Kind = "request"
	// Value is a tensor: an input, an argument or a result.
	Value Kind = "tensor"
	// Prompt is the first frame of a generation: Rows, as they are before it.
	Prompt Kind = "prompt"
	// Token is a step of it: IDs, one for each row.
	Token Kind = "token"
	// Step asks for the arguments of a step of a generation.
	Step Kind = "step"
	// Args is the answer: Args says how many Values follow.
	Args Kind = "args"
	// Taken says that everything that leaves a step was sent.
	Taken Kind = "taken"
	// Failed ends a stream with an error.
	Failed Kind = "error"
	// Done ends a stream that is whole; one without it was cut.
	Done Kind = "done"
)

// Head is the JSON part of a frame.
type Head struct {
	Kind Kind `json:"kind"`

	// of a Plan
	Names    []string `json:"names,omitempty"`   // of the arrays that follow
	Edits    bool     `json:"edits,omitempty"`   // there are
	Padding  string   `json:"padding,omitempty"` // "left", "right"
	PadToken int64    `json:"pad_token,omitempty"`

	// of a Request
	Each     bool            `json:"each,omitempty"`   // arguments are asked for at each step of a generation
	Visits   bool            `json:"visits,omitempty"` // everything that leaves a step is sent
	Result   bool            `json:"result,omitempty"` // the run's is sent, behind everything else
	Caches   bool            `json:"caches,omitempty"` // the tensors of caches that leave a step are
	Invokes  []Invoke        `json:"invokes,omitempty"`
	Args     int             `json:"args,omitempty"` // how many Values are arguments, after those of invokes
	Settings json.RawMessage `json:"settings,omitempty"`

	// of a Value
	Index int     `json:"index,omitempty"` // of a result
	DType string  `json:"dtype,omitempty"`
	Shape []int64 `json:"shape,omitempty"`
	Bytes int64   `json:"bytes,omitempty"` // that follow
	Same  bool    `json:"same,omitempty"`  // of an argument: that of the step before, and no bytes

	Step int       `json:"step,omitempty"` // of a Token, a Step or what is Taken
	IDs  []int64   `json:"ids,omitempty"`  // of a Token
	Rows [][]int64 `json:"rows,omitempty"` // of a Prompt

	Error *Error `json:"error,omitempty"`
}

// Invoke names the inputs of one invoke, whose Values follow the request in this
// order; none: an invoke that sees all rows.
type Invoke struct {
	Inputs []string `json:"inputs"`
}

// Error is an error of the other end.
type Error struct {
	Code    string `json:"code,omitempty"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	// File and Line are the place of the plan that it is about, as plans name them.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
}

// maxHead is the size in bytes of the largest JSON head.
const maxHead = 8 << 20

// ErrTooLarge says that a frame, or all of them, passes the reader's limit.
var ErrTooLarge = errors.New("more data than the limit")

// Write writes one frame.
func Write(w io.Writer, h Head, data []byte) error {
	h.Bytes = int64(len(data))
	head, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if len(head) > maxHead {
		return fmt.Errorf("a head of %d bytes: %w", len(head), ErrTooLarge)
	}
	buf := binary.LittleEndian.AppendUint32(make([]byte, 0, 4+len(head)), uint32(len(head)))
	if _, err := w.Write(append(buf, head...)); err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// Reader reads frames, of Limit bytes in all.
type Reader struct {
	r    io.Reader
	left int64
}

// NewReader reads at most limit bytes of r.
func NewReader(r io.Reader, limit int64) *Reader { return &Reader{r, limit} }

// Next reads a frame. io.EOF: there is none; a stream that ends inside a frame
// gives io.ErrUnexpectedEOF.
func (r *Reader) Next() (h Head, data []byte, err error) {
	var size [4]byte
	if _, err := io.ReadFull(r.r, size[:]); err != nil {
		return h, nil, err
	}
	n := int64(binary.LittleEndian.Uint32(size[:]))
	if n > maxHead {
		return h, nil, fmt.Errorf("a head of %d bytes: %w", n, ErrTooLarge)
	}
	head, err := r.take(n)
	if err != nil {
		return h, nil, err
	}
	if err := json.Unmarshal(head, &h); err != nil {
		return h, nil, fmt.Errorf("a frame that is none: %w", err)
	}
	if h.Bytes < 0 {
		return h, nil, errors.New("a frame of negative size")
	}
	if h.Kind == Value && !h.Same {
		if err := h.checkTensor(); err != nil {
			return h, nil, err
		}
	}
	data, err = r.take(h.Bytes)
	return h, data, err
}

// take reads n bytes, which the limit allows.
func (r *Reader) take(n int64) ([]byte, error) {
	if n > r.left {
		return nil, fmt.Errorf("%d bytes more: %w", n, ErrTooLarge)
	}
	r.left -= n
	// Grown as data come, so that a head that lies costs nothing.
	const step = 1 << 20
	data := make([]byte, 0, min(n, step))
	for int64(len(data)) < n {
		from := len(data)
		more := min(n-int64(from), max(step, int64(from)))
		data = append(data, make([]byte, more)...)
		if _, err := io.ReadFull(r.r, data[from:]); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	return data, nil
}

// checkTensor compares a tensor's shape with its bytes.
func (h *Head) checkTensor() error {
	d, err := tensor.ParseDType(h.DType)
	if err != nil {
		return err
	}
	if d.Size() == 0 {
		return fmt.Errorf("tensors of %s do not travel", d)
	}
	n := uint64(d.Size())
	for _, s := range h.Shape {
		if s < 0 {
			return fmt.Errorf("shape %v has a negative dimension", h.Shape)
		}
		hi, lo := bits.Mul64(n, uint64(s))
		if hi != 0 || lo > 1<<62 {
			return fmt.Errorf("shape %v: %w", h.Shape, ErrTooLarge)
		}
		n = lo
	}
	if n != uint64(h.Bytes) {
		return fmt.Errorf("a %s tensor of shape %v has %d bytes, not %d", d, h.Shape, n, h.Bytes)
	}
	return nil
}
