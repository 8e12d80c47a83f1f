package cli

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
)

func versionCommand() *command {
	return &command{
		name:  "version",
		short: "print nngen's version and the Go it was built with",
		long: `Version prints the module version that nngen was built from. Generated files
do not carry it, so that an upgrade does not touch every file.`,
		examples: "nngen version",
		setup: func(*flag.FlagSet) func(context.Context, *env, []string) error {
			return func(_ context.Context, e *env, operands []string) error {
				if len(operands) > 0 {
					return usagef("version takes no operands")
				}
				fmt.Fprintf(e.stdout, "nngen %s %s %s/%s\n", moduleVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
				return nil
			}
		},
	}
}

// moduleVersion is the version in the build information: a tag when nngen was
// installed by go install or go tool, "(devel)" in its own tree.
func moduleVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	const path = "github.com/nngen-go/nngen"
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == path && m.Version != "" {
			return m.Version
		}
	}
	return "(devel)"
}
