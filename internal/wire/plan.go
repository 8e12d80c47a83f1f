package wire

import (
	"errors"
	"fmt"
	"io"
	"slices"

	nn "github.com/nngen-go/nngen/runtime"
)

// PlanType is the content type of a trace that travels with edits or arrays; one
// without any may be posted as its plan file alone.
const PlanType = "application/vnd.nngen.plan"

// maxNames bounds the arrays of one trace.
const maxNames = 1 << 12

// PlanStream gives the frames of a trace one after another, without a copy of
// its arrays.
func PlanStream(p nn.RemotePlan) (io.ReadCloser, error) {
	names := make([]string, 0, len(p.Weights))
	for name := range p.Weights {
		names = append(names, name)
	}
	slices.Sort(names)
	r, w := io.Pipe()
	go func() {
		head := Head{Kind: Plan, Names: names, Edits: len(p.Edits) > 0, Padding: p.Padding, PadToken: p.PadToken}
		err := Write(w, head, p.Plan)
		if err == nil && head.Edits {
			err = Write(w, Head{Kind: Edits}, p.Edits)
		}
		for _, name := range names {
			if err == nil {
				err = WriteTensor(w, 0, p.Weights[name])
			}
		}
		_ = w.CloseWithError(err)
	}()
	return r, nil
}

// ReadPlan reads what PlanStream gives, which may be hostile, up to limit bytes.
func ReadPlan(r io.Reader, limit int64) (nn.RemotePlan, error) {
	frames := NewReader(r, limit)
	head, data, err := frames.Next()
	if err != nil {
		return nn.RemotePlan{}, err
	}
	if head.Kind != Plan || len(head.Names) > maxNames {
		return nn.RemotePlan{}, fmt.Errorf("a trace begins with its plan, of at most %d arrays", maxNames)
	}
	p := nn.RemotePlan{Plan: data, Padding: head.Padding, PadToken: head.PadToken}
	if head.Edits {
		h, data, err := frames.Next()
		if err != nil {
			return p, err
		}
		if h.Kind != Edits || len(data) == 0 {
			return p, fmt.Errorf("%q where edits were to come", h.Kind)
		}
		p.Edits = data
	}
	for _, name := range head.Names {
		t, err := frames.Tensor()
		if err != nil {
			return p, err
		}
		if _, twice := p.Weights[name]; twice {
			return p, fmt.Errorf("the array %q is there twice", name)
		}
		if p.Weights == nil {
			p.Weights = map[string]nn.Tensor{}
		}
		p.Weights[name] = t
	}
	if _, _, err := frames.Next(); !errors.Is(err, io.EOF) {
		return p, errors.New("more follows the trace")
	}
	return p, nil
}
