package cli

import (
	"bytes"
	"flag"
	"fmt"
)

// commandsPage is docs/cli.md: every command's help, from the table.
func commandsPage() []byte {
	var b bytes.Buffer
	b.WriteString("# The nngen command\n\n<!-- made from the command table by make generate; do not edit -->\n\n```\n")
	printOverview(&b)
	b.WriteString("```\n")
	for _, c := range commands() {
		fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
		c.setup(fs)
		fmt.Fprintf(&b, "\n## nngen %s\n\n```\n", c.name)
		c.printHelp(&b, fs)
		b.WriteString("```\n")
	}
	return b.Bytes()
}
