// Package heatmap draws a table of numbers as a PNG picture, for readers who
// would rather look than read. It is the examples' own: nngen itself draws nothing.
package heatmap

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Table is what a picture shows. Row 0 is drawn at the bottom.
type Table struct {
	Title, X, Y string
	Columns     []string    // the name of each column
	Values      [][]float64 // by row, as many as Columns in each
	Low, High   float64     // the values of the first and the last colour; what lies beyond is drawn as these
}

// Width and height of the picture, without and for each row.
const (
	width     = 18 * vg.Centimeter
	baseline  = 4 * vg.Centimeter
	perRow    = 0.4 * vg.Centimeter
	barWidth  = 2 * vg.Centimeter
	margin    = 0.3 * vg.Centimeter
	shades    = 255
	labelTurn = 0.6 // radians
)

// Save writes the picture of t to path.
func Save(path string, t Table) error {
	if err := t.check(); err != nil {
		return err
	}
	colors := moreland.SmoothBlueRed()
	colors.SetMin(t.Low)
	colors.SetMax(t.High)
	table, err := t.table(colors.Palette(shades))
	if err != nil {
		return err
	}
	canvas := vgimg.New(width, baseline+vg.Length(len(t.Values))*perRow)
	whole := draw.New(canvas)
	table.Draw(draw.Crop(whole, margin, -barWidth-margin, margin, -margin))
	legend(colors).Draw(draw.Crop(whole, width-barWidth, -margin, margin, -margin))
	return write(path, vgimg.PngCanvas{Canvas: canvas})
}

func (t Table) check() error {
	if len(t.Values) == 0 || len(t.Columns) == 0 {
		return errors.New("heat map: the table is empty")
	}
	for i, row := range t.Values {
		if len(row) != len(t.Columns) {
			return fmt.Errorf("heat map: row %d has %d values for %d columns", i, len(row), len(t.Columns))
		}
	}
	if t.Low >= t.High {
		return fmt.Errorf("heat map: the first colour stands for %g, the last for %g: it has to be more", t.Low, t.High)
	}
	return nil
}

// table is the plot of the values, with the columns' names below.
func (t Table) table(p palette.Palette) (*plot.Plot, error) {
	fig := plot.New()
	fig.Title.Text, fig.X.Label.Text, fig.Y.Label.Text = t.Title, t.X, t.Y
	cells := plotter.NewHeatMap(grid{t}, p)
	cells.Min, cells.Max = t.Low, t.High
	cells.Underflow, cells.Overflow = p.Colors()[0], p.Colors()[shades-1]
	fig.Add(cells)
	fig.NominalX(t.Columns...)
	fig.Y.Tick.Marker = plot.ConstantTicks(rows(len(t.Values)))
	fig.X.Tick.Label.Rotation = labelTurn
	fig.X.Tick.Label.XAlign, fig.X.Tick.Label.YAlign = draw.XRight, draw.YCenter
	return fig, nil
}

// rows names every fifth row by its number.
func rows(n int) []plot.Tick {
	var ticks []plot.Tick
	for i := 0; i < n; i += 5 {
		ticks = append(ticks, plot.Tick{Value: float64(i), Label: strconv.Itoa(i)})
	}
	return ticks
}

// legend is the bar that says which colour stands for which value.
func legend(colors palette.ColorMap) *plot.Plot {
	fig := plot.New()
	fig.Add(&plotter.ColorBar{ColorMap: colors, Vertical: true})
	fig.HideX()
	fig.Y.Padding = 0
	return fig
}

// grid gives the plot library its view of the table.
type grid struct{ t Table }

func (g grid) Dims() (columns, rows int) { return len(g.t.Columns), len(g.t.Values) }
func (g grid) Z(column, row int) float64 { return g.t.Values[row][column] }
func (g grid) X(column int) float64      { return float64(column) }
func (g grid) Y(row int) float64         { return float64(row) }

// write puts the finished picture in place, so that a failure leaves no half of one.
func write(path string, png vgimg.PngCanvas) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".heatmap-*")
	if err != nil {
		return fmt.Errorf("heat map: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = png.WriteTo(f)
	if err := errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return fmt.Errorf("heat map: write %s: %w", path, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("heat map: %w", err)
	}
	return nil
}
