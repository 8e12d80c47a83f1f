package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"text/tabwriter"

	"github.com/nngen-go/nngen/internal/caching"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/modelspec"
)

// planCounts is a plan's size in a line.
func planCounts(p *plan.Plan) string {
	return fmt.Sprintf("%s, %s, %s, %s", p.Name,
		count(len(p.Invokes), "invoke", "invokes"), count(len(p.Nodes), "operation", "operations"), count(len(p.Taps), "result", "results"))
}

// describePlan prints what is given to a plan, what it gives, and its schedule.
// Every name of it may be hostile and is printed as legible.
func describePlan(to io.Writer, p *plan.Plan) error {
	w := tabwriter.NewWriter(to, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "%s\nmodel %s\n", legible(planCounts(p)), legible(p.Model))
	describeParams(w, "given when it is compiled", p.Weights)
	describeParams(w, "given to each run", p.Params)
	for i, t := range p.Taps {
		if i == 0 {
			fmt.Fprintln(w, "\nresults")
		}
		if c := p.CacheAt(i); c == nil {
			fmt.Fprintf(w, "  %s\t%s\n", legible(t.Name), lineOf(t.Line))
		}
	}
	for i := range p.Caches {
		c := &p.Caches[i]
		fmt.Fprintf(w, "  cache %s\t%s\t%s\n", legible(c.Name), c, lineOf(c.Line))
	}
	for i, m := range p.Mediators {
		fmt.Fprintf(w, "\nschedule of %s\n", legible(p.Invokes[i]))
		for _, s := range m {
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", legible(string(s.Event)), legible(s.At), legible(string(s.Placement)), lineOf(s.Line))
		}
	}
	for i, alias := range slices.Sorted(maps.Keys(p.Aliases)) {
		if i == 0 {
			fmt.Fprintln(w, "\naliases")
		}
		fmt.Fprintf(w, "  %s\t%s\n", legible(alias), legible(p.Aliases[alias]))
	}
	return w.Flush()
}

func describeParams(w io.Writer, title string, list []plan.Param) {
	for i, p := range list {
		if i == 0 {
			fmt.Fprintf(w, "\n%s\n", title)
		}
		fmt.Fprintf(w, "  %s\t%s\n", legible(p.Name), legible(p.Type.String()))
	}
}

// legible quotes text that would do something to a terminal or a table.
func legible(s string) string {
	if q := strconv.Quote(s); q != `"`+s+`"` {
		return q
	}
	return s
}

// fits says why a plan is not one of a spec's model.
func fits(p *plan.Plan, s *modelspec.Spec) error {
	if p.Model != s.Fingerprint {
		return fmt.Errorf("NN3192: it was compiled for model %s, this one is %s", legible(p.Model), s.Fingerprint)
	}
	known := map[string]bool{}
	for _, m := range s.SourceTimeline() {
		known[m.Point.Tensor] = true
	}
	for _, w := range p.Writes {
		if !known[w.Tensor] {
			return fmt.Errorf("NN3171: %s is written, and no point of the spec is that tensor", legible(w.At))
		}
	}
	if _, err := caching.NewNames(s).With(p.Aliases); err != nil {
		return fmt.Errorf("NN3171: %w", err)
	}
	return nil
}
