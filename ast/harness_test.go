package ast_test

import (
	"fmt"
	goast "go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/nngen-go/nngen/ast"
	"github.com/nngen-go/nngen/internal/diag"
	"github.com/nngen-go/nngen/internal/ops"
)

// stub is package nn as far as the compiler looks at it: declarations without
// bodies, the tensor operations taken from the operator table.
func stub() string {
	var b strings.Builder
	b.WriteString(`package nn

import (
	"context"
	"iter"
)

type Tensor struct{ _ int }
type DType int32
const (
	Float32 DType = 1
	Int32 DType = 6
	Int64 DType = 7
	Bool DType = 9
)
type Index struct{ _ int }
var All, Ellipsis, NewAxis Index
type Element interface{ float32 | float64 | int | int64 | bool }
func Range(lo, hi int) Index
func RangeStep(lo, hi, step int) Index
func RangeFrom(lo int) Index
func RangeTo(hi int) Index
func Every(step int) Index
func From[T Element](data []T, shape ...int) Tensor { panic(0) }
func Scalar[T Element](v T) Tensor { panic(0) }
func Zeros(d DType, shape ...int) Tensor
func (t Tensor) Item() float32
func (t Tensor) Int() int64
func (t Tensor) Bool() bool
func (t Tensor) IsZero() bool
func (t Tensor) Float32s() []float32
func (t Tensor) Ints() []int64
func (t Tensor) Bools() []bool
func (t Tensor) Shape() []int
func (t Tensor) DType() DType
func (t Tensor) Release()
func (t Tensor) String() string
type Defers struct{ _ int }
func (d *Defers) Add(f func(next func()))
func (d *Defers) AddInner(f func(next func()))
func (d *Defers) AddGuarded(f func(next func()))
func (d *Defers) Guard(n int, body func()) (left bool)
func (d *Defers) Len() int
func (d *Defers) Leave(n int)
func (d *Defers) In(invoke int) *Defers
func (d *Defers) Begin()
func (d *Defers) Ended(invoke *int)
type Step struct{ _ int }
func (s *Step) State() int
func (s *Step) Item(i int) float32
func (s *Step) Int(i int) int64
func (s *Step) Bool(i int) bool
func (s *Step) Tensor(i int) Tensor
func (s *Step) Float32s(i int) []float32
func (s *Step) Ints(i int) []int64
func (s *Step) Bools(i int) []bool
func (s *Step) Shape(i int) []int
func (s *Step) DType(i int) DType
func (s *Step) SetFloat32(i int, v float32)
func (s *Step) SetInt(i int, v int64)
func (s *Step) SetBool(i int, v bool)
func (s *Step) SetTensor(i int, t Tensor)
type Envoy struct{ _ int }
type Attachment struct{ _ int }
func (a *Attachment) Path() string
func Iter(e *Envoy, visits ...any) iter.Seq[int]
func Next(e *Envoy, n ...int)
func (e *Envoy) Path() string
func (e *Envoy) Output() Tensor
func (e *Envoy) SetOutput(t Tensor)
func (e *Envoy) Input() Tensor
func (e *Envoy) SetInput(t Tensor)
func (e *Envoy) Outputs() []Tensor
func (e *Envoy) Inputs() []Tensor
func (e *Envoy) Call(x Tensor) Tensor
func (e *Envoy) Skip(v Tensor, others ...Tensor)
func (e *Envoy) Weight(name string) Tensor
func (e *Envoy) Get(path string) (*Envoy, error)
func (e *Envoy) Modules() []*Envoy
func (e *Envoy) Operation(name string) (Operation, error)
func (e *Envoy) Operations() []Operation
type Operation struct{ _ int }
func Source[S any](e *Envoy) *S { panic(0) }
func (o Operation) Name() string
func (o Operation) Path() string
func (o Operation) Output() Tensor
func (o Operation) SetOutput(t Tensor)
func (o Operation) Input() Tensor
func (o Operation) SetInput(t Tensor)
func (o Operation) OutputAt(i int) Tensor
func (o Operation) SetOutputAt(i int, t Tensor)
func (o Operation) InputAt(i int) Tensor
func (o Operation) SetInputAt(i int, t Tensor)
func (o Operation) Outputs() []Tensor
func (o Operation) Inputs() []Tensor
func (e *Envoy) View(name string) Tensor
func (e *Envoy) SetView(name string, t Tensor)
type Barrier struct{ _ int }
func (b *Barrier) Wait()
type Trace struct{ _ int }
func (t *Trace) Barrier(n int) *Barrier
func (t *Trace) Run()
func ScanModel[M any](s *Session, in InvokeInputs, f func(m *M) error) (*M, error) { panic(0) }
func ScanTrace(s *Session, f func(t *Trace) error) error { panic(0) }
type CacheView struct{ _ int }
func (v CacheView) Output() Tensor
func (v CacheView) Input() Tensor
func (v CacheView) Len() int
type Cache struct{ CacheView }
type CacheOption func()
func Modules(list ...any) CacheOption
func CacheDType(d DType) CacheOption
func KeepOnDevice() CacheOption
func WithInputs() CacheOption
func WithoutOutputs() CacheOption
func NewCache[T any](e *Envoy, opts ...CacheOption) *T { panic(0) }
func TraceCache[T any](t *Trace, opts ...CacheOption) *T { panic(0) }
func (t *Trace) Stop()
func StopRun(e *Envoy)
func ResultOf(e *Envoy) Tensor
type Session struct{ _ int }
type Edit struct{ _ int }
type Plan struct{ _ int }
func (s *Session) With(edits ...Edit) (*Session, error)
func (s *Session) Without() (*Session, error)
func (s *Session) Generate(ctx context.Context, in InvokeInputs, opts ...GenerateOption) ([][]int64, error)
type Option interface{ option() }
type GenerateOption func()
type InvokeInputs map[string]Tensor
type Role string
type ModelInfo struct {
	Name, Fingerprint string
	Opset int64
	Batch string
	Symbols []SymbolInfo
	Inputs, Outputs []InputInfo
	Spec []byte
}
type SymbolInfo struct { Name, Input string; Axis int }
type InputInfo struct { Name string; Role Role; DType DType; Shape []string; Pair, Class string }
type OutputInfo = InputInfo
func Open(info ModelInfo, path string, opts ...Option) (*Session, error)
func Interpret[M any](ctx context.Context, s *Session, in InvokeInputs, f func(m *M) error) error { panic(0) }
func InterpretTrace(ctx context.Context, s *Session, f func(t *Trace) error) error
func Invoke[M any](t *Trace, in InvokeInputs, f func(m *M)) { panic(0) }
func InterpretTraceGenerate(ctx context.Context, s *Session, f func(t *Trace) error, opts ...GenerateOption) ([][]int64, error)
func InterpretGenerate[M any](ctx context.Context, s *Session, in InvokeInputs, f func(m *M) error, opts ...GenerateOption) ([][]int64, error) { panic(0) }
`)
	for _, o := range ops.All() {
		if o.Hidden {
			continue
		}
		var ps []string
		for _, p := range o.Params {
			ps = append(ps, p.Name+" "+p.Type)
		}
		res := "Tensor"
		switch {
		case o.Slice:
			res = "[]Tensor"
		case len(o.Results) > 1:
			res = "(" + strings.Join(o.Results, ", ") + " Tensor)"
		}
		recv := "(x Tensor) "
		if o.Func {
			recv = ""
		}
		fmt.Fprintf(&b, "func %s%s(%s) %s\n", recv, o.Name, strings.Join(ps, ", "), res)
	}
	return b.String()
}

