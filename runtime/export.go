package nn

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/internal/plan"
)

// WritePlan writes a plan as JSON, for ReadPlan in this or another program. A
// plan with Go in mid-run is refused (NN3170): that code is part of its program.
func WritePlan(w io.Writer, p *Plan) error {
	if err := plan.Encode(w, p); err != nil {
		return planError(p.Name, err)
	}
	return nil
}

// ReadPlan reads what WritePlan wrote. The data may come from anywhere: what it
// gives is well formed, and Session.Compile refuses a plan that does not fit
// its model.
func ReadPlan(r io.Reader) (*Plan, error) {
	p, err := plan.Decode(r)
	if err != nil {
		return nil, planError("read", err)
	}
	return p, nil
}

func planError(name string, err error) error {
	if err == plan.ErrHooks { //nolint:errorlint // it is never wrapped
		return misuse("NN3170", "plan %s cannot be data: %v", name, err)
	}
	return misuse("NN3171", "plan %s: %v", name, err)
}

// ExportInfo describes an exported model: what Export writes beside it.
type ExportInfo struct {
	Format  string         `json:"format"` // "nngen export"
	Version int            `json:"version"`
	Plan    string         `json:"plan"`  // name of the trace function
	Model   string         `json:"model"` // fingerprint of the model that it was made from
	Invokes []string       `json:"invokes"`
	Inputs  []ExportedPort `json:"inputs"`
	Outputs []ExportedPort `json:"outputs"`
}

// ExportedPort is an input or output of an exported model.
type ExportedPort struct {
	Name  string   `json:"name"`           // in the graph
	Kind  string   `json:"kind"`           // "model", "parameter", "result", "rows" or "step"
	Of    string   `json:"of,omitempty"`   // the parameter's or result's name in the trace function
	DType string   `json:"dtype"`          // "float32"
	Shape []string `json:"shape"`          // dimensions, symbols for those that a run decides; null: unknown rank
	Note  string   `json:"note,omitempty"` // what to give
}

const (
	exportFormat  = "nngen export"
	exportVersion = 1
)

// Export writes the trace as a plain ONNX model that any onnxruntime runs: the
// model with the intervention in it, its parameters as further inputs and its
// results as further outputs. path ends in ".onnx"; the description of inputs
// and outputs goes beside it, in ".json", and large weights in ".onnx.data". It
// gives the names of the files. Traces with Go in mid-run are refused (NN3170).
func (c *Compiled) Export(path string) ([]string, error) {
	if err := c.s.enter(); err != nil {
		return nil, err
	}
	defer c.s.leave()
	if err := c.s.local("Export"); err != nil {
		return nil, err
	}
	base, ok := strings.CutSuffix(path, ".onnx")
	if !ok {
		return nil, misuse("NN3171", "Export(%q): the name must end in .onnx", path)
	}
	if c.plan.HasHooks() {
		return nil, planError(c.plan.Name, plan.ErrHooks)
	}
	m, err := c.s.graphOf(c.plan, c.plan.Taps, c.modelOutputs(), c.weights, true)
	if err != nil {
		return nil, err
	}
	info := ExportInfo{
		Format: exportFormat, Version: exportVersion, Plan: c.plan.Name, Model: c.s.info.Fingerprint, Invokes: c.plan.Invokes,
	}
	for _, v := range m.Graph.Inputs {
		info.Inputs = append(info.Inputs, c.exportedInput(inputFromValue(v)))
	}
	for _, v := range m.Graph.Outputs {
		info.Outputs = append(info.Outputs, c.exportedOutput(inputFromValue(v)))
	}
	text, err := json.MarshalIndent(info, "", "  ")
	if err != nil {
		return nil, err
	}
	files, err := c.s.file.Save(m, path)
	if err != nil {
		return nil, fmt.Errorf("export of %s: %w", c.plan.Name, err)
	}
	if err := os.WriteFile(base+".json", append(text, '\n'), 0o644); err != nil {
		return nil, err
	}
	return append(files, base+".json"), nil
}

// modelOutputs are the model's own outputs that the trace leaves there: not those
// of modules that it skips, and none where it stops the run.
func (c *Compiled) modelOutputs() []string {
	for _, s := range c.plan.Stops {
		if s.When == nil {
			return nil
		}
	}
	gone := map[string]bool{}
	for _, k := range c.plan.Skips {
		for _, name := range k.Outputs[k.Given:] {
			gone[name] = true
		}
	}
	var out []string
	for _, o := range c.s.info.Outputs {
		if !gone[o.Name] {
			out = append(out, o.Name)
		}
	}
	return out
}

func port(v InputInfo, kind string) ExportedPort {
	return ExportedPort{Name: v.Name, Kind: kind, DType: v.DType.String(), Shape: slices.Clone(v.Shape)}
}

func (c *Compiled) exportedInput(v InputInfo) ExportedPort {
	if v.Name == plan.RowBounds {
		p := port(v, "rows")
		p.Note = "the first row of each invoke in the batch, and the number of rows"
		return p
	}
	if v.Name == stepInput {
		p := port(v, "step")
		p.Note = "the decoding step, 0 in a run that is no generation"
		return p
	}
	if name, ok := strings.CutPrefix(v.Name, argPrefix); ok {
		p := port(v, "parameter")
		p.Of = name
		return p
	}
	p := port(v, "model")
	if in, ok := c.s.info.input(v.Name); ok && in.Role != "" && in.Role != "input" {
		p.Note = string(in.Role)
	}
	return p
}

func (c *Compiled) exportedOutput(v InputInfo) ExportedPort {
	for i, t := range c.plan.Taps {
		if v.Name == tapName(i) {
			p := port(v, "result")
			p.Of = t.Name
			return p
		}
	}
	return port(v, "model")
}

// Complete gives the inputs that the model runs with when in is given: masks,
// positions and empty caches that were left out are there. It is what an
// exported model must be fed, since that knows no defaults.
func (s *Session) Complete(in InvokeInputs) (InvokeInputs, error) {
	b, err := s.info.join([]InvokeInputs{in})
	if err != nil {
		return nil, err
	}
	return b.inputs, nil
}
