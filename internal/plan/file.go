package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

// Version is that of the plans that this package writes. It reads these and
// older ones; newer ones are refused. Version 2 has parameters that are given at
// some decoding steps; what has none is written as version 1.
const Version = 2

// MaxSize is the size in bytes of the largest plan that Decode takes: plans hold
// no weights, so that one of this size is a mistake or an attack.
const MaxSize = 64 << 20

const format = "nngen plan"

// file is a plan as it is written.
type file struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	Plan    *Plan  `json:"plan"`
}

// ErrHooks says that a plan is not data alone.
var ErrHooks = errors.New("the trace has Go in mid-run, which is code of its program and no data")

// HasHooks reports whether the plan calls Go in mid-run.
func (p *Plan) HasHooks() bool { return anyNode(p.Nodes, func(n *Node) bool { return n.Op == HookOp }) }

// anyNode reports whether f is true for a node, those in branches included.
func anyNode(list []Node, f func(*Node) bool) bool {
	for i := range list {
		n := &list[i]
		if f(n) || n.Then != nil && anyNode(n.Then.Nodes, f) || n.Else != nil && anyNode(n.Else.Nodes, f) {
			return true
		}
	}
	return false
}

// Encode writes the plan as JSON. One with hooks is refused with ErrHooks.
func Encode(w io.Writer, p *Plan) error {
	if p.HasHooks() {
		return ErrHooks
	}
	out := *p
	out.File = filepath.Base(p.File) // where it lies is of no account elsewhere
	if p.File == "" {
		out.File = ""
	}
	data, err := json.MarshalIndent(file{format, p.version(), &out}, "", " ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

// Decode reads what Encode wrote. What it gives is well formed: every reference
// has a target that comes before it, and every dimension can be parsed. Whether
// it fits a model is for the session to say.
func Decode(r io.Reader) (*Plan, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxSize {
		return nil, fmt.Errorf("a plan of more than %d MB", MaxSize>>20)
	}
	var head file
	if err := json.Unmarshal(data, &head); err != nil && head.Format != format {
		return nil, fmt.Errorf("no plan: %w", err)
	}
	switch {
	case head.Format != format:
		return nil, fmt.Errorf("no plan: its format is %q, not %q", head.Format, format)
	case head.Version > Version:
		return nil, fmt.Errorf("the plan has version %d, this nngen reads up to %d: use a newer nngen", head.Version, Version)
	case head.Version < 1:
		return nil, fmt.Errorf("the plan has version %d, which never was", head.Version)
	}
	var f file
	if err := strict(data, &f); err != nil {
		return nil, err
	}
	if f.Plan == nil {
		return nil, errors.New("the file holds no plan")
	}
	if f.Plan.HasHooks() {
		return nil, ErrHooks
	}
	return f.Plan, wellFormed(f.Plan)
}

// wellFormed checks what the types do not say.
func wellFormed(p *Plan) error {
	c := &former{known: map[Ref]bool{{Arg, RowBounds}: true}, tensors: p.Tensors}
	for name, t := range p.Tensors {
		c.typ(name, t)
	}
	for _, prm := range slices.Concat(p.Params, p.Weights) {
		c.typ(prm.Name, prm.Type)
		c.steps(prm)
		c.define(Ref{Arg, prm.Name})
	}
	c.nodes(p.Nodes)
	for _, w := range p.Writes {
		c.use("the write to "+w.At, w.Value)
	}
	for _, t := range p.Taps {
		c.tap(t)
	}
	for _, k := range p.Caches {
		c.cache(k, len(p.Taps))
	}
	for _, k := range p.Checks {
		c.use("the check of "+k.At, k.Value)
		c.typ(k.At, k.Want)
	}
	for _, s := range p.Stops {
		if s.When != nil {
			c.use("a stop", *s.When)
		}
	}
	for _, k := range p.Skips {
		if k.Given < 1 || k.Given > len(k.Outputs) {
			c.fail("the skip of %s gives %d of its %d outputs", k.Module, k.Given, len(k.Outputs))
		}
	}
	for _, ch := range p.Choices {
		c.use("a choice", Ref{Arg, ch.Param})
	}
	for _, o := range p.Orders {
		c.access(o.First)
		c.access(o.Then)
	}
	c.aliases(p.Aliases)
	if len(p.Mediators) != len(p.Invokes) {
		c.fail("%d invokes have %d mediators", len(p.Invokes), len(p.Mediators))
	}
	return c.err
}

// former walks a plan in order and keeps the first mistake.
type former struct {
	known   map[Ref]bool
	tensors map[string]tensor.Type
	depth   int
	err     error
}

func (c *former) fail(f string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(f, args...)
	}
}

func (c *former) define(r Ref) {
	if c.known[r] {
		c.fail("%s %q is there twice", r.Kind, r.Name)
	}
	c.known[r] = true
}

// use checks a reference; the tensors of the model are checked where it is spliced.
func (c *former) use(where string, r Ref) {
	if r.Kind == Model && r.Name != "" || r.Name == RowBounds || c.known[r] {
		return
	}
	c.fail("%s uses %s %q, which is not made before it", where, r.Kind, r.Name)
}

func (c *former) typ(what string, t tensor.Type) {
	if t.DType == tensor.Invalid {
		c.fail("%s has no dtype", what)
	}
	for _, d := range t.Shape {
		if d == tensor.Unknown {
			continue
		}
		if p, err := tensor.ParseDim(string(d)); err != nil || p != d {
			c.fail("%s has the dimension %q, which is none", what, d)
		}
	}
}

// maxDepth bounds branches in branches.
const maxDepth = 64

func (c *former) nodes(list []Node) {
	for i := range list {
		n := &list[i]
		where := fmt.Sprintf("node %d (%s)", i, n.Op)
		for _, r := range n.In {
			c.use(where, r)
		}
		if (n.Op == If) != (n.Then != nil && n.Else != nil) {
			c.fail("%s: an If has two branches, other nodes have none", where)
		}
		c.body(where, n.Then, len(n.Out))
		c.body(where, n.Else, len(n.Out))
		for _, t := range n.Types {
			c.typ(where, t)
		}
		for _, o := range n.Out {
			c.define(Ref{Result, o})
		}
	}
}

// body checks a branch: what it makes is known inside it alone.
func (c *former) body(where string, b *Body, outs int) {
	if b == nil || c.err != nil {
		return
	}
	if c.depth++; c.depth > maxDepth {
		c.fail("%s: more than %d branches in each other", where, maxDepth)
		return
	}
	outer := c.known
	c.known = make(map[Ref]bool, len(outer))
	for r := range outer {
		c.known[r] = true
	}
	c.nodes(b.Nodes)
	if len(b.Out) != outs {
		c.fail("%s: a branch gives %d values for %d", where, len(b.Out), outs)
	}
	for _, r := range b.Out {
		c.use(where, r)
	}
	c.known = outer
	c.depth--
}

// aliases checks that names and paths have no empty parts; that they name modules
// is for the session to say.
func (c *former) aliases(m map[string]string) {
	for _, alias := range slices.Sorted(maps.Keys(m)) {
		for _, path := range []string{alias, m[alias]} {
			if slices.Contains(strings.Split(path, "."), "") {
				c.fail("alias %q of %q: a path has a name between its dots", alias, m[alias])
			}
		}
	}
}

// access checks one side of an order.
func (c *former) access(a Access) {
	if len(a.At) == 0 || len(a.At) != len(a.Moments) {
		c.fail("an access names %d points and %d moments", len(a.At), len(a.Moments))
	}
	for _, name := range []string{a.Choice, a.When} {
		if name != "" {
			c.use("an order", Ref{Arg, name})
		}
	}
}

func (c *former) tap(t Tap) {
	where := "the result " + t.Name
	if len(t.Choices) == 0 {
		c.use(where, t.Value)
		return
	}
	for _, r := range t.Choices {
		c.use(where, r)
	}
	c.use(where, Ref{Arg, t.Choice})
}

// strict decodes and refuses fields that it does not know.
func strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
