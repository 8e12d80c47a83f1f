package main

import (
	"context"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/examples/realmodels/models"
	"github.com/nngen-go/nngen/examples/realmodels/models/ppocr"
	"github.com/nngen-go/nngen/examples/realmodels/ppocr/probes"
	nn "github.com/nngen-go/nngen/runtime"
)

const line = "Light is refrangible, 1704"

// testReader is the real model. It is too large to be part of every test run.
func testReader(t *testing.T) *reader {
	if os.Getenv(models.Env) == "" {
		t.Skip("needs PP-OCRv4: run make models, then make test-models (or set " + models.Env + " to the folder .cache/models)")
	}
	r, err := open(context.Background(), "")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.model.Close()) })
	return r
}

// TestReads renders several lines and reads them.
func TestReads(t *testing.T) {
	r := testReader(t)
	for _, text := range []string{line, "Colours of thin plates", "0123456789"} {
		img, err := render(text)
		require.NoError(t, err)
		path, err := r.read(img)
		require.NoError(t, err)
		require.Equal(t, text, r.chars.text(path))
	}
}

// TestAblation holds what docs/real-models.md says: reading needs each
// convolution of the picture and can do without parts of attention.
func TestAblation(t *testing.T) {
	r := testReader(t)
	img, err := render(line)
	require.NoError(t, err)
	path, err := r.read(img)
	require.NoError(t, err)
	all, err := r.modules(img, path)
	require.NoError(t, err)
	worse := map[string]outcome{}
	for _, o := range all {
		worse[o.piece] = o
	}
	require.Len(t, worse, probes.Modules)
	require.Greater(t, worse["conv2d_10"].worse, 1.0)
	require.NotEqual(t, line, worse["conv2d_10"].text)
	require.Less(t, worse["linear_78"].worse, 0.5)
}

// TestCompiledEqualsInterpreted takes two modules away in one batch, both ways,
// and holds the row that keeps all against the plain model.
func TestCompiledEqualsInterpreted(t *testing.T) {
	r := testReader(t)
	img, err := render("abc")
	require.NoError(t, err)
	path, err := r.read(img)
	require.NoError(t, err)
	compiled, err := probes.CompileAblate(r.model)
	require.NoError(t, err)
	defer compiled.Close()
	const rows = 3
	cut := make([]bool, probes.Modules*rows)
	cut[0], cut[33*rows+1] = true, true // the first convolution; a projection of attention
	in, where, paths := ppocr.Inputs{X: tensor(img, rows)}, nn.From(cut, probes.Modules, rows, 1, 1, 1), repeated(path, rows)
	best, likelihood, err := compiled.Run(r.ctx, in, where, paths)
	require.NoError(t, err)
	require.Equal(t, path, best.Ints()[2*len(path):], "the row that keeps all")
	require.NoError(t, r.model.Interpret(r.ctx, in, func(m *ppocr.Model) error {
		b, l := probes.Ablate(m, where, paths)
		require.Equal(t, best.Ints(), b.Ints())
		require.InDeltaSlice(t, likelihood.Float32s(), l.Float32s(), 1e-3)
		return nil
	}))
}

func TestText(t *testing.T) {
	a := alphabet{"", "a", "b", " "}
	require.Equal(t, "aab b", a.text([]int64{0, 1, 1, 0, 1, 2, 3, 3, 0, 2, 99}))
	require.Equal(t, 3, edits("kitten", "sitting"))
	require.Equal(t, 3, edits("", "abc"))
	require.Equal(t, 0, edits("日本", "日本"))
}

func TestRender(t *testing.T) {
	img, err := render("il")
	require.NoError(t, err)
	wide, err := render("iiii")
	require.NoError(t, err)
	require.Equal(t, height, img.Bounds().Dy())
	require.Greater(t, wide.Bounds().Dx(), img.Bounds().Dx())
	x := tensor(img, 2)
	require.Equal(t, []int{2, 3, height, img.Bounds().Dx()}, x.Shape())
	require.InDelta(t, 1, x.Float32s()[0], 1e-6, "white")
	_, err = render("")
	require.Error(t, err)

	path := filepath.Join(t.TempDir(), "line.png")
	require.NoError(t, save(path, img))
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	_, err = png.Decode(f)
	require.NoError(t, err)
}
