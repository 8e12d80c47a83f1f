package nn

import (
	"reflect"

	"github.com/nngen-go/nngen/internal/caching"
)

// CacheOption says what a cache keeps. Without any it keeps the outputs of all
// modules, in the host's memory, as they are.
type CacheOption func(*cacheSettings)

// cacheSettings are the options of a cache.
type cacheSettings struct {
	paths     []string // nil: all modules
	dtype     DType    // Invalid: as it is
	device    bool
	inputs    bool
	noOutputs bool
	wrong     *Error
}

// Modules names what a cache keeps: accessors (m.Transformer.H[0]), paths or
// aliases, and arrays and slices of these. It may be given several times.
func Modules(list ...any) CacheOption {
	return func(s *cacheSettings) {
		if s.paths == nil {
			s.paths = []string{}
		}
		for _, x := range list {
			s.module(reflect.ValueOf(x))
		}
	}
}

// module takes one module, or a list of them.
func (s *cacheSettings) module(v reflect.Value) {
	if v.IsValid() && v.CanInterface() {
		if e, ok := v.Interface().(interface{ Path() string }); ok && v.Kind() == reflect.Pointer && !v.IsNil() {
			s.paths = append(s.paths, e.Path())
			return
		}
	}
	switch v.Kind() {
	case reflect.String:
		s.paths = append(s.paths, v.String())
	case reflect.Array, reflect.Slice:
		for i := range v.Len() {
			s.module(v.Index(i))
		}
	case reflect.Interface:
		s.module(v.Elem())
	default:
		what := "nil"
		if v.IsValid() {
			what = v.Type().String()
		}
		s.wrong = misuse("NN3144", "nn.Modules takes accessors, paths and aliases, not %s", what)
	}
}

// CacheDType casts everything that a cache keeps.
func CacheDType(d DType) CacheOption { return func(s *cacheSettings) { s.dtype = d } }

// KeepOnDevice leaves what a cache keeps where it is computed, until it is read.
// Interpreted runs hold their values in the host's memory all the same.
func KeepOnDevice() CacheOption { return func(s *cacheSettings) { s.device = true } }

// WithInputs keeps what enters modules too.
func WithInputs() CacheOption { return func(s *cacheSettings) { s.inputs = true } }

// WithoutOutputs keeps no outputs: with WithInputs, inputs alone.
func WithoutOutputs() CacheOption { return func(s *cacheSettings) { s.noOutputs = true } }

// settingsOf carries the options out.
func settingsOf(opts []CacheOption) (set cacheSettings, err error) {
	for _, o := range opts {
		o(&set)
	}
	switch {
	case set.wrong != nil:
		return set, set.wrong
	case set.noOutputs && !set.inputs:
		return set, misuse("NN3144", "a cache WithoutOutputs keeps nothing: give it WithInputs too")
	}
	return set, nil
}

// groups gives what the cache keeps of a model.
func (set *cacheSettings) groups(in *specInfo) ([]*caching.Group, error) {
	paths, _, none := in.names().Resolve(set.paths)
	if none != nil {
		return nil, noModule(none)
	}
	groups, err := caching.Groups(in.spec, caching.Options{All: set.paths == nil, Modules: paths, Inputs: set.inputs, Outputs: !set.noOutputs})
	if err != nil {
		return nil, misuse("NN3144", "%v", err)
	}
	return groups, nil
}
