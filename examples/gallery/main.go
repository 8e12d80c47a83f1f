// Command gallery lists interventions that the field has published and runs one
// of them, compiled, on the small model and the inputs of its golden. What a
// user writes is in interventions; docs/gallery.md says what each is and costs.
//
//	go run ./examples/gallery                  # the list
//	go run ./examples/gallery causal_trace     # one of them, or several
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/nngen-go/nngen/internal/golden"
	nn "github.com/nngen-go/nngen/runtime"
)

func main() {
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: gallery [NAME…]\n\nWithout a name it lists what there is. Examples:\n  go run ./examples/gallery\n  go run ./examples/gallery causal_trace induction")
	}
	flag.Parse()
	if err := run(os.Stdout, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "gallery:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, names []string) error {
	if len(names) == 0 {
		return list(w)
	}
	file, err := golden.Open("gallery")
	if err != nil {
		return err
	}
	m := &models{opts: []nn.Option{nn.Threads(1)}}
	defer m.close()
	for _, name := range names {
		e, ok := find(name)
		if !ok {
			return fmt.Errorf("there is no entry %q; without a name all are listed", name)
		}
		call, err := m.call(file, e)
		if err != nil {
			return err
		}
		results, err := call.Compiled()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := show(w, file, e, results); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// list prints every entry's name and title.
func list(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, f := range families {
		fmt.Fprintf(tw, "%s\n", f.Title)
		for _, e := range f.Entries {
			fmt.Fprintf(tw, "  %s\t%s\t%s\t%s\n", e.Name, e.Model, e.Title, e.Source)
		}
	}
	return tw.Flush()
}
