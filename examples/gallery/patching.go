package main

import (
	"github.com/nngen-go/nngen/internal/golden"

	in "github.com/nngen-go/nngen/examples/gallery/interventions"
)

// patching are the entries of interventions/patching.go.
var patching = []Entry{
	{
		Case:  golden.Case{Name: "patch_residual", Trace: in.PatchResidual, Compile: in.CompilePatchResidual, Args: "arg.cells arg.token", Results: "chance"},
		Title: "Residual stream, every layer and position in one run", Source: "Meng et al. 2022 (ROME); Heimersheim & Nanda 2024",
		Model: "opticks", Moves: "chance", View: View{Blocks: 6, Lines: "block", Columns: "token", Tokens: true, From: 13},
	},
	{
		Case:  golden.Case{Name: "patch_attention", Trace: in.PatchAttention, Compile: in.CompilePatchAttention, Args: "arg.pos", Results: "logits"},
		Title: "Attention output at one position", Source: "Zhang & Nanda 2023",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "patch_mlp", Trace: in.PatchMLP, Compile: in.CompilePatchMLP, Args: "arg.cells arg.token", Results: "chance"},
		Title: "MLP outputs, every layer and position in one run", Source: "Meng et al. 2022 (ROME)",
		Model: "opticks", Moves: "chance", View: View{Blocks: 6, Lines: "block", Columns: "token", Tokens: true, From: 13},
	},
	{
		Case:  golden.Case{Name: "patch_head", Trace: in.PatchHead, Compile: in.CompilePatchHead, Args: "arg.head", Results: "logits"},
		Title: "One attention head", Source: "Wang et al. 2022 (IOI); TransformerLens",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "patch_tokens", Trace: in.PatchTokens, Compile: in.CompilePatchTokens, Args: "arg.pos", Results: "logits"},
		Title: "Another token position in every row", Source: "pyvene (unit locations)",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "path_patch", Trace: in.PathPatch, Compile: in.CompilePathPatch, Results: "logits"},
		Title: "Path patching, head to MLP", Source: "Goldowsky-Dill et al. 2023; Wang et al. 2022",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
}
