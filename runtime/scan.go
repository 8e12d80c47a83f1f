package nn

import (
	"github.com/nngen-go/nngen/modelspec"
)

// Scan is the shapes and dtypes of a model's points for given inputs, found
// without running it. It holds for traces too: a write keeps shape and dtype.
type Scan struct {
	modules map[string]int
	list    []modelspec.Scanned
	spec    *modelspec.Spec
	aliases map[string]string
	values  []ScannedValue
}

// Scan gives the shapes and dtypes that a run with these inputs would have, one
// InvokeInputs for each invoke. The model is not run, and inputs stay as they
// are. Where a size is not known before a run, its symbol stands.
func (s *Session) Scan(ins ...InvokeInputs) (*Scan, error) {
	in, err := s.spec()
	if err != nil {
		return nil, err
	}
	b, err := s.info.join(ins)
	if err != nil {
		return nil, err
	}
	defer b.release()
	out := &Scan{modules: map[string]int{}, list: in.spec.Scan(b.symbols), spec: in.spec}
	for i, m := range out.list {
		out.modules[m.Path] = i
	}
	out.aliases, _, _ = modelspec.Aliases(in.spec)
	return out, nil
}

// Modules gives every module, parents first, in the order of the run.
func (s *Scan) Modules() []modelspec.Scanned { return s.list }

// At gives one module, by path or alias; false if there is none.
func (s *Scan) At(path string) (modelspec.Scanned, bool) {
	m, ok := s.spec.Find(path, s.aliases)
	if !ok {
		return modelspec.Scanned{}, false
	}
	return s.list[s.modules[m.Path]], true
}
