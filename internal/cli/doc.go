// Package cli is the nngen command: a table of subcommands, one file each, over
// a pure core (Generate) that computes files and diagnostics. Only this package
// writes files, all or nothing.
package cli
