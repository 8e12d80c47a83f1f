package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/nngen-go/nngen/modelspec"
	nn "github.com/nngen-go/nngen/runtime"
)

// verify runs the model: it measures dimensions that the graph leaves open and
// tries a write at every point.
func (e *env) verify(ctx context.Context, model string, s *modelspec.Spec) (err error) {
	p, err := nn.NewProber(model, s)
	if err != nil {
		return fmt.Errorf("the model cannot be run to check its points: %w (with -no-verify the spec is written without checks)", err)
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	measured, err := modelspec.Measure(s, p)
	if err != nil {
		return fmt.Errorf("%s cannot be run to measure dimensions: %w (with -no-verify the spec is written without checks)", model, err)
	}
	if measured > 0 {
		fmt.Fprintf(e.stdout, "%s measured by running the model\n", count(measured, "dimension was", "dimensions were"))
	}
	step, end := e.progress("checking points")
	defer end()
	v, err := modelspec.Verify(ctx, s, p, modelspec.VerifyOptions{Progress: step})
	if err != nil {
		return fmt.Errorf("the points of %s cannot be checked: %w (with -no-verify the spec is written without checks)", model, err)
	}
	end()
	if v.Checked == 0 && v.Failed > 0 {
		return userError{fmt.Errorf("no point of %s can be written to: %s (with -no-verify the spec is written without checks)", model, firstReason(s))}
	}
	fmt.Fprintf(e.stdout, "%s checked in %s", count(v.Checked, "point was", "points were"), count(v.Runs, "run", "runs"))
	if v.Inside > 0 {
		fmt.Fprintf(e.stdout, ", and %s of operations", count(v.Inside, "output", "outputs"))
	}
	if v.Failed > 0 {
		fmt.Fprintf(e.stdout, "; %s refused, and the spec says why", count(v.Failed, "was", "were"))
	}
	fmt.Fprintln(e.stdout)
	if v.Left > 0 {
		remark(s, fmt.Sprintf("%s not checked: the model has too many for one go", count(v.Left, "point was", "points were")))
	}
	return nil
}

// firstReason is why the first refused point was refused.
func firstReason(s *modelspec.Spec) string {
	for _, m := range s.Modules {
		for _, p := range append(append([]*modelspec.Point(nil), m.Inputs...), m.Outputs...) {
			if p.Absent != "" {
				return p.Absent
			}
		}
	}
	return "no reason is known"
}
