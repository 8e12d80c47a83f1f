package heatmap_test

import (
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/examples/realmodels/heatmap"
)

// TestSave draws a table that is blue on the left and red on the right, and looks at the picture.
func TestSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "table.png")
	require.NoError(t, heatmap.Save(path, heatmap.Table{
		Title: "a table", X: "position", Y: "layer", Columns: []string{"left", "right"},
		Values: [][]float64{{0, 1}, {-3, 1}, {0, 7}}, Low: 0, High: 1,
	}))
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	img, err := png.Decode(f)
	require.NoError(t, err)
	b := img.Bounds()
	at := func(x, y int) color.NRGBA { return color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA) }
	left, right := at(b.Dx()*3/10, b.Dy()/2), at(b.Dx()*7/10, b.Dy()/2)
	require.Greater(t, left.B, left.R, "%v", left)
	require.Greater(t, right.R, right.B, "%v", right)
}

func TestSaveRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "table.png")
	ok := heatmap.Table{Columns: []string{"a"}, Values: [][]float64{{1}}, High: 1}
	for name, c := range map[string]struct {
		table heatmap.Table
		path  string
		want  string
	}{
		"empty":  {heatmap.Table{High: 1}, path, "empty"},
		"ragged": {heatmap.Table{Columns: ok.Columns, Values: [][]float64{{1, 2}}, High: 1}, path, "row 0 has 2 values for 1 columns"},
		"scale":  {heatmap.Table{Columns: ok.Columns, Values: ok.Values}, path, "first colour"},
		"folder": {ok, filepath.Join(path, "none", "x.png"), "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, heatmap.Save(c.path, c.table), c.want)
			_, err := os.Stat(path)
			require.ErrorIs(t, err, os.ErrNotExist)
		})
	}
}
