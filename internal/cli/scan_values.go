package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/nngen-go/nngen/ast"
	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// scanTraces compiles in memory and prints the type of every tensor that the
// traces compute, for the sizes that are given.
func (e *env) scanTraces(ctx context.Context, job *scanJob, operand string, patterns []string) error {
	found, res, err := e.findTraces(ctx, job.format, operand, patterns)
	if err != nil {
		return err
	}
	for i, t := range found {
		if i > 0 {
			fmt.Fprintln(e.stdout)
		}
		if err := e.scanTrace(job, t, res.Accessor[t.Model.Path].Spec); err != nil {
			return err
		}
	}
	return nil
}

// scanTrace prints the tensors of one trace in the order of its lines.
func (e *env) scanTrace(job *scanJob, t *ast.Trace, spec *modelspec.Spec) error {
	sizes, err := traceSizes(t.Plan, spec, job.sizes)
	if err != nil {
		return usageError{err.Error()}
	}
	given, err := givenShapes(t.Plan, job.shapes)
	if err != nil {
		return usageError{err.Error()}
	}
	v := &valueScan{p: t.Plan, sizes: sizes, batch: spec.Batch, types: planTypes(&plan.Plan{Tensors: t.Plan.Tensors, Params: slices.Concat(t.Plan.Params, t.Plan.Weights)}, spec)}
	for name, shape := range given {
		r := plan.Ref{Kind: plan.Arg, Name: name}
		v.types[r] = tensor.Type{DType: v.types[r].DType, Shape: shape}
	}
	for _, m := range spec.SourceTimeline() {
		v.types[plan.Ref{Kind: pointKind, Name: m.Address()}] = m.Point.Type
	}
	v.bind()
	failed := v.run()
	w := tabwriter.NewWriter(e.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "%s (%s)\n\nline\ttensor\ttype\n", t.Func, place(e.dir, t.Pos))
	slices.SortStableFunc(v.rows, func(a, b scanRow) int { return a.line - b.line })
	for _, r := range v.rows {
		fmt.Fprintf(w, "%s\t%s\t%s\n", strings.TrimPrefix(lineOf(r.line), "line "), r.what, r.typ)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if failed != nil {
		return userError{fmt.Errorf("%s, line %d: %w", t.Func, v.line, failed)}
	}
	return nil
}

// traceSizes reads the sizes of symbols: the model's, and those that only the
// trace's parameters have. A trace of one invoke has all rows in it.
func traceSizes(p *plan.Plan, spec *modelspec.Spec, list []string) (map[string]int64, error) {
	names := map[string]bool{}
	for _, s := range spec.Symbols {
		names[s.Name] = true
	}
	for _, a := range slices.Concat(p.Params, p.Weights) {
		for _, d := range a.Type.Shape {
			for _, name := range d.Symbols() {
				names[name] = true
			}
		}
	}
	for i := range p.Invokes {
		names[string(ops.RowsSymbol(int64(i)))] = true
	}
	known := &modelspec.Spec{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		known.Symbols = append(known.Symbols, modelspec.Symbol{Name: name})
	}
	sizes, err := known.ParseSizes(list)
	if err != nil {
		return nil, err
	}
	rows, all := int64(0), true
	for i := range p.Invokes {
		n, ok := sizes[string(ops.RowsSymbol(int64(i)))]
		rows, all = rows+n, all && ok
	}
	n, ok := sizes[spec.Batch]
	switch {
	case len(p.Invokes) == 1 && ok && !all:
		sizes[string(ops.RowsSymbol(0))] = n
	case spec.Batch != "" && all && !ok && len(p.Invokes) > 0:
		sizes[spec.Batch] = rows
	case all && ok && n != rows && len(p.Invokes) > 0:
		return nil, fmt.Errorf("the invokes have %d rows together, and %s is %d", rows, spec.Batch, n)
	}
	return sizes, nil
}

// givenShapes reads "v=48" and "v=2,48".
func givenShapes(p *plan.Plan, list []string) (map[string]tensor.Shape, error) {
	out := map[string]tensor.Shape{}
	for _, text := range list {
		name, dims, _ := strings.Cut(text, "=")
		i := slices.IndexFunc(p.Params, func(a plan.Param) bool { return a.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("%s has no parameter %q that is a tensor", p.Name, name)
		}
		shape := tensor.Shape{}
		for _, d := range strings.Split(dims, ",") {
			n, err := tensor.ParseDim(d)
			if err != nil || d == "" {
				return nil, fmt.Errorf("%q is no shape: write it as %s=2,48", text, name)
			}
			shape = append(shape, n)
		}
		if want := p.Params[i].Type.Shape; want.RankKnown() && len(want) != len(shape) {
			return nil, fmt.Errorf("%s has the shape %s, not %s", name, want, shape)
		}
		out[name] = shape
	}
	return out, nil
}

// scanRow is a line of what is printed.
type scanRow struct {
	line      int
	what, typ string
}

// valueScan infers the types of a trace's tensors for the sizes of one run.
type valueScan struct {
	p     *plan.Plan
	sizes map[string]int64
	batch string // the symbol of rows
	types map[plan.Ref]tensor.Type
	rows  []scanRow
	line  int // of what failed
}

// bind puts the sizes into what is known. Points keep their symbols: whose rows
// they have is their readers' matter.
func (v *valueScan) bind() {
	v.types[plan.Ref{Kind: plan.Arg, Name: plan.RowBounds}] = tensor.Type{DType: tensor.Int64, Shape: tensor.Dims(int64(len(v.p.Invokes) + 1))}
	for r, t := range v.types {
		if r.Kind != pointKind {
			v.types[r] = modelspec.WithSizes(t, v.sizes)
		}
	}
	for _, a := range slices.Concat(v.p.Params, v.p.Weights) {
		v.show(0, a.Name, v.types[plan.Ref{Kind: plan.Arg, Name: a.Name}])
	}
}

func (v *valueScan) show(line int, what string, t tensor.Type) {
	v.rows = append(v.rows, scanRow{line, what, t.String()})
}

// run goes over the trace; what does not fit with these sizes is its error.
func (v *valueScan) run() error {
	for _, m := range v.p.Mediators {
		for _, st := range m {
			if st.Event == plan.Value {
				if t, ok := v.point(st); ok {
					v.show(st.Line, st.At, t)
				}
			}
		}
	}
	if err := v.nodes(v.p.Nodes); err != nil {
		return err
	}
	for _, c := range v.p.Checks {
		got, want := v.types[c.Value], modelspec.WithSizes(c.Want, v.sizes)
		if got.DType != want.DType || got.Shape.Differs(want.Shape) {
			v.line = c.Line
			return fmt.Errorf("%s takes %s, but would be set to %s", c.At, want, got)
		}
	}
	for _, w := range v.p.Writes {
		t := v.types[w.Value]
		if !t.Shape.RankKnown() { // only a run tells that it fits, but then it has this type
			t = v.types[plan.Ref{Kind: plan.Model, Name: w.Tensor}]
		}
		v.show(w.Line, w.At+" is set", t)
	}
	for _, t := range v.p.Taps {
		r := t.Value
		if len(t.Choices) > 0 {
			r = t.Choices[0]
		}
		v.show(t.Line, "result "+t.Name, v.types[r])
	}
	return nil
}

// point finds the type of what a mediator reads, with its invoke's rows.
func (v *valueScan) point(st plan.State) (tensor.Type, bool) {
	t, ok := v.types[plan.Ref{Kind: pointKind, Name: st.At}]
	if !ok || st.Rows < 0 || len(v.p.Invokes) < 2 || v.batch == "" {
		return modelspec.WithSizes(t, v.sizes), ok
	}
	rows := ops.RowsSymbol(int64(st.Rows))
	sizes := maps.Clone(v.sizes)
	delete(sizes, v.batch)
	if n, ok := sizes[string(rows)]; ok {
		sizes[v.batch] = n
	}
	t = modelspec.WithSizes(t, sizes)
	for i, d := range t.Shape {
		if string(d) == v.batch {
			t.Shape[i] = rows
		}
	}
	return t, ok
}

// nodes infers one after another, branches included.
func (v *valueScan) nodes(list []plan.Node) error {
	for _, n := range list {
		if n.Then != nil {
			if err := v.nodes(n.Then.Nodes); err != nil {
				return err
			}
			if err := v.nodes(n.Else.Nodes); err != nil {
				return err
			}
		}
		out, err := v.node(n)
		if err != nil {
			v.line = n.Line
			return err
		}
		for i, name := range n.Out {
			t := tensor.Type{}
			if i < len(out) {
				t = modelspec.WithSizes(out[i], v.sizes)
			}
			v.types[plan.Ref{Kind: plan.Result, Name: name}] = t
			if n.Op != plan.Fit {
				v.show(n.Line, n.Op, t)
			}
		}
	}
	return nil
}

// node gives the types of a node's outputs.
func (v *valueScan) node(n plan.Node) ([]tensor.Type, error) {
	op, ok := ops.Lookup(n.Op)
	if len(n.Types) > 0 || !ok || op.Infer == nil {
		if n.Op == plan.Fit {
			got, want := v.types[n.In[0]], modelspec.WithSizes(n.Types[0], v.sizes)
			if got.DType != want.DType || got.Shape.Differs(want.Shape) {
				return nil, fmt.Errorf("%s takes %s, but would be set to %s", ops.Attrs(n.Attrs).String("at"), want, got)
			}
		}
		if len(n.Types) > 0 {
			return n.Types, nil
		}
		return nodeTypes(n, v.types), nil
	}
	in := make([]tensor.Type, len(n.In))
	for i, r := range n.In {
		in[i] = v.types[r]
	}
	return op.Infer(in, n.Attrs)
}

// pointKind refers to a point by its address.
const pointKind plan.Kind = "point"
