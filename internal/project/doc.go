// Package project is what the command and the analyzer share: it finds specs and
// trace functions in the folders of the user's modules, and computes what they
// come to (accessors, compiled traces, diagnostics). It reads files and writes
// none.
package project
