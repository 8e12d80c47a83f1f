package runner

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"sort"
	"strings"

	nn "github.com/nngen-go/nngen/runtime"
)

// value is a result, brought to Go before its tensors are released.
type value struct {
	name  string
	kind  string
	shape []int
	nums  []float64
	text  string
}

// snapshot copies results.
func snapshot(results []reflect.Value) []value {
	var out []value
	for i, r := range results {
		out = append(out, flat(fmt.Sprintf("result %d", i), r)...)
	}
	return out
}

// flat takes one result apart.
func flat(name string, v reflect.Value) []value {
	switch x := v.Interface().(type) {
	case nn.Tensor:
		return []value{ofTensor(name, x)}
	case []nn.Tensor:
		out := []value{{name: name, kind: "slice", text: fmt.Sprint(len(x))}}
		for i, t := range x {
			out = append(out, ofTensor(fmt.Sprintf("%s[%d]", name, i), t))
		}
		return out
	case map[string]nn.Tensor:
		out := []value{{name: name, kind: "map", text: fmt.Sprint(len(x))}}
		var keys []string
		for k := range x {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			out = append(out, ofTensor(name+"."+k, x[k]))
		}
		return out
	case float32:
		return []value{{name: name, kind: "float32", nums: []float64{float64(x)}}}
	case []float32:
		out := value{name: name, kind: "floats", shape: []int{len(x)}}
		for _, f := range x {
			out.nums = append(out.nums, float64(f))
		}
		return []value{out}
	}
	return []value{{name: name, kind: v.Type().String(), text: fmt.Sprint(v.Interface())}}
}

func ofTensor(name string, t nn.Tensor) value {
	if t.IsZero() {
		return value{name: name, kind: "no tensor"}
	}
	v := value{name: name, kind: t.DType().String(), shape: t.Shape()}
	switch {
	case t.DType() == nn.Bool:
		for _, b := range t.Bools() {
			v.nums = append(v.nums, map[bool]float64{true: 1}[b])
		}
	case t.DType().IsInt():
		for _, n := range t.Ints() {
			v.nums = append(v.nums, float64(n))
		}
	default:
		v.nums = t.Float64s()
	}
	return v
}

// release gives the tensors of results back; one may stand in several places.
func release(results []reflect.Value) {
	for _, r := range results {
		switch x := r.Interface().(type) {
		case nn.Tensor:
			if !x.IsZero() {
				x.Release()
			}
		case []nn.Tensor:
			for _, t := range x {
				if !t.IsZero() {
					t.Release()
				}
			}
		}
	}
}

// told lists the texts among results: trace functions of the tests have no other
// than those of what they recovered from.
func told(list []value) (out []string) {
	for _, v := range list {
		if v.kind == "string" && v.text != "" {
			out = append(out, v.text)
		}
	}
	return out
}

// compareAll names the first difference, "" if there is none.
func compareAll(got, want []value) string {
	if len(got) != len(want) {
		return fmt.Sprintf("%d values instead of %d", len(got), len(want))
	}
	for i := range got {
		if d := got[i].differs(want[i]); d != "" {
			return got[i].name + ": " + d
		}
	}
	return ""
}

// differs compares with the tolerance that two ways to compute one thing need.
func (v value) differs(w value) string {
	switch {
	case v.kind != w.kind:
		return v.kind + " instead of " + w.kind
	case !slices.Equal(v.shape, w.shape):
		return fmt.Sprintf("shape %v instead of %v", v.shape, w.shape)
	case v.text != w.text:
		return fmt.Sprintf("%q instead of %q", v.text, w.text)
	case len(v.nums) != len(w.nums):
		return fmt.Sprintf("%d elements instead of %d", len(v.nums), len(w.nums))
	}
	relative := 1e-4
	if v.kind == "float16" {
		relative = 2e-3 // onnxruntime merges a cast to half precision with its own back
	}
	n, at := 0, 0
	for i, a := range v.nums {
		b := w.nums[i]
		same := a == b || math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) <= 1e-5+relative*math.Abs(b)
		if !same {
			if n == 0 {
				at = i
			}
			n++
		}
	}
	if n > 0 {
		return fmt.Sprintf("%d of %d elements differ, at %d %v instead of %v", n, len(v.nums), at, v.nums[at], w.nums[at])
	}
	return ""
}

// compareSchedules holds a plan's mediators against those of an interpreted run.
// What a plan does under a condition only, a run may have passed by, and a plan
// has it at its moment: such an access keeps nobody waiting. What is done in any
// case comes in the same order. A run that recovered from a panic left out what
// comes behind it.
func compareSchedules(plan, live []nn.Mediator, lines, recovered bool) string {
	if len(plan) != len(live) {
		return fmt.Sprintf("%d mediators instead of %d", len(plan), len(live))
	}
	for i := range plan {
		a, b := states(plan[i], lines), states(live[i], lines)
		sure, maybe := []string{}, map[string]bool{}
		for k := range a {
			if plan[i][k].When == "" {
				sure = append(sure, a[k])
			} else {
				maybe[a[k]] = true
			}
		}
		rest := slices.DeleteFunc(slices.Clone(b), func(s string) bool { return maybe[s] && !slices.Contains(sure, s) })
		if recovered && begun(plan[i], a, b) {
			continue
		}
		if !slices.Equal(sure, rest) && !passed(plan[i], a, b) {
			return fmt.Sprintf("mediator %d:\n\tcompiled    %v\n\tinterpreted %v", i, a, b)
		}
	}
	return ""
}

// begun reports whether a run did the first of what a mediator of the plan says.
func begun(plan nn.Mediator, states, live []string) bool {
	if n := len(live); n > 0 && strings.HasPrefix(live[n-1], string(nn.End)) {
		live = live[:n-1]
	}
	for n := range states {
		if passed(plan[:n], states[:n], live) {
			return true
		}
	}
	return false
}

// passed reports whether a run did what a mediator of the plan says, some of what
// stands under a condition left out.
func passed(plan nn.Mediator, states, live []string) bool {
	// reached[k]: the states so far can be what the run did in its first k.
	reached := make([]bool, len(live)+1)
	reached[0] = true
	for i, st := range states {
		for k := len(live); k >= 0; k-- {
			reached[k] = reached[k] && plan[i].When != "" || k > 0 && reached[k-1] && live[k-1] == st
		}
	}
	return reached[len(live)]
}

// states writes a mediator without what only one side knows: placements, and
// the names of barriers.
func states(m nn.Mediator, lines bool) []string {
	var out []string
	for _, s := range m {
		at, line := s.At, ""
		if s.Event == nn.AtBarrier {
			at = ""
		}
		if lines && s.Event != nn.End {
			line = fmt.Sprint(":", s.Line)
		}
		out = append(out, fmt.Sprintf("%s %s/%d rows %d%s", s.Event, at, s.Visit, s.Rows, line))
	}
	return out
}
