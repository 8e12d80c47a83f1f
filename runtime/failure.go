package nn

import (
	"fmt"
	"regexp"
	"strconv"
)

// failedNode finds the operation in what onnxruntime says about a node that
// failed, whose name emitter.place has written: "line 22, SetAt: what is wrong".
var failedNode = regexp.MustCompile(`Name:'(?:nngen/)?(?:line (\d+), )?([A-Z]\w*)(?:: ([^/']+))?/[^']*' Status Message: ([^\n]*)`)

// opFailure reads which operation failed in a run, on which line of the trace,
// and what is wrong: that of the operation where it is known, else what
// onnxruntime says.
func opFailure(err error) (line int, text string, ok bool) {
	m := failedNode.FindStringSubmatch(err.Error())
	if m == nil {
		return 0, "", false
	}
	line, _ = strconv.Atoi(m[1])
	what := m[3]
	if what == "" {
		what = m[4]
	}
	return line, fmt.Sprintf("%s: %s", m[2], what), true
}

// inOperation is opFailure's words for an error of a single operation.
func inOperation(err error) error {
	if err == nil {
		return nil
	}
	if _, text, ok := opFailure(err); ok {
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
