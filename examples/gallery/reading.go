package main

import (
	"github.com/nngen-go/nngen/internal/golden"

	in "github.com/nngen-go/nngen/examples/gallery/interventions"
)

// reading are the entries of interventions/reading.go.
var reading = []Entry{
	{
		Case:  golden.Case{Name: "residual_norms", Trace: in.ResidualNorms, Compile: in.CompileResidualNorms, Results: "norms"},
		Title: "Norms of the residual stream", Source: "Heimersheim & Turner 2023",
		Model: "opticks", View: View{Lines: "block", Columns: "token", Tokens: true},
	},
	{
		Case:  golden.Case{Name: "layer_cosine", Trace: in.LayerCosine, Compile: in.CompileLayerCosine, Results: "cosine"},
		Title: "Cosine between layers (block influence)", Source: "Men et al. 2024 (ShortGPT)",
		Model: "llama", View: View{Lines: "row", Columns: "layer"},
	},
	{
		Case:  golden.Case{Name: "prompt_difference", Trace: in.PromptDifference, Compile: in.CompilePromptDifference, Results: "apart"},
		Title: "Difference of two prompts' activations", Source: "Zou et al. 2023 (RepE)",
		Model: "opticks", View: View{Lines: "block", Columns: "token", Tokens: true},
	},
	{
		Case:  golden.Case{Name: "neuron_statistics", Trace: in.NeuronStatistics, Compile: in.CompileNeuronStatistics, Results: "mean largest fires"},
		Title: "Statistics of neurons", Source: "Bills et al. 2023; Voita et al. 2023",
		Model: "opticks",
	},
	{
		Case:  golden.Case{Name: "whiten", Trace: in.Whiten, Compile: in.CompileWhiten, Args: "arg.mean arg.w", Results: "white cosine"},
		Title: "Whitened activations", Source: "Su et al. 2021; Belrose et al. 2023 (LEACE)",
		Model: "opticks",
	},
}
