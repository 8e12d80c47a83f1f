package main

import (
	"github.com/nngen-go/nngen/internal/golden"

	in "github.com/nngen-go/nngen/examples/gallery/interventions"
)

// probes are the entries of interventions/probes.go.
var probes = []Entry{
	{
		Case:  golden.Case{Name: "probe_last", Trace: in.ProbeLast, Compile: in.CompileProbeLast, Args: "arg.threshold", Results: "chances flagged"},
		Title: "Linear probe, threshold in Go", Source: "Alain & Bengio 2016; McKenzie et al. 2025",
		Model: "opticks", With: "vowels",
	},
	{
		Case:  golden.Case{Name: "probe_max", Trace: in.ProbeMax, Compile: in.CompileProbeMax, Args: "arg.threshold", Results: "best flagged"},
		Title: "Maximum over tokens, threshold in the graph", Source: "Kramár et al. 2026 (production probes)",
		Model: "opticks", With: "vowels",
	},
	{
		Case:  golden.Case{Name: "probe_average", Trace: in.ProbeAverage, Compile: in.CompileProbeAverage, Results: "average best"},
		Title: "Moving average over tokens", Source: "Cunningham et al. 2026 (constitutional classifiers)",
		Model: "opticks", With: "vowels", View: View{Lines: "row", Columns: "window"},
	},
	{
		Case:  golden.Case{Name: "probe_top_k", Trace: in.ProbeTopK, Compile: in.CompileProbeTopK, Results: "mean tokens"},
		Title: "Mean of the k best tokens", Source: "Kramár et al. 2026 (production probes)",
		Model: "opticks", With: "vowels",
	},
	{
		Case:  golden.Case{Name: "probe_steer", Trace: in.ProbeSteer, Compile: in.CompileProbeSteer, Args: "arg.v arg.threshold", Results: "logits"},
		Title: "Steering only what a probe flags", Source: "Lee et al. 2024 (CAST)",
		Model: "opticks", With: "vowels", Moves: "logits", View: View{Words: "logits"},
	},
}
