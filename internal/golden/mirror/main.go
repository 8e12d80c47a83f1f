// Command mirror writes the golden cases of the other exporters (dynamo, optimum)
// from those of the TorchScript exports, so that all are held to the same goldens
// by the same text. A trace function whose doc comment has a line
//
//	//golden:torchscript REASON
//
// is left out, with its rows in the test's table: the other exporter's graph
// has no such point.
//
//	go run ./internal/golden/mirror            # in the module's root
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run("internal/golden"); err != nil {
		fmt.Fprintln(os.Stderr, "mirror:", err)
		os.Exit(1)
	}
}

// run writes what has changed.
func run(folder string) error {
	files, err := Mirror(folder)
	if err != nil {
		return err
	}
	for path, text := range files {
		if old, err := os.ReadFile(path); err == nil && string(old) == text {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
		fmt.Println("wrote", path)
	}
	return nil
}
