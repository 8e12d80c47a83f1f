package runner

import (
	"errors"
	"fmt"
	"runtime/debug"

	nn "github.com/nngen-go/nngen/runtime"
)

// End is how a run ended; the zero End is a good one.
type End struct {
	Code    string // of an *nn.Error; "run" for a panic of user code, "other" for any other error, "panic" for one that nobody caught
	Line    int
	Text    string // without its position
	Full    string
	Compile bool // it was CompileX that failed
}

// OK reports whether the run ended well.
func (e End) OK() bool { return e == End{} }

// endOf describes an error.
func endOf(err error) End {
	end := End{Code: "other", Text: err.Error(), Full: err.Error()}
	var own *nn.Error
	var run *nn.RunError
	switch {
	case errors.As(err, &run):
		end.Code, end.Line, end.Text = "run", run.Pos.Line, run.Err.Error()
	case errors.As(err, &own):
		end.Code, end.Line, end.Text = own.Code, own.Pos.Line, own.Message
		if end.Code == "" {
			end.Code = "uncoded"
		}
	}
	return end
}

// catch makes an end of a panic that should never have got here.
func catch(end *End) {
	if p := recover(); p != nil {
		*end = End{Code: "panic", Text: fmt.Sprint(p), Full: fmt.Sprintf("%v\n%s", p, debug.Stack())}
	}
}
