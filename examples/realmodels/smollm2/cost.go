package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/nngen-go/nngen/examples/realmodels/interleave"
	"github.com/nngen-go/nngen/examples/realmodels/models/smollm2"
	"github.com/nngen-go/nngen/examples/realmodels/smollm2/probes"
	nn "github.com/nngen-go/nngen/runtime"
)

// compiled are the traces whose cost is measured.
type compiled struct {
	plain *probes.CompiledPlain
	tap   *probes.CompiledTap
	lens  *probes.CompiledLens
	steer *probes.CompiledSteer
}

// cost compares traces with the raw model, in turn, in one process.
func cost(s *session) error {
	fmt.Printf("Cost over the raw model, %d rounds in turn, %d threads\n", s.opts.runs, s.opts.threads)
	in, err := s.inputs(s.opts.clean, 1)
	if err != nil {
		return err
	}
	raw, err := s.model.RunRaw(s.ctx, in.NNInputs(), "logits") // opens the raw session
	if err != nil {
		return err
	}
	raw[0].Release()
	memory("with the raw session")
	var c compiled
	if c.plain, err = probes.CompilePlain(s.model); err != nil {
		return err
	}
	defer c.plain.Close()
	if c.steer, err = probes.CompileSteer(s.model); err != nil {
		return err
	}
	defer c.steer.Close()
	if c.tap, err = probes.CompileTap(s.model); err != nil {
		return err
	}
	defer c.tap.Close()
	if c.lens, err = probes.CompileLens(s.model); err != nil {
		return err
	}
	defer c.lens.Close()
	fmt.Printf("\n  a prompt of %d tokens\n", in.InputIDs.Len())
	if err := s.measure(s.prompt(c, in.InputIDs)); err != nil {
		return err
	}
	memory("with four compiled traces more")
	fmt.Printf("\n  greedy decoding of %d tokens with the key-value cache\n", s.opts.tokens)
	return s.measure(s.decode(c, in.InputIDs))
}

func (s *session) measure(ways []interleave.Way) error {
	timings, err := interleave.Measure(s.opts.runs, ways)
	if err != nil {
		return err
	}
	interleave.Print(os.Stdout, timings)
	return nil
}

// prompt are the ways to run a prompt once. Results are written into tensors of the run before.
func (s *session) prompt(c compiled, ids nn.Tensor) []interleave.Way {
	in := smollm2.Inputs{InputIDs: ids}
	var plain probes.PlainResult
	var steered probes.SteerResult
	var seen probes.LensResult
	var tapped probes.TapResult
	v, tokens := nn.Zeros(nn.Float32, 576), nn.From([]int64{0, 1})
	return []interleave.Way{
		{Name: "raw model", Run: func() error {
			out, err := s.model.RunRaw(s.ctx, in.NNInputs(), "logits")
			if err == nil {
				out[0].Release()
			}
			return err
		}},
		{Name: "trace that changes nothing", Run: func() error { return c.plain.RunInto(s.ctx, &plain, in) }},
		{Name: "steer", Run: func() error { return c.steer.RunInto(s.ctx, &steered, in, v, 1) }},
		{Name: "tap of 30 residuals", Run: func() error { return c.tap.RunInto(s.ctx, &tapped, in) }},
		{Name: "lens of 30 layers", Run: func() error { return c.lens.RunInto(s.ctx, &seen, in, tokens) }},
	}
}

// decode are the ways to continue the prompt.
func (s *session) decode(c compiled, ids nn.Tensor) []interleave.Way {
	in := smollm2.Inputs{InputIDs: ids}
	v := nn.Zeros(nn.Float32, 576)
	opts := []nn.GenerateOption{nn.Greedy(), nn.MaxNewTokens(s.opts.tokens)}
	return []interleave.Way{
		{Name: "raw model", Run: func() error { _, err := s.model.Generate(s.ctx, in, opts...); return err }},
		{Name: "trace that changes nothing", Run: func() error { _, err := c.plain.Generate(s.ctx, in, opts...); return err }},
		{Name: "steer", Run: func() error { _, err := c.steer.Generate(s.ctx, in, v, 1, opts...); return err }},
	}
}

// memory prints what the process holds, where the system says so.
func memory(when string) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return
	}
	for line := range strings.Lines(string(status)) {
		if name, value, _ := strings.Cut(line, ":"); name == "RssAnon" || name == "VmRSS" {
			fmt.Printf("  memory %s: %s %s\n", when, name, strings.TrimSpace(value))
		}
	}
}
