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
	{
		Case:  golden.Case{Name: "limit_norms", Trace: in.LimitNorms, Compile: in.CompileLimitNorms, Args: "arg.limit", Results: "logits hot"},
		Title: "Activation norms limited, decided by Go in mid-run", Source: "activation capping (Lu et al. 2026); nngen's design",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "steer_at", Trace: in.SteerAt, Compile: in.CompileSteerAt, Args: "arg.layer arg.v arg.alpha", Results: "logits"},
		Title: "Steering at a layer that the caller names", Source: "Turner et al. 2023 (ActAdd); Rimsky et al. 2023 (CAA)",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "ablate_head_at", Trace: in.AblateHeadAt, Compile: in.CompileAblateHeadAt, Args: "arg.layer arg.head", Results: "logits"},
		Title: "A head that the caller names", Source: "Michel et al. 2019",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "patch_at", Trace: in.PatchAt, Compile: in.CompilePatchAt, Args: "arg.layer arg.pos", Results: "logits"},
		Title: "Residual stream patched at a layer and position that the caller names", Source: "Meng et al. 2022 (ROME); Zhang & Nanda 2023",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "lens_at", Trace: in.LensAt, Compile: in.CompileLensAt, Args: "arg.layer", Results: "logits"},
		Title: "Logit lens at a layer that the caller names", Source: "nostalgebraist 2020",
		Model: "opticks", View: View{Words: "logits"},
	},
	{
		Case:  golden.Case{Name: "skip_range", Trace: in.SkipRange, Compile: in.CompileSkipRange, Args: "arg.first_layer arg.last_layer", Results: "logits"},
		Title: "A range of blocks skipped", Source: "Gromov et al. 2024",
		Model: "opticks", Moves: "logits", View: View{Words: "logits"},
	},
}
