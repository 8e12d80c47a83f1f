package main

import (
	"github.com/nngen-go/nngen/internal/golden"

	in "github.com/nngen-go/nngen/examples/gallery/interventions"
)

// ablation are the entries of interventions/ablation.go.
var ablation = []Entry{
	{
		Case:  golden.Case{Name: "zero_ablation", Trace: in.ZeroAblation, Compile: in.CompileZeroAblation, Results: "logits"},
		Title: "Zero ablation", Source: "Olsson et al. 2022",
		Model: "llama", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "mean_ablation", Trace: in.MeanAblation, Compile: in.CompileMeanAblation, Results: "logits"},
		Title: "Mean ablation from a data set", Source: "Wang et al. 2022 (IOI)",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "resample_ablation", Trace: in.ResampleAblation, Compile: in.CompileResampleAblation, Args: "arg.other", Results: "logits"},
		Title: "Resample ablation", Source: "Chan et al. 2022 (causal scrubbing)",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "ablate_heads", Trace: in.AblateHeads, Compile: in.CompileAblateHeads, Args: "arg.keep arg.token", Results: "chance"},
		Title: "Head ablation sweep", Source: "Michel et al. 2019; Voita et al. 2019",
		Model: "opticks", Moves: "chance", View: View{Lines: "block", Columns: "head", Blocks: -6},
	},
	{
		Case:  golden.Case{Name: "ablate_parts", Trace: in.AblateParts, Compile: in.CompileAblateParts, Args: "arg.keep arg.token", Results: "chance"},
		Title: "Attribution by ablation", Source: "Li & Janson 2024; TransformerLens",
		Model: "opticks", Moves: "chance", View: View{Lines: "block", Columns: "attn, mlp", Blocks: -6},
	},
	{
		Case:  golden.Case{Name: "integrated_ablation", Trace: in.IntegratedAblation, Compile: in.CompileIntegratedAblation, Args: "arg.strength arg.token", Results: "chance"},
		Title: "Integrated ablation of tokens, without gradients", Source: "after Sundararajan et al. 2017",
		Model: "opticks", Moves: "chance",
	},
	{
		Case:  golden.Case{Name: "clamp_neuron", Trace: in.ClampNeuron, Compile: in.CompileClampNeuron, Args: "arg.neuron arg.value", Results: "logits"},
		Title: "Neuron clamping", Source: "Bau et al. 2018; Geva et al. 2022",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "skip_layer", Trace: in.SkipLayer, Compile: in.CompileSkipLayer, Results: "logits"},
		Title: "Layer skipping", Source: "Gromov et al. 2024",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "bert_head_ablation", Trace: in.BertHeadAblation, Compile: in.CompileBertHeadAblation, Args: "arg.head", Results: "pooled"},
		Title: "Head ablation in an encoder", Source: "Michel et al. 2019",
		Model: "bert", Moves: "pooled",
	},
}
