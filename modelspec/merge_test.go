package modelspec

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMergeKeepsEdits: what a user wrote stays, and is told.
func TestMergeKeepsEdits(t *testing.T) {
	text := string(Write(inferred(t, "bert/torchscript")))
	for old, edit := range map[string]string{
		"rename: {}":   "rename:\n  encoder.layer: layers",
		"{name: seq, ": "{name: tokens, ",
		", seq":        ", tokens",
		"- path: encoder.layer.0.attention.self\n":      "- path: encoder.layer.0.attention.self\n  class: Heads\n",
		"{role: input, tensor: /pooler/Gather_output_0": "{role: other, tensor: /pooler/Gather_output_0",
	} {
		require.Contains(t, text, old)
		text = strings.ReplaceAll(text, old, edit)
	}
	edited, errs := Read("bert.nnspec.yaml", []byte(text))
	require.Empty(t, errs)
	merged, changes := Merge(edited, inferred(t, "bert/torchscript"))
	require.Equal(t, text, string(Write(merged)))
	require.Equal(t, []string{
		"kept the symbol tokens for seq",
		`kept the role other of input "/pooler/Gather_output_0" of "pooler.dense" (inferred: input)`,
	}, changes)
}

func TestMergeSame(t *testing.T) {
	for _, name := range fixtures(t) {
		old := inferred(t, name)
		want := string(Write(old))
		merged, changes := Merge(old, inferred(t, name))
		require.Empty(t, changes)
		require.Equal(t, want, string(Write(merged)))
	}
}

// TestMergeOtherModel says what came and what went.
func TestMergeOtherModel(t *testing.T) {
	_, changes := Merge(inferred(t, "twolinear/torchscript"), inferred(t, "loopnet/torchscript"))
	text := strings.Join(changes, "\n")
	for _, want := range []string{"the model's graph is another one: sha256:", `new module "block.fc"`, `module "fc1" is gone`, "counts: 5 found"} {
		require.Contains(t, text, want)
	}
}

// TestMergeMain: a user's choice of the main input takes the role from the inferred one.
func TestMergeMain(t *testing.T) {
	old, fresh := inferred(t, "bert/torchscript"), inferred(t, "bert/torchscript")
	m, _ := old.Find("encoder.layer.0.attention.output", nil)
	require.Len(t, m.Inputs, 2)
	for _, p := range m.Inputs {
		if p.Role == RoleInput {
			p.Role = RoleOther
		} else {
			p.Role = RoleInput
		}
	}
	merged, changes := Merge(old, fresh)
	require.Len(t, changes, 2)
	_, errs := Read("merged", Write(merged))
	require.Empty(t, errs)
}

// TestMergeKeepsChecks: what was seen by running the same graph holds until it is tried again.
func TestMergeKeepsChecks(t *testing.T) {
	old := inferred(t, "twolinear/torchscript")
	old.Modules[1].Outputs[0].Checked = true
	old.Modules[2].Outputs[0].Absent = reasonStill
	merged, changes := Merge(old, inferred(t, "twolinear/torchscript"))
	require.Empty(t, changes)
	require.True(t, merged.Modules[1].Outputs[0].Checked)
	require.Equal(t, reasonStill, merged.Modules[2].Outputs[0].Absent)
}
