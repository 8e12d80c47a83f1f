package oracletest

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/internal/diag"
	"github.com/nngen-go/nngen/internal/oracletest/runner"
)

// byDesign are the refusals of the compiler of programs that the interpreter
// runs: what must be known when code is generated (NN1306, NN1402), an order of
// two invokes that only a run knows (NN1504), what the model may refuse in a
// function that recovers (NN1217), and their kin; NN1501 where a
// tensor that was never set is handed on and not used, NN1214 where one is
// computed for nothing.
var byDesign = []string{"NN1303", "NN1305", "NN1306", "NN1402", "NN1501", "NN1504", "NN1214", "NN1217"}

// undeclared is said of a tensor parameter without //nngen:param, whose rank
// only the interpreter knows.
const undeclared = " is not known: declare it"

// unsized is said of parts whose number only a run knows.
const unsized = "which needs no number of them"

func designed(d diag.Diagnostic) bool {
	if slices.Contains(strings.Split(*strict, ","), d.Code) {
		return false
	}
	return strings.Contains(d.Message, unsized) || slices.Contains(byDesign, d.Code) || strings.Contains(d.Message, undeclared) ||
		d.Code == "NN1503" && (strings.Contains(d.Message, "under a condition") || strings.Contains(d.Message, "behind what may panic"))
}

// samePair says which codes of the interpreter mean the same as the compiler's.
var samePair = map[string][]string{
	"NN1304": {"NN3150"},
	"NN1401": {"NN3114"},
	"NN1404": {"NN3115", "NN3114"},
	"NN1405": {"NN3113"},
	"NN1406": {"NN3111"},
	"NN1407": {"NN3154"},
	"NN1312": {"NN3106"},
	"NN1313": {"NN3104"},
	"NN1408": {"NN3130"},
	"NN1501": {"NN3110"},
	"NN1505": {"NN3150"},
	"NN3102": {"NN3102"},
	"NN3103": {"NN3103"},
	"NN3104": {"NN3104"},
	"NN3106": {"NN3106"},
	"NN3107": {"NN3107"},
}

// judge gives a word for what a unit came to and, if it must not be, the finding.
func (o *outcome) judge() (class, finding string) {
	switch {
	case o.crash != "":
		return "crash", "the program crashed: " + o.crash
	case o.broken != "":
		return "broken", "the generated code is broken: " + o.broken
	case len(o.results) == 0:
		return "lost", "no result came back"
	}
	for i, r := range o.results {
		for _, e := range []runner.End{r.Compiled, r.Interpreted, r.Twin} {
			if e.Code == "panic" {
				return "panic", "a panic got out: " + e.Full
			}
		}
		c, f := o.judgeRun(r, i)
		if f != "" {
			return c, fmt.Sprintf("with sizes %+v: %s", o.u.sets[i], f)
		}
		if i == 0 {
			class = c
		}
	}
	return class, ""
}

// judgeRun judges one run.
func (o *outcome) judgeRun(r runner.Result, i int) (class, finding string) {
	if len(o.diags) > 0 {
		if i > 0 {
			return "refused", ""
		}
		return o.judgeRefused(r)
	}
	c, in := r.Compiled, r.Interpreted
	switch {
	case c.Compile:
		return "compile", "CompileX fails: " + c.Full
	case r.Again != "":
		return "again", "the second run of the same code differs: " + r.Again
	case in.Code == "NN3101" || slices.ContainsFunc(r.Told, func(t string) bool { return strings.Contains(t, "[NN3101]") }):
		return o.judgeLate(r) // also where the function recovered from it, and went on without
	case in.OK() && c.OK():
		if r.Tokens != "" {
			return "tokens", "over a decode loop: " + r.Tokens
		}
		return o.judgeValues(r.Values, r.Schedule, "same")
	case in.OK() && slices.ContainsFunc(r.Told, func(t string) bool { return strings.Contains(t, c.Full) }) && (c.Code == "NN3114" || c.Code == "NN3130"):
		return "sizes that do not fit, recovered", "" // interpreted; compiled they are checked outside of the function, and end the run
	case in.OK():
		return "compiled fails", "only the compiled run fails: " + c.Full
	case c.OK() && i > 0 && o.u.prog != nil && (in.Code == "NN3114" || in.Code == "NN3130"):
		return "only the interpreter looks", "" // at what no result needs, and plans leave out
	case c.OK() && in.Code == "NN3103" && o.u.late && strings.Contains(o.u.source, "recover()"):
		return "late, refused", "" // an invoke recovered from its late read, and does not come to its barrier any more
	case c.OK():
		return "interpreted fails", "only the interpreted run fails: " + in.Full
	}
	return o.judgeErrors(c, in)
}

