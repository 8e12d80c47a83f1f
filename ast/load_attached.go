package ast

import (
	"bytes"
	"maps"
	"os"

	"github.com/nngen-go/nngen/internal/attachspec"
)

// attachedFiles are the files of attachments as they will be written: the go
// command lists the packages as if they were there already.
func (l *loader) attachedFiles() map[string][]byte {
	out := map[string][]byte{}
	for _, a := range l.given {
		maps.Copy(out, a.Attached)
	}
	return out
}

// readFile reads a source file, from memory where it is about to be written.
func (l *loader) readFile(name string) ([]byte, error) {
	if src, ok := l.attachedFiles()[name]; ok {
		return src, nil
	}
	return os.ReadFile(name)
}

// isAttachment reports whether a generated file is an attachment's: its methods
// are evaluated like the user's own functions.
func (l *loader) isAttachment(name string) bool {
	src, err := l.readFile(name)
	if err != nil {
		return false
	}
	_, rest, _ := bytes.Cut(src, []byte("\n"))
	source, _, _ := bytes.Cut(rest, []byte("\n"))
	return bytes.HasPrefix(source, []byte("// source: ")) && bytes.HasSuffix(bytes.TrimSpace(source), []byte(attachspec.Suffix))
}
