package hooks_test

import (
	"testing"

	"github.com/nngen-go/nngen/internal/golden/hooks"
)

// TestShared: what is changed by another name is changed.
func TestShared(t *testing.T) {
	sess := open(t)
	none := func() []any { return nil }
	for name, c := range map[string]struct {
		trace, compile any
		args           func() []any
	}{
		"part":    {hooks.SharedPart, hooks.CompileSharedPart, none},
		"made":    {hooks.SharedMade, hooks.CompileSharedMade, none},
		"rows":    {hooks.SharedRows, hooks.CompileSharedRows, none},
		"pointer": {hooks.SharedPointer, hooks.CompileSharedPointer, none},
		"struct":  {hooks.SharedStruct, hooks.CompileSharedStruct, func() []any { return []any{5} }},
		"sorted":  {hooks.SharedSorted, hooks.CompileSharedSorted, func() []any { return []any{&hooks.Log{}} }},
	} {
		t.Run(name, func(t *testing.T) { run(t, sess, c.trace, c.compile, c.args) })
	}
}
