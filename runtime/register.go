package nn

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/nngen-go/nngen/runtime/backend"
)

// backends are the registered back ends, opened when first used.
var backends = struct {
	sync.Mutex
	open map[string]func() (backend.Backend, error)
}{open: map[string]func() (backend.Backend, error){}}

// Register makes a back end known by name. Back ends call it when their package
// is initialised; open is called when one is first needed.
func Register(name string, open func() (backend.Backend, error)) {
	backends.Lock()
	defer backends.Unlock()
	backends.open[name] = sync.OnceValues(open)
}

// defaultBackend is the one that is taken where several are registered.
const defaultBackend = "onnxruntime"

// openBackend gives the back end of a name; "" means the only one, or onnxruntime.
func openBackend(name string) (backend.Backend, error) {
	backends.Lock()
	var names []string
	for n := range backends.open {
		names = append(names, n)
	}
	slices.Sort(names)
	if name == "" {
		name = defaultBackend
		if len(names) == 1 {
			name = names[0]
		}
	}
	open := backends.open[name]
	backends.Unlock()
	if open != nil {
		return open()
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no back end is registered: import _ \"github.com/nngen-go/nngen/runtime/ort\"")
	}
	return nil, fmt.Errorf("no back end %q is registered, only %s", name, strings.Join(names, ", "))
}
