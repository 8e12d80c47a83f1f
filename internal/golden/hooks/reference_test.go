package hooks_test

import (
	"testing"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/hooks"
)

// TestReference holds Go in mid-run to nnsight, whose code is Python wherever it
// stands: compiled, interpreted, and the values and counts that leave the run.
func TestReference(t *testing.T) {
	golden.Run(t, "hooks", open(t), []golden.Case{
		{Name: "branch_over", Trace: hooks.Branch, Compile: hooks.CompileBranch, Args: "arg.limit", Results: "logits side"},
		{Name: "branch_under", Trace: hooks.Branch, Compile: hooks.CompileBranch, Args: "arg.limit", Results: "logits side"},
		{Name: "tokens_over", Trace: hooks.TokensOver, Compile: hooks.CompileTokensOver, Args: "arg.limit", Results: "logits hot"},
		{Name: "halve", Trace: hooks.Halve, Compile: hooks.CompileHalve, Args: "arg.limit", Results: "logits halvings"},
		{Name: "largest_out", Trace: hooks.LargestOut, Compile: hooks.CompileLargestOut, Results: "logits"},
		{Name: "reordered", Trace: hooks.Reordered, Compile: hooks.CompileReordered, Results: "logits order"},
		{Name: "nucleus", Trace: hooks.Nucleus, Compile: hooks.CompileNucleus, Args: "arg.part", Results: "logits kept"},
		{Name: "running", Trace: hooks.Running, Compile: hooks.CompileRunning, Results: "logits trail"},
		{Name: "worst", Trace: hooks.Worst, Compile: hooks.CompileWorst, Results: "logits worst at"},
		{Name: "unit_from_another", Trace: hooks.UnitFromAnother, Compile: hooks.CompileUnitFromAnother, Results: "logits size"},
	})
}
