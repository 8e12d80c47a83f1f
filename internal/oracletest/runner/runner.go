// Package runner runs trace functions compiled and interpreted on the same
// inputs and says where they differ. Programs that package oracletest writes
// call it from their main function.
package runner

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"sync"
	"time"

	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// Case is one trace function with what it is run on.
type Case struct {
	Net     string
	Trace   any      // the function itself, to be interpreted
	Compile any      // its CompileX, nil if the compiler refuses it
	Twin    any      // the same function with late reads moved to their places, or nil
	Args    []string // names of the parameters that are no inputs
	Decode  bool     // it is also run over a decode loop
	Steps   bool     // it names decoding steps: it is run over a decode loop alone
	Sets    []Set
}

// Set is the sizes of one run.
type Set struct {
	Rows []int // of each invoke that has inputs
	Seq  int
	Mask bool // a mask that hides the first token of each row is given, where the model takes one
	// Variant chooses among values of the parameters.
	Variant int `json:",omitempty"`
}

// Result is what the runs of one case on one set came to.
type Result struct {
	Case, Set                 int
	Compiled                  End // Code "none" if there is nothing compiled
	Interpreted, Twin         End
	Values, Again, TwinValues string // where values differ, "" if they do not
	Schedule                  string
	TwinLate                  bool     // the twin recovered from a late read, as the function may have
	Told                      []string // texts among the results of the interpreted run, of what it recovered from
	Tokens                    string   // where decode loops differ
}

// Patience is how long one case may take before it counts as one that hangs.
const Patience = 90 * time.Second

// Main runs cases, several at once: the program's first argument says how many,
// the others say which ones, all if there are none. It prints a line of JSON for
// each result; "start N" goes ahead of a case, so that a crash has a name, and
// "hang N" ends a program that waits for ever.
func Main(root string, cases []Case) {
	r := &runner{root: root, sessions: map[string]reflect.Value{}}
	jobs, which := arguments(len(cases))
	todo := make(chan int)
	var wait sync.WaitGroup
	for range jobs {
		wait.Go(func() {
			for i := range todo {
				r.all(i, cases[i])
			}
		})
	}
	for _, i := range which {
		todo <- i
	}
	close(todo)
	wait.Wait()
}

// arguments reads the program's arguments.
func arguments(n int) (jobs int, which []int) {
	var given []int
	for _, a := range os.Args[1:] {
		k, err := strconv.Atoi(a)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		given = append(given, k)
	}
	if len(given) == 0 {
		given = []int{1}
	}
	if len(given) > 1 {
		return given[0], given[1:]
	}
	for i := range n {
		which = append(which, i)
	}
	return given[0], which
}

type runner struct {
	root     string
	lock     sync.Mutex // of what follows, and of the output
	sessions map[string]reflect.Value
}

// print writes one line at once.
func (r *runner) print(format string, args ...any) {
	r.lock.Lock()
	defer r.lock.Unlock()
	fmt.Printf(format+"\n", args...)
}

// all runs a case on all its sets.
func (r *runner) all(i int, c Case) {
	r.print("start %d", i)
	watch := time.AfterFunc(Patience, func() {
		r.print("hang %d", i)
		os.Exit(3)
	})
	defer watch.Stop()
	one := &single{c: c, sess: r.session(c.Net)}
	defer one.close()
	for k := range c.Sets {
		one.set = c.Sets[k]
		run := one.run
		if c.Steps {
			run = one.steps
		}
		res := run(k)
		res.Case = i
		line, err := json.Marshal(res)
		if err != nil {
			line, _ = json.Marshal(Result{Case: i, Set: k, Values: err.Error()})
		}
		r.print("%s", line)
	}
	r.print("done %d", i)
}

// session opens a fixture once.
func (r *runner) session(net string) reflect.Value {
	r.lock.Lock()
	defer r.lock.Unlock()
	if s, ok := r.sessions[net]; ok {
		return s
	}
	opts := []nn.Option{nn.Optimize(nn.OptimizeBasic), nn.Threads(1)}
	path := r.root + "/testdata/models/" + net + "/torchscript.onnx"
	var s any
	var err error
	if net == "llama" {
		s, err = llama.Open(path, opts...)
	} else {
		s, err = gpt2.Open(path, opts...)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	r.sessions[net] = reflect.ValueOf(s)
	return r.sessions[net]
}
