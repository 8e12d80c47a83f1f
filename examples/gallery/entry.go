package main

import (
	"slices"

	"github.com/nngen-go/nngen/internal/golden"
)

// Entry is one intervention of the gallery.
type Entry struct {
	golden.Case        // Name is that of the function in scripts/export/gallery_*.py and of its golden
	Title       string // what it is, in a few words
	Source      string // who published it, or the tool that does it so
	Model       string // opticks, llama, bert or cnn
	With        string // the attachment that the trace takes: sae, lens, vowels or refusal
	Moves       string // the result that the edit changes, compared with the model's own; none for what only reads
	View        View   // how its results are printed
}

// View says how results are laid out for reading. Without one they are printed by their shapes.
type View struct {
	Words string // the result whose last axis is the vocabulary
	// Blocks makes a result with one number per row of the batch a table of so many lines,
	// filled column by column; the last number is the run without an edit. Below 0 it is
	// filled line by line.
	Blocks int
	// Lines and Columns name the two last axes.
	Lines, Columns string
	// From is the token that the first column stands for, where columns are tokens; Tokens says that they are.
	Tokens bool
	From   int
}

// Family is a group of entries: those of one file of package interventions.
type Family struct {
	Name, Title string
	Entries     []Entry
}

// families are all entries, as docs/gallery.md lists them.
var families = []Family{
	{"patching", "Activation patching", patching},
	{"lens", "Reading in the vocabulary", lens},
	{"attention", "Attention", attention},
	{"ablation", "Ablation", ablation},
	{"steering", "Steering", steering},
	{"embeddings", "Embeddings and noise", embeddings},
	{"probes", "Probes", probes},
	{"features", "Sparse autoencoders", features},
	{"reading", "Statistics", reading},
	{"vision", "Vision", vision},
	{"adaptive", "Decided in Go", adaptive},
}

// find gives the entry of a name.
func find(name string) (Entry, bool) {
	for _, f := range families {
		if i := slices.IndexFunc(f.Entries, func(e Entry) bool { return e.Name == name }); i >= 0 {
			return f.Entries[i], true
		}
	}
	return Entry{}, false
}
