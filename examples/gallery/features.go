package main

import (
	"github.com/nngen-go/nngen/internal/golden"

	in "github.com/nngen-go/nngen/examples/gallery/interventions"
)

// features are the entries of interventions/features.go.
var features = []Entry{
	{
		Case:  golden.Case{Name: "sae_read", Trace: in.SAERead, Compile: in.CompileSAERead, Results: "strength features"},
		Title: "Reading features", Source: "Bricken et al. 2023; Cunningham et al. 2023",
		Model: "opticks", With: "sae",
	},
	{
		Case:  golden.Case{Name: "sae_clamp", Trace: in.SAEClamp, Compile: in.CompileSAEClamp, Args: "arg.feature arg.value", Results: "logits"},
		Title: "Clamping a feature", Source: "Templeton et al. 2024",
		Model: "opticks", With: "sae", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "sae_replace", Trace: in.SAEReplace, Compile: in.CompileSAEReplace, Results: "logits loss"},
		Title: "Running on the reconstruction", Source: "Bricken et al. 2023 (loss recovered)",
		Model: "opticks", With: "sae", Moves: "logits", View: View{Words: "logits"},
	},
}
