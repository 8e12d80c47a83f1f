package nn

import (
	"context"
	"errors"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// Scanned is what a module takes and gives, as a scan found it. Types of which
// the spec knows nothing are zero.
type Scanned struct {
	Input, Output   Type
	Inputs, Outputs []Type
}

// ScanModel calls f as Interpret does, with shapes in the place of values: reads
// and operations give tensors without elements, writes are checked, and a value
// that is asked for is an error (NN3186). The model is not run, and inputs stay as
// they are. The accessors that it gives know what each module has: Scanned. f may
// be nil. Generated accessors call it.
func ScanModel[M any](s *Session, in InvokeInputs, f func(m *M) error) (*M, error) {
	t := &Trace{s: s, ctx: context.Background(), scans: true}
	var model *M
	t.add(in, func(v *invoke) error {
		model = new(M)
		if err := bind(model, v); err != nil || f == nil {
			return err
		}
		return f(model)
	})
	_, err := t.run(nil)
	return model, err
}

// ScanTrace is InterpretTrace with shapes in the place of values.
func ScanTrace(s *Session, f func(t *Trace) error) error {
	t := &Trace{s: s, ctx: context.Background(), scans: true}
	return t.interpret(f)
}

// Scanned gives what the module takes and gives in the scan that made this
// accessor.
func (e *Envoy) Scanned() Scanned {
	n := e.of()
	scan := n.tree.v.t.scan
	if scan == nil {
		panic(misuse("NN3153", "this accessor comes from a run, not from a scan: use the one that Scanned of a session gives"))
	}
	m, _ := scan.At(n.module.Path)
	if n.module.Path == "" {
		m = scan.list[scan.modules[""]]
	}
	out := Scanned{}
	out.Input, _ = m.Input()
	out.Output, _ = m.Output()
	for _, p := range m.Inputs {
		out.Inputs = append(out.Inputs, p.Type)
	}
	for _, p := range m.Outputs {
		out.Outputs = append(out.Outputs, p.Type)
	}
	return out
}

// instrumented gives the model with its hooks; a scan needs none.
func (t *Trace) instrumented() (*instrumented, error) {
	if !t.scans {
		return t.s.inst()
	}
	spec, err := t.s.spec()
	if err != nil {
		return nil, err
	}
	return &instrumented{specInfo: spec, inner: true}, nil
}

// ScannedValue is a tensor that a trace computes.
type ScannedValue struct {
	Name string // in the plan, or that of a result
	Op   string // "" for results
	Line int    // in the user's file
	Type Type   // sizes that a run tells are symbols or unknown
}

// Values gives every tensor that a compiled trace computes, in the order of its
// plan, and then its results.
func (s *Scan) Values() []ScannedValue { return s.values }

// Result gives the type of a result of a compiled trace by its name.
func (s *Scan) Result(name string) (Type, bool) {
	for _, v := range s.values {
		if v.Op == "" && v.Name == name {
			return v.Type, true
		}
	}
	return Type{}, false
}

// Scan checks inputs and parameters as Run does, without running the model, and
// gives the types of everything that the trace computes.
func (c *Compiled) Scan(ins []InvokeInputs, args []Tensor) (*Scan, error) {
	scan, err := c.s.Scan(ins...)
	if err != nil {
		return nil, err
	}
	if len(ins) != len(c.plan.Invokes) {
		return nil, misuse("NN3131", "%s has %d invokes, inputs given for %d", c.plan.Name, len(c.plan.Invokes), len(ins))
	}
	if len(c.plan.Choices)+len(c.plan.Orders) > 0 {
		if err := c.checkChoices(args); err != nil {
			return nil, err
		}
	}
	b, err := c.s.info.join(ins)
	if err != nil {
		return nil, err
	}
	defer b.release()
	k := newChecker(c, b)
	types, err := c.checkWith(k, args)
	if err != nil {
		return nil, err
	}
	for _, n := range c.plan.Nodes {
		for _, name := range n.Out {
			scan.values = append(scan.values, ScannedValue{name, n.Op, n.Line, k.values[name]})
		}
	}
	for i, t := range c.plan.Taps {
		scan.values = append(scan.values, ScannedValue{t.Name, "", t.Line, types.taps[i]})
	}
	return scan, nil
}

// scanKey is the context's key of the scan that a run is made.
type scanKey struct{}

var errScanned = errors.New("the run was a scan")

// ScanOf makes a scan of the runs of compiled traces in f: with the context that f
// is given, Run checks what it is given, in this process and without the model,
// and returns an error that f passes on. Of a generation it scans the first step,
// in which the model takes the whole prompt.
//
//	scan, err := nn.ScanOf(func(ctx context.Context) error {
//		_, err := steer.Run(ctx, in, v, 4)
//		return err
//	})
func ScanOf(f func(ctx context.Context) error) (*Scan, error) {
	var scan *Scan
	err := f(context.WithValue(context.Background(), scanKey{}, &scan))
	if err != nil && !errors.Is(err, errScanned) {
		return nil, err
	}
	if scan == nil {
		return nil, misuse("NN3188", "nothing was scanned: run a compiled trace with the context that the function is given")
	}
	return scan, nil
}

// scanned makes a scan of a run that is to be one.
func (c *Compiled) scanned(ctx context.Context, ins []InvokeInputs, args []Tensor) (bool, error) {
	into, ok := ctx.Value(scanKey{}).(**Scan)
	if !ok {
		return false, nil
	}
	scan, err := c.Scan(ins, args)
	if err != nil {
		return true, err
	}
	*into = scan
	return true, errScanned
}

// resultType is the type of the model's first output in a scan.
func (r *liveRun) resultType() tensor.Type {
	return modelspec.WithSizes(r.s.typeOf(nil, r.in.result), r.batch.symbols)
}
