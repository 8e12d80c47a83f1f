package cli

import (
	"context"
	"flag"
	"fmt"

	"github.com/nngen-go/nngen/runtime/ort"
)

func doctorCommand() *command {
	return &command{
		name: "doctor", args: "[-fetch]",
		short: "say which onnxruntime is used, where, and what to do",
		long: `Doctor looks for onnxruntime where the runtime does, opens it, and prints its
version, where it was found, the execution providers that it offers, and what is
missing. With -fetch it first fetches the library if none is found.`,
		examples: `nngen doctor
nngen doctor -fetch
NNGEN_ONNXRUNTIME=/opt/onnxruntime/lib nngen doctor`,
		setup: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			fetch := fs.Bool("fetch", false, "fetch onnxruntime if it is not found")
			return func(ctx context.Context, e *env, operands []string) error {
				if len(operands) > 0 {
					return usagef("doctor takes no operands")
				}
				if *fetch {
					if err := e.fetchLibrary(ctx); err != nil {
						return err
					}
				}
				return e.doctor(ctx)
			}
		},
	}
}

// doctor prints what was found. Without a usable library the exit code is 1.
func (e *env) doctor(ctx context.Context) error {
	report := ort.Doctor(ctx)
	fmt.Fprint(e.stdout, report)
	if !report.OK() {
		return errReported
	}
	return nil
}
