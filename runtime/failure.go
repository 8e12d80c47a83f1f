package nn

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// failedNode finds the operation in what onnxruntime says about a node that
// failed, whose name emitter.place has written: "line 22, SetAt: what is
// wrong", or "line 22 of file.go, SetAt" in another file than the trace's.
var failedNode = regexp.MustCompile(`Name:'(?:nngen/)?(?:line (\d+)(?: of ([^',]+))?, )?([A-Z]\w*)(?:: ([^/']+))?/[^']*' Status Message: ([^\n]*)`)

// slash stands for / in the names of nodes: there that ends a part.
const slash = "|"

// whereOf begins the names of the nodes of an operation.
func whereOf(n Node) string {
	switch {
	case n.Line == 0:
		return ""
	case n.File == "":
		return fmt.Sprintf("line %d, %s", n.Line, n.Op)
	}
	return fmt.Sprintf("line %d of %s, %s", n.Line, strings.ReplaceAll(n.File, "/", slash), n.Op)
}

// opFailure reads which operation failed in a run, on which line of which file,
// and what is wrong: that of the operation where it is known, else what
// onnxruntime says.
func opFailure(err error) (file string, line int, text string, ok bool) {
	m := failedNode.FindStringSubmatch(err.Error())
	if m == nil {
		return "", 0, "", false
	}
	line, _ = strconv.Atoi(m[1])
	what := m[4]
	if what == "" {
		what = m[5]
	}
	return strings.ReplaceAll(m[2], slash, "/"), line, fmt.Sprintf("%s: %s", m[3], what), true
}

// inOperation is opFailure's words for an error of a single operation.
func inOperation(err error) error {
	if err == nil {
		return nil
	}
	if _, _, text, ok := opFailure(err); ok {
		return &operationError{text, err}
	}
	return err
}

// operationError says what is wrong in words of the operation; the cause is what
// onnxruntime said.
type operationError struct {
	text  string
	cause error
}

func (e *operationError) Error() string { return e.text }
func (e *operationError) Unwrap() error { return e.cause }
