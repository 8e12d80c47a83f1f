package main

import (
	"github.com/nngen-go/nngen/internal/golden"

	in "github.com/nngen-go/nngen/examples/gallery/interventions"
)

// adaptive are the entries of interventions/adaptive.go.
var adaptive = []Entry{
	{
		Case:  golden.Case{Name: "early_exit", Trace: in.EarlyExit, Compile: in.CompileEarlyExit, Args: "arg.sure", Results: "logits layer"},
		Title: "Early exit, decided by Go", Source: "Schuster et al. 2022 (CALM)",
		Model: "opticks", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "rank_by_layer", Trace: in.RankByLayer, Compile: in.CompileRankByLayer, Args: "arg.token", Results: "ranks"},
		Title: "Rank of a token by layer, computed in Go", Source: "Geva et al. 2022; Halawi et al. 2023",
		Model: "opticks",
	},
	{
		Case:  golden.Case{Name: "steer_by_policy", Trace: in.SteerByPolicy, Compile: in.CompileSteerByPolicy, Args: "arg.v", Results: "logits score"},
		Title: "Strength chosen by Go from a probe, in mid-run", Source: "Lee et al. 2024 (CAST); Scalena et al. 2024",
		Model: "opticks", With: "vowels", Moves: "logits", View: View{Words: "logits"},
	},
}
