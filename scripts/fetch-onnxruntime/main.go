// Command fetch-onnxruntime gets the onnxruntime library that nngen runs with,
// if this machine has none that would do, and prints its path. It is plain Go:
// it builds before there is a library or a C compiler.
//
//	go run ./scripts/fetch-onnxruntime            # only if there is none
//	go run ./scripts/fetch-onnxruntime -with npm -dir .cache/onnxruntime-webgpu
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"github.com/nngen-go/nngen/runtime/ort/library"
)

func main() {
	dir := flag.String("dir", "", "folder to put it in; empty: .cache/onnxruntime/"+library.Version+" of the module, and only if no library is found")
	with := flag.String("with", "", "clients to try, of archive, pip and npm, separated by commas; empty: all, in this order")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	lib, err := get(ctx, *dir, *with)
	if err != nil {
		fmt.Fprintln(os.Stderr, "fetch-onnxruntime:", err)
		os.Exit(1)
	}
	fmt.Println(lib.Path)
}

func get(ctx context.Context, dir, with string) (library.Library, error) {
	if dir == "" && with == "" {
		if lib, err := library.Find(); err == nil {
			fmt.Fprintf(os.Stderr, "onnxruntime %s found: %s (%s)\n", lib.Version, lib.Path, lib.From)
			return lib, nil
		}
	}
	var only []string
	if with != "" {
		only = strings.Split(with, ",")
	}
	return library.Fetch(ctx, dir, os.Stderr, only...)
}
