package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/nngen-go/nngen/runtime/ort/library"
)

func ortCommand() *command {
	return &command{
		name: "ort", args: "fetch [-client C] [-o FOLDER]",
		short: "fetch onnxruntime, unless one is found",
		long: `Ort fetch looks for onnxruntime where the runtime does and says where it is. If
there is none, it fetches the version that nngen is tested with, by pip or npm,
whichever is there, checks it and puts it into .cache/onnxruntime of the module,
else into the user's cache. With -client or -o it fetches even if one is found.`,
		examples: `nngen ort fetch
nngen ort fetch -client npm
nngen ort fetch -o /opt/onnxruntime`,
		setup: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			client := fs.String("client", "", "use only this `client`: pip, npm or archive")
			folder := fs.String("o", "", "put the library into this `folder`")
			return func(ctx context.Context, e *env, operands []string) error {
				if len(operands) != 1 || operands[0] != "fetch" {
					return usagef("say what to do: nngen ort fetch")
				}
				if *client == "" && *folder == "" {
					return e.fetchLibrary(ctx)
				}
				return e.fetchInto(ctx, *folder, *client)
			}
		},
	}
}

// fetchLibrary makes sure that there is an onnxruntime.
func (e *env) fetchLibrary(ctx context.Context) error {
	lib, err := library.Find()
	if errors.Is(err, library.ErrNotFound) {
		return e.fetchInto(ctx, "", "")
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "onnxruntime %s: %s (%s)\n", lib.Version, shorten(e.dir, lib.Path), lib.From)
	return nil
}

func (e *env) fetchInto(ctx context.Context, folder, client string) error {
	var only []string
	switch client {
	case "":
	case library.ClientPip, library.ClientNpm, library.ClientArchive:
		only = []string{client}
	default:
		return usagef("client %q is not known; use pip, npm or archive", client)
	}
	_, err := library.Fetch(ctx, folder, e.stderr, only...)
	return err
}