func (o *outcome) judgeValues(values, schedule, class string) (string, string) {
	switch {
	case values != "":
		return "values", "compiled and interpreted: " + values
	case schedule != "" && o.u.cond:
		return class + ", points under a condition", "" // which compiled code reads in any case
	case schedule != "":
		return "schedule", schedule
	}
	return class, ""
}

// judgeLate judges a function with late reads: its twin reads in time.
func (o *outcome) judgeLate(r runner.Result) (string, string) {
	switch {
	case o.u.twin == "":
		return "late, not compared", ""
	case r.Twin.OK() && r.Compiled.OK() && r.TwinLate:
		return "late, not compared", "" // what moving reads left late says nothing of reads that are served
	case r.Twin.OK() && r.Compiled.OK():
		return o.judgeValues(r.TwinValues, r.Schedule, "late, same")
	case r.Twin.OK():
		return "compiled fails", "only the compiled run of a late read fails: " + r.Compiled.Full
	case r.Compiled.OK() && r.Twin.Code != "NN3101" && (r.Set == 0 || r.Twin.Code != "NN3114"):
		return "twin fails", "only the interpreted run fails, even with its reads in time: " + r.Twin.Full
	}
	return "late, refused", ""
}

// judgeErrors judges runs that both fail: what the user reads must be the same.
func (o *outcome) judgeErrors(c, in runner.End) (string, string) {
	if c.Code == "other" && in.Code == "other" && c.Text == in.Text {
		return "same error", "" // the function's own
	}
	if c.Code == "other" || in.Code == "other" || c.Code == "NN3130" || in.Code == "NN3130" || in.Code == "NN3114" || in.Code == "NN3154" {
		return "sizes that do not fit", "" // onnxruntime's own words, or the operator's; Go that comes later may be run ahead
	}
	if c.Code == "NN3114" && in.Code == "run" && (in.Line < c.Line || strings.Contains(o.u.source, ".Trace")) {
		return "sizes are looked at ahead of the run", "" // which would have ended before, in Go
	}
	if c.Code != in.Code || c.Line != in.Line || c.Text != in.Text {
		return "errors", fmt.Sprintf("the errors differ:\n\tcompiled    %s\n\tinterpreted %s", c.Full, in.Full)
	}
	return "same error", ""
}

// judgeRefused judges what the compiler refuses.
func (o *outcome) judgeRefused(r runner.Result) (string, string) {
	in, codes := r.Interpreted, o.codes()
	class := "refused " + strings.Join(codes, " ")
	var said []string
	for _, d := range o.diags {
		said = append(said, fmt.Sprintf("%d: %s [%s]", d.Pos.Line-o.line, d.Message, d.Code))
	}
	told := strings.Join(said, "\n\t")
	if in.OK() {
		for _, d := range o.diags {
			// What no run reached is wrong all the same, and what the function recovered from.
			if !designed(d) && !(o.u.cond && samePair[d.Code] != nil) && !o.recovered(r, d) {
				return class, "the compiler refuses what the interpreter runs:\n\t" + told
			}
		}
		return class + ", by design", ""
	}
	if in.Code == "NN3101" {
		return class + ", late", ""
	}
	for _, d := range o.diags {
		if slices.Contains(samePair[d.Code], in.Code) && d.Pos.Line == in.Line {
			return class + " both", ""
		}
	}
	if (in.Code == "run" || in.Code == "other") && !slices.ContainsFunc(o.diags, func(d diag.Diagnostic) bool { return samePair[d.Code] == nil || d.Pos.Line <= in.Line }) {
		return class + ", the function's own end is first", ""
	}
	if strings.Contains(o.u.source, ".Trace") && slices.ContainsFunc(o.diags, func(d diag.Diagnostic) bool { return samePair[d.Code] != nil }) {
		return class + ", another error is first", "" // the compiler checks a write when it is evaluated, not when it is served
	}
	if slices.ContainsFunc(o.diags, designed) {
		return class + ", interpreted " + in.Code, ""
	}
	return class, fmt.Sprintf("both refuse, with different words:\n\tcompiler    %s\n\tinterpreter %s", told, in.Full)
}

// recovered reports whether the interpreted function recovered from the very
// mistake that the compiler reports: on its line, of the run's code for it.
func (o *outcome) recovered(r runner.Result, d diag.Diagnostic) bool {
	return slices.ContainsFunc(r.Told, func(text string) bool {
		return strings.Contains(text, fmt.Sprintf("%s:%d:", filepath.Base(d.Pos.Filename), d.Pos.Line)) &&
			slices.ContainsFunc(samePair[d.Code], func(code string) bool { return strings.Contains(text, "["+code+"]") })
	})
}
