// Command nngen compiles interventions on neural networks to Go.
package main

import (
	"os"

	"github.com/nngen-go/nngen/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
