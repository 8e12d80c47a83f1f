package main

import (
	"github.com/nngen-go/nngen/internal/golden"

	in "github.com/nngen-go/nngen/examples/gallery/interventions"
)

// lens are the entries of interventions/lens.go.
var lens = []Entry{
	{
		Case:  golden.Case{Name: "logit_lens", Trace: in.LogitLens, Compile: in.CompileLogitLens, Results: "layers"},
		Title: "Logit lens", Source: "nostalgebraist 2020",
		Model: "opticks", View: View{Words: "layers"},
	},
	{
		Case:  golden.Case{Name: "tuned_lens", Trace: in.TunedLens, Compile: in.CompileTunedLens, Results: "layers"},
		Title: "Tuned lens", Source: "Belrose et al. 2023",
		Model: "opticks", With: "lens", View: View{Words: "layers"},
	},
	{
		Case:  golden.Case{Name: "direct_logit_attribution", Trace: in.DirectLogitAttribution, Compile: in.CompileDirectLogitAttribution, Args: "arg.right arg.wrong", Results: "heads"},
		Title: "Direct logit attribution of heads, from weights", Source: "Elhage et al. 2021; TransformerLens",
		Model: "opticks", View: View{Lines: "block", Columns: "head"},
	},
	{
		Case:  golden.Case{Name: "logit_parts", Trace: in.LogitParts, Compile: in.CompileLogitParts, Args: "arg.token", Results: "parts logit"},
		Title: "A logit as a sum of what components write", Source: "Elhage et al. 2021",
		Model: "opticks",
	},
	{
		Case:  golden.Case{Name: "mlp_to_vocabulary", Trace: in.MLPToVocabulary, Compile: in.CompileMLPToVocabulary, Results: "tokens"},
		Title: "What each MLP promotes", Source: "Geva et al. 2022",
		Model: "opticks", View: View{Words: "tokens"},
	},
	{
		Case:  golden.Case{Name: "do_la", Trace: in.DoLa, Compile: in.CompileDoLa, Results: "scores chosen"},
		Title: "Contrastive decoding of layers", Source: "Chuang et al. 2023 (DoLa)",
		Model: "opticks", View: View{Words: "scores"},
	},
	{
		Case:  golden.Case{Name: "patchscope", Trace: in.Patchscope, Compile: in.CompilePatchscope, Args: "arg.source_pos arg.to", Results: "logits"},
		Title: "Inspecting a hidden state with the model itself", Source: "Ghandeharioun et al. 2024 (Patchscopes)",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
}
