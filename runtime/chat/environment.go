package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nikolalohinski/gonja/v2/builtins"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/parser"
	"github.com/nikolalohinski/gonja/v2/tokens"
)

// budget is the state of one rendering: what its functions may still do, and
// what they were told.
type budget struct {
	now    time.Time
	steps  int
	raised error
}

// maxSteps bounds the numbers that a template may ask range for in all.
const maxSteps = 1 << 20

// environment is what a template can name: Jinja's own, as far as it touches
// nothing but values, and the functions that transformers adds.
func (b *budget) environment() *exec.Environment {
	functions := map[string]any{"range": b.counted, "raise_exception": b.raise, "strftime_now": b.strftime}
	for _, name := range []string{"namespace", "dict", "joiner", "cycler"} {
		if f, ok := builtins.GlobalFunctions.Get(name); ok {
			functions[name] = f
		}
	}
	structures := map[string]parser.ControlStructureParser{"generation": parseGeneration}
	for _, name := range []string{"for", "if", "set", "macro", "call", "filter", "with", "raw", "do", "break", "continue"} {
		if p, ok := builtins.ControlStructures.Get(name); ok {
			structures[name] = p
		}
	}
	filters := exec.NewFilterSet(map[string]exec.FilterFunction{}).Update(builtins.Filters)
	_ = filters.Replace("tojson", toJSON)
	return &exec.Environment{
		Context: exec.NewContext(functions), Filters: filters, Tests: builtins.Tests,
		ControlStructures: exec.NewControlStructureSet(structures), Methods: methods,
	}
}

// textMethods are what templates call on texts.
var textMethods = []string{
	"capitalize", "count", "endswith", "find", "index", "isalnum", "isalpha", "isdigit", "islower", "isspace", "isupper", "join", "lower",
	"lstrip", "partition", "removeprefix", "removesuffix", "replace", "rfind", "rpartition", "rstrip", "splitlines",
	"startswith", "strip", "swapcase", "title", "upper", "zfill",
}

// methods are those of Python's types, split by our own hand: gonja 2.9.1 takes
// maxsplit for the number of parts.
var methods = func() exec.Methods {
	all := builtins.Methods
	texts := map[string]exec.Method[string]{"split": split}
	for _, name := range textMethods {
		if m, ok := all.Str.Get(name); ok {
			texts[name] = m
		}
	}
	all.Str = exec.NewMethodSet(texts)
	return all
}()

// split is Python's str.split.
func split(self string, _ *exec.Value, args *exec.VarArgs) (any, error) {
	var sep *exec.Value
	most := -1
	if len(args.Args) > 0 {
		sep = args.Args[0]
	} else {
		sep = args.KwArgs["sep"]
	}
	if len(args.Args) > 1 {
		most = args.Args[1].Integer()
	} else if v := args.KwArgs["maxsplit"]; v != nil {
		most = v.Integer()
	}
	switch {
	case sep == nil || sep.IsNil():
		if most >= 0 {
			return nil, exec.ErrInvalidCall(errors.New("split on white space takes no maxsplit here"))
		}
		return anyList(strings.Fields(self)), nil
	case !sep.IsString() || sep.String() == "":
		return nil, exec.ErrInvalidCall(errors.New("split takes a text that is not empty"))
	case most < 0:
		return anyList(strings.Split(self, sep.String())), nil
	}
	return anyList(strings.SplitN(self, sep.String(), most+1)), nil
}

// list is a list whose last item can be had by -1 when it is the only one, which
// gonja 2.9.1 denies to its own.
type list []any

// GetItem is exec.ItemGetter.
func (l list) GetItem(key any) (*exec.Value, bool) {
	i, ok := key.(int)
	if i < 0 {
		i += len(l)
	}
	if !ok || i < 0 || i >= len(l) {
		return exec.AsValue(nil), false
	}
	return exec.AsValue(l[i]), true
}

func anyList(texts []string) list {
	out := make(list, len(texts))
	for i, text := range texts {
		out[i] = text
	}
	return out
}

