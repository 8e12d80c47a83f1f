package main

import (
	"github.com/nngen-go/nngen/internal/golden"

	in "github.com/nngen-go/nngen/examples/gallery/interventions"
)

// steering are the entries of interventions/steering.go.
var steering = []Entry{
	{
		Case:  golden.Case{Name: "contrast_steer", Trace: in.ContrastSteer, Compile: in.CompileContrastSteer, Args: "arg.alpha", Results: "logits"},
		Title: "Steering by a contrast vector, made in the same run", Source: "Turner et al. 2023 (ActAdd); Rimsky et al. 2023 (CAA)",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "steer_rows", Trace: in.SteerRows, Compile: in.CompileSteerRows, Args: "arg.vectors arg.which arg.strength", Results: "logits"},
		Title: "A vector and a strength of its own for each row", Source: "vLLM-Lens; Rimsky et al. 2023",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "inject_concept", Trace: in.InjectConcept, Compile: in.CompileInjectConcept, Args: "arg.alpha arg.begin", Results: "logits"},
		Title: "Concept injection across prompts", Source: "Lindsey 2025 (introspection)",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "function_vector", Trace: in.FunctionVector, Compile: in.CompileFunctionVector, Results: "logits"},
		Title: "Function vectors", Source: "Todd et al. 2023; Hendel et al. 2023",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "ablate_direction", Trace: in.AblateDirection, Compile: in.CompileAblateDirection, Results: "logits"},
		Title: "Directional ablation (refusal) everywhere", Source: "Arditi et al. 2024",
		Model: "llama", With: "refusal", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "centre_mean", Trace: in.CentreMean, Compile: in.CompileCentreMean, Args: "arg.alpha", Results: "logits"},
		Title: "Mean-centred steering", Source: "Jorgensen et al. 2023",
		Model: "llama", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "limit_token_norm", Trace: in.LimitTokenNorm, Compile: in.CompileLimitTokenNorm, Args: "arg.limit", Results: "logits"},
		Title: "Activation norms limited, token by token", Source: "activation capping (Lu et al. 2026)",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
}
