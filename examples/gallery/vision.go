package main

import (
	"github.com/nngen-go/nngen/internal/golden"

	in "github.com/nngen-go/nngen/examples/gallery/interventions"
)

// vision are the entries of interventions/vision.go.
var vision = []Entry{
	{
		Case:  golden.Case{Name: "ablate_units", Trace: in.AblateUnits, Compile: in.CompileAblateUnits, Args: "arg.unit", Results: "scores"},
		Title: "Units of a convolution switched off", Source: "Bau et al. 2017, 2018 (network dissection)",
		Model: "cnn", Moves: "scores",
	},
	{
		Case:  golden.Case{Name: "class_activation_map", Trace: in.ClassActivationMap, Compile: in.CompileClassActivationMap, Args: "arg.class_", Results: "where"},
		Title: "Class activation map, from weights", Source: "Zhou et al. 2016",
		Model: "cnn", View: View{Lines: "y", Columns: "x"},
	},
}
