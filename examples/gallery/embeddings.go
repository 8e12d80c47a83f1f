package main

import (
	"github.com/nngen-go/nngen/internal/golden"

	in "github.com/nngen-go/nngen/examples/gallery/interventions"
)

// embeddings are the entries of interventions/embeddings.go.
var embeddings = []Entry{
	{
		Case:  golden.Case{Name: "soft_prompt", Trace: in.SoftPrompt, Compile: in.CompileSoftPrompt, Args: "arg.prompt", Results: "logits"},
		Title: "Soft prompt", Source: "Lester et al. 2021",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "interpolate", Trace: in.Interpolate, Compile: in.CompileInterpolate, Args: "arg.share", Results: "logits"},
		Title: "Interpolation between two prompts' embeddings", Source: "Bowman et al. 2016",
		Model: "llama", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "noisy_embeddings", Trace: in.NoisyEmbeddings, Compile: in.CompileNoisyEmbeddings, Args: "arg.noise arg.strength", Results: "logits"},
		Title: "Noise on embeddings", Source: "Jain et al. 2023 (NEFTune)",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "causal_trace", Trace: in.CausalTrace, Compile: in.CompileCausalTrace, Args: "arg.noise arg.cells arg.token", Results: "chance"},
		Title: "Causal tracing", Source: "Meng et al. 2022 (ROME)",
		Model: "opticks", Moves: "chance", View: View{Blocks: 6, Lines: "block", Columns: "token", Tokens: true, From: 7},
	},
	{
		Case:  golden.Case{Name: "bert_token_swap", Trace: in.BertTokenSwap, Compile: in.CompileBertTokenSwap, Args: "arg.pos arg.word arg.masked", Results: "words"},
		Title: "Another word's embedding under a mask", Source: "Vig et al. 2020 (causal mediation)",
		Model: "bert", Moves: "words", View: View{Words: "words"},
	},
	{
		Case:  golden.Case{Name: "bert_segment_swap", Trace: in.BertSegmentSwap, Compile: in.CompileBertSegmentSwap, Results: "pooled"},
		Title: "Segments exchanged", Source: "Devlin et al. 2018 (segment embeddings)",
		Model: "bert", Moves: "pooled",
	},
}