// counted is Python's range; its numbers come out of the rendering's budget.
func (b *budget) counted(_ *exec.Evaluator, params *exec.VarArgs) ([]int, error) {
	bounds := []int{0, 0, 1}
	for i, v := range params.Args {
		if i > 2 || !v.IsInteger() {
			return nil, exec.ErrInvalidCall(errors.New("range takes one to three whole numbers"))
		}
		bounds[i] = v.Integer()
	}
	if len(params.Args) == 1 {
		bounds[0], bounds[1] = 0, bounds[0]
	}
	from, to, step := bounds[0], bounds[1], bounds[2]
	if len(params.Args) == 0 || step == 0 {
		return nil, exec.ErrInvalidCall(errors.New("range takes an end, and no step of 0"))
	}
	out := []int{}
	for i := from; step > 0 && i < to || step < 0 && i > to; i += step {
		if b.steps++; b.steps > maxSteps {
			return nil, exec.ErrInvalidCall(fmt.Errorf("the template counts to more than %d", maxSteps))
		}
		out = append(out, i)
	}
	return out, nil
}

// raise is how a template refuses a conversation.
func (b *budget) raise(_ *exec.Evaluator, params *exec.VarArgs) (string, error) {
	text := "it gives no reason"
	if len(params.Args) > 0 {
		text = params.Args[0].String()
	}
	b.raised = fmt.Errorf("the chat template refuses the conversation: %s", text)
	return "", b.raised
}

// layouts are the directives of C's strftime that templates use, in Go's words.
var layouts = strings.NewReplacer("%%", "%", "%d", "02", "%m", "01", "%Y", "2006", "%y", "06", "%b", "Jan", "%B", "January",
	"%a", "Mon", "%A", "Monday", "%H", "15", "%I", "03", "%M", "04", "%S", "05", "%p", "PM", "%j", "002", "%F", "2006-01-02")

// strftime gives the time in the form that the template asks for.
func (b *budget) strftime(_ *exec.Evaluator, params *exec.VarArgs) (string, error) {
	if len(params.Args) != 1 || !params.Args[0].IsString() {
		return "", exec.ErrInvalidCall(errors.New("strftime_now takes a format"))
	}
	var out strings.Builder
	format := params.Args[0].String()
	for len(format) > 0 { // directive by directive: the rest is text, whatever it looks like to Go
		if format[0] != '%' || len(format) < 2 {
			out.WriteByte(format[0])
			format = format[1:]
			continue
		}
		layout := layouts.Replace(format[:2])
		if strings.HasPrefix(layout, "%") && layout != "%" {
			return "", fmt.Errorf("the directive %s of strftime_now is not known", format[:2])
		}
		out.WriteString(b.now.Format(layout))
		format = format[2:]
	}
	return out.String(), nil
}

// toJSON is json.dumps: Python's separators, and no escapes for letters beyond
// ASCII. Keys of maps come in alphabetical order, Go having no other.
func toJSON(_ *exec.Evaluator, in *exec.Value, params *exec.VarArgs) *exec.Value {
	if in.IsError() {
		return in
	}
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if indent, ok := params.KwArgs["indent"]; ok && indent.IsInteger() && indent.Integer() > 0 && indent.Integer() < 32 {
		e.SetIndent("", strings.Repeat(" ", indent.Integer()))
	}
	if err := e.Encode(in.ToGoSimpleType(false)); err != nil {
		return exec.AsValue(exec.ErrInvalidCall(err))
	}
	out := strings.TrimSuffix(text.String(), "\n")
	if !strings.Contains(out, "\n") {
		out = spaced(out)
	}
	return exec.AsSafeValue(out)
}

// spaced puts Python's space behind the separators of compact JSON.
func spaced(s string) string {
	var b strings.Builder
	quoted, escaped := false, false
	for _, c := range s {
		b.WriteRune(c)
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == ':'):
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// generation is the block that marks the assistant's words for training; its
// content is rendered as it stands.
type generation struct {
	at   *tokens.Token
	body *nodes.Wrapper
}

func parseGeneration(p, _ *parser.Parser) (nodes.ControlStructure, error) {
	g := &generation{at: p.Current()}
	body, _, err := p.WrapUntil("endgeneration")
	g.body = body
	return g, err
}

// Position is nodes.Node.
func (g *generation) Position() *tokens.Token { return g.at }

func (g *generation) String() string { return "generation" }

// Execute is nodes.ControlStructure.
func (g *generation) Execute(r *exec.Renderer, _ *nodes.ControlStructureBlock) error {
	return r.ExecuteWrapper(g.body)
}
