// Package readme holds the README to what it shows: its program, that program's
// output, its diagnostic, and that its commands are run by CI.
package readme
