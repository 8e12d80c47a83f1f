package main

import (
	"github.com/nngen-go/nngen/internal/golden"

	in "github.com/nngen-go/nngen/examples/gallery/interventions"
)

// attention are the entries of interventions/attention.go.
var attention = []Entry{
	{
		Case:  golden.Case{Name: "attention_pattern", Trace: in.AttentionPattern, Compile: in.CompileAttentionPattern, Results: "pattern"},
		Title: "Attention patterns", Source: "TransformerLens, BertViz",
		Model: "opticks", View: View{Lines: "query", Columns: "token", Tokens: true},
	},
	{
		Case:  golden.Case{Name: "previous_token", Trace: in.PreviousToken, Compile: in.CompilePreviousToken, Results: "heads"},
		Title: "Previous-token heads", Source: "Olsson et al. 2022",
		Model: "opticks", View: View{Lines: "block", Columns: "head"},
	},
	{
		Case:  golden.Case{Name: "induction", Trace: in.Induction, Compile: in.CompileInduction, Results: "heads"},
		Title: "Induction heads", Source: "Olsson et al. 2022; Elhage et al. 2021",
		Model: "opticks", View: View{Lines: "block", Columns: "head"},
	},
	{
		Case:  golden.Case{Name: "attention_knockout", Trace: in.AttentionKnockout, Compile: in.CompileAttentionKnockout, Args: "arg.cut", Results: "logits"},
		Title: "Attention knockout", Source: "Geva et al. 2023",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "attention_temperature", Trace: in.AttentionTemperature, Compile: in.CompileAttentionTemperature, Args: "arg.temperature", Results: "logits"},
		Title: "Attention temperature", Source: "Lin et al. 2018 (attention temperature)",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "attention_entropy", Trace: in.AttentionEntropy, Compile: in.CompileAttentionEntropy, Results: "bits"},
		Title: "Entropy of attention", Source: "Zhai et al. 2023",
		Model: "opticks", View: View{Lines: "block", Columns: "head"},
	},
	{
		Case:  golden.Case{Name: "patch_pattern", Trace: in.PatchPattern, Compile: in.CompilePatchPattern, Args: "arg.head", Results: "logits"},
		Title: "A head's pattern patched, its values kept", Source: "Heimersheim & Nanda 2024; TransformerLens",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "llama_head_ablation", Trace: in.LlamaHeadAblation, Compile: in.CompileLlamaHeadAblation, Args: "arg.head", Results: "logits"},
		Title: "Head ablation with grouped keys and values", Source: "Michel et al. 2019",
		Model: "llama", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "value_knockout", Trace: in.ValueKnockout, Compile: in.CompileValueKnockout, Args: "arg.pos", Results: "logits"},
		Title: "Values of one token knocked out", Source: "Geva et al. 2023",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "key_value_patch", Trace: in.KeyValuePatch, Compile: in.CompileKeyValuePatch, Args: "arg.pos", Results: "logits"},
		Title: "Keys and values of one token patched", Source: "pyvene; KV-cache steering (Belitsky et al. 2025)",
		Model: "llama", Moves: "logits", View: View{Words: "logits"},
	},
}
