package plan

import "github.com/nngen-go/nngen/internal/tensor"

// StepRange is the decoding steps From, From+By, … before To; To 0: without end.
type StepRange struct {
	From int64 `json:"from,omitempty"`
	To   int64 `json:"to,omitempty"`
	By   int64 `json:"by"`
}

// Has reports whether a step is one of them.
func (r StepRange) Has(step int64) bool {
	return step >= r.From && (r.To == 0 || step < r.To) && (step-r.From)%r.By == 0
}

// At reports whether the parameter is what is given at a step.
func (p Param) At(step int64) bool {
	for _, r := range p.Steps {
		if r.Has(step) {
			return true
		}
	}
	return p.Steps == nil
}

// OverSteps reports whether the plan is not the same at every decoding step.
func (p *Plan) OverSteps() bool {
	for _, prm := range p.Params {
		if prm.Steps != nil {
			return true
		}
	}
	return false
}

// version is the oldest that has what the plan holds.
func (p *Plan) version() int {
	if p.OverSteps() {
		return Version
	}
	return 1
}

// steps checks at which steps a parameter is given.
func (c *former) steps(p Param) {
	if p.Steps != nil && (len(p.Steps) == 0 || p.Type.DType != tensor.Bool || p.Type.Shape == nil || len(p.Type.Shape) > 0) {
		c.fail("%s is %s, and a bool without axes alone is given at some steps", p.Name, p.Type)
	}
	for _, r := range p.Steps {
		if r.From < 0 || r.By < 1 || r.To != 0 && r.To <= r.From {
			c.fail("%s is given at the steps from %d to %d by %d, which are none", p.Name, r.From, r.To, r.By)
		}
	}
}