// std gives the types of the packages that tests import, once.
var std = sync.OnceValue(func() map[string]*types.Package {
	fset := token.NewFileSet()
	out := map[string]*types.Package{}
	imp := importer.ForCompiler(fset, "source", nil)
	for _, p := range []string{"context", "errors", "fmt", "math", "sort", "strings", "embed", "iter", "sync/atomic"} {
		pkg, err := imp.Import(p)
		if err != nil {
			panic(err)
		}
		out[p] = pkg
	}
	f, err := parser.ParseFile(fset, "nn.go", stub(), 0)
	if err != nil {
		panic(err)
	}
	conf := types.Config{Importer: imp}
	nn, err := conf.Check(ast.RuntimePath, fset, []*goast.File{f}, nil)
	if err != nil {
		panic(err)
	}
	out[ast.RuntimePath] = nn
	out[ast.RuntimePath+"/ort"] = types.NewPackage(ast.RuntimePath+"/ort", "ort")
	out[ast.RuntimePath+"/ort"].MarkComplete()
	return out
})

func compile(files map[string][]byte) ([]*ast.Trace, diag.List) {
	prog, diags := ast.LoadSources("example.com/app/probes", files, models(), std())
	traces, more := ast.Compile(prog)
	return traces, append(diags, more...).Sorted()
}

// archive reads a txtar file: Go files, and the golden text.
func archive(t *testing.T, name string) (files map[string][]byte, golden string, raw *txtar.Archive) {
	t.Helper()
	a, err := txtar.ParseFile(name)
	require.NoError(t, err)
	files = map[string][]byte{}
	for _, f := range a.Files {
		if strings.HasSuffix(f.Name, ".go") {
			files[f.Name] = f.Data
		} else {
			golden = string(f.Data)
		}
	}
	return files, golden, a
}

var (
	wantComment = regexp.MustCompile(`// want ((?:"(?:[^"\\]|\\.)*"\s*)+)`)
	quoted      = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
)

// wants are the expected diagnostics by "file:line".
func wants(files map[string][]byte) map[string][]string {
	out := map[string][]string{}
	for name, data := range files {
		for i, line := range strings.Split(string(data), "\n") {
			if m := wantComment.FindStringSubmatch(line); m != nil {
				for _, q := range quoted.FindAllStringSubmatch(m[1], -1) {
					key := fmt.Sprintf("%s:%d", name, i+1)
					out[key] = append(out[key], strings.ReplaceAll(q[1], `\"`, `"`))
				}
			}
		}
	}
	return out
}
